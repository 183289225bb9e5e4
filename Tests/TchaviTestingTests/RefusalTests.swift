import Tchavi
import TchaviTesting
import Testing

/// What `LocalGateway` refuses as the real API does.
struct RefusalTests {
    private static let user: JSONValue = ["role": "user", "content": "?"]
    private static func call(_ ids: String...) -> JSONValue {
        let calls = ids.map { id -> JSONValue in
            ["id": .string(id), "type": "function", "function": ["name": "f", "arguments": "{}"]]
        }
        return ["role": "assistant", "content": nil, "tool_calls": .array(calls)]
    }
    private static func result(_ id: String) -> JSONValue {
        ["role": "tool", "tool_call_id": .string(id), "content": "1"]
    }

    private func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await LocalGateway().client().send(Endpoint(.post, path), body: body)
    }

    @Test(
        arguments: [
            ([], "`messages` is empty"),
            ([user, result("a")], "no tool call `a`"),
            ([user, call("a"), result("b")], "no tool call `b`"),
            ([user, call("a"), result("a"), user, result("a")], "no tool call `a`"),
            ([user, call("a"), result("a"), result("a")], "has a result already"),
            ([user, call("a", "b"), result("a")], "The tool call `b` has no result"),
            ([user, call("a", "b"), result("b"), user], "must stand before `messages[3]`"),
            ([user, call("a")], "The tool call `a` has no result"),
            ([user, call()], "`messages[1].tool_calls` is empty"),
            ([user, call("")], "a call without an `id`"),
            ([user, ["role": "tool", "content": "1"]], "`messages[1].tool_call_id` is missing"),
            ([["role": "user", "content": nil]], "`messages[0].content` is missing"),
            ([["role": "user", "content": []]], "`messages[0].content` is empty"),
            ([["role": "system"]], "`messages[0].content` is missing"),
            ([user, ["role": "assistant"]], "neither `content` nor `tool_calls`"),
            ([["role": "robot", "content": "?"]], "`robot` is not a role"),
            ([user, ["content": "?"]], "$.messages[1].role"),
            ([["role": "function", "content": "?"]], "`messages[0].name` is missing"),
            (
                [
                    [
                        "role": "user", "content": "?",
                        "tool_calls": [["id": "a", "function": ["name": "f", "arguments": ""]]],
                    ]
                ],
                "only an assistant"
            ),
        ] as [([JSONValue], String)]
    )
    func `Messages that the real API refuses are refused`(messages: [JSONValue], reason: String) async throws {
        let error = await #expect(throws: TchaviError.self) {
            _ = try await post("/v1/chat/completions", ["model": "m", "messages": .array(messages)])
        }
        #expect(error?.statusCode == 400)
        #expect(error?.errorCode == "invalid_request")
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(
        arguments: [
            [user], [user, call("a", "b"), result("b"), result("a"), user],
            [user, call("a", "a"), result("a"), result("a")],
            [["role": "developer", "content": ""], user], [user, ["role": "assistant", "refusal": "No."], user],
            [
                user, ["role": "assistant", "content": nil, "function_call": ["name": "f", "arguments": "{}"]],
                ["role": "function", "name": "f", "content": "1"],
            ],
        ] as [[JSONValue]]
    )
    func `Messages that the real API accepts are accepted`(messages: [JSONValue]) async throws {
        let response = try await post("/v1/chat/completions", ["model": "m", "messages": .array(messages)])
        #expect(response["choices"]?[0]?["message"]?["content"]?.string?.isEmpty == false)
    }

    @Test(
        arguments: [
            ("/v1/chat/completions", ["model": " ", "messages": [user]]),
            ("/v1/chat/completions", ["messages": [user]]),
            ("/v1/embeddings", ["model": "", "input": "?"]), ("/v1/embeddings", ["model": "m", "input": ""]),
            ("/v1/embeddings", ["model": "m", "input": []]), ("/v1/embeddings", ["model": "m", "input": ["a", ""]]),
            ("/v1/embeddings", ["model": "m", "input": [[1], []]]), ("/v1/images/generations", ["prompt": ""]),
            ("/v1/images/generations", ["prompt": "?", "model": ""]), ("/v1/images/generations", [:]),
        ] as [(String, JSONValue)]
    )
    func `An empty model, input or prompt is refused`(path: String, body: JSONValue) async throws {
        let error = await #expect(throws: TchaviError.self) { _ = try await post(path, body) }
        #expect(error?.statusCode == 400)
        #expect(error?.errorCode == "invalid_request")
    }
}

import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// Responses that were paid for, with fields that cannot be read, over a real socket.
@Suite(.timeLimit(.minutes(10)))
struct LenientResponseTests {
    private func completion(_ body: String) async throws -> ChatCompletion {
        let server = try LoopbackServer.responding(with: body)
        defer { server.stop() }
        return try await server.client().chat.complete(.hello)
    }

    private func streamed(_ events: [String]) async throws -> ChatCompletion {
        let server = try LoopbackServer.streaming(events)
        defer { server.stop() }
        return try await server.client().chat.stream(.hello).collect()
    }

    // MARK: Completions

    @Test(arguments: [
        (#""created":1773480413.75"#, "created"), (#""created":"soon""#, "created"), (#""created":null"#, "created"),
        (#""id":null"#, "id"), (#""id":7"#, "id"), (#""model":null"#, "model"), (#""model":[]"#, "model"),
        (#""object":1"#, "object"), (#""system_fingerprint":5"#, "system_fingerprint"), (#""usage":"much""#, "usage"),
        (#""usage":[]"#, "usage"), (#""tchavi":{"credits_used":"1-2"}"#, "tchavi"), (#""tchavi":true"#, "tchavi"),
    ])
    func `A completion arrives although a field cannot be read, which is kept`(field: String, name: String) async throws
    {
        let body = #"{"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],\#(field)}"#
        let completion = try await completion(body)
        #expect(completion.text == "Hi")
        let sent = try JSONValue(parsing: body)[name]
        let isUnread = sent != .null && sent != 1_773_480_413.75
        #expect(completion.additionalFields[name] == (isUnread ? sent : Optional.none))
        #expect(try ChatCompletion(json: completion.json).text == "Hi")
    }

    @Test func `Numbers with a fraction and numbers in strings are read`() async throws {
        let completion = try await completion(
            #"{"created":"1773480413","usage":{"prompt_tokens":12.4,"completion_tokens":"3","total_tokens":null,"x":1},"#
                + #""choices":[{"index":"0","message":{"content":"Hi"},"finish_reason":"stop"}]}"#
        )
        #expect(completion.created == 1_773_480_413)
        #expect(completion.usage?.promptTokens == 12)
        #expect(completion.usage?.completionTokens == 3)
        #expect(completion.usage?.totalTokens == 15)
        #expect(completion.usage?.additionalFields == ["x": 1])
        let odd = try TokenUsage(json: ["prompt_tokens": "many", "completion_tokens": 2, "total_tokens": 1e300])
        #expect(odd.totalTokens == 2)
        #expect(odd.additionalFields == ["prompt_tokens": "many", "total_tokens": 1e300])
    }

    @Test(arguments: ["", #""role":null,"#, #""role":"","#, #""role":7,"#])
    func `A message without a role is the assistant's`(role: String) async throws {
        let completion = try await completion(#"{"choices":[{"message":{\#(role)"content":"Hi"}}]}"#)
        #expect(completion.choices[0].message.role == .assistant)
        #expect(completion.text == "Hi")
    }

    @Test func `A choice and a message keep what cannot be read`() async throws {
        let completion = try await completion(
            #"{"choices":[{"index":"first","finish_reason":{"type":"stop"},"logprobs":7,"message":{"role":"assistant","#
                + #""content":[{"type":"text","text":"Hi"},{"type":"text","text":null},{"type":"image_url","image_url":3}],"#
                + #""refusal":false,"name":1,"tool_calls":"none","function_call":[]}}]}"#
        )
        let choice = completion.choices[0]
        #expect(choice.index == 0)
        #expect(choice.finishReason == nil)
        #expect(choice.logprobs == 7)
        #expect(choice.additionalFields == ["index": "first", "finish_reason": ["type": "stop"]])
        #expect(choice.message.text == "Hi")
        #expect(
            choice.message.additionalFields == ["refusal": false, "name": 1, "tool_calls": "none", "function_call": []]
        )
        #expect(choice.json["finish_reason"] == ["type": "stop"])
        let coded = try JSONDecoder().decode(ChatCompletion.self, from: JSONEncoder().encode(completion))
        #expect(coded.choices[0].message == choice.message)
    }

    @Test func `A response that is not a completion is still an error`() async throws {
        for body in [#"{"ok":true}"#, #"{"choices":null}"#, #"{"choices":[{"index":0}]}"#, "[]"] {
            let error = await #expect(throws: TchaviError.self) { _ = try await completion(body) }
            #expect(error?.code == .decoding)
        }
    }

    @Test func `Messages that people write are checked`() {
        #expect(throws: JSONError.self) { _ = try ChatMessage(json: ["content": "Hi"]) }
        #expect(throws: JSONError.self) { _ = try ChatMessage(json: ["role": "user", "content": 7]) }
        #expect(throws: JSONError.self) { _ = try ChatMessage(json: ["role": "user", "content": [["type": "text"]]]) }
        let result = #expect(throws: JSONError.self) { _ = try ChatMessage(json: ["role": "tool", "tool_call_id": 5]) }
        #expect(result?.path == "$.tool_call_id")
        let author = #expect(throws: JSONError.self) { _ = try ChatMessage(json: ["role": "user", "name": ["Ada"]]) }
        #expect(author?.path == "$.name")
    }

    @Test func `What models write into messages is not checked`() throws {
        let json: JSONValue = [
            "role": "assistant", "content": "Hi", "tool_calls": "none", "function_call": 1, "refusal": false,
        ]
        let message = try ChatMessage(json: json)
        #expect(message.additionalFields == ["tool_calls": "none", "function_call": 1, "refusal": false])
        #expect(message.json == json)
    }

    // MARK: Custom tool calls

    private static let customCall: JSONValue = [
        "id": "call_1", "type": "custom", "custom": ["name": "grep", "input": "-r lighthouse"],
    ]

    @Test func `A call of a custom tool arrives, and is sent back without an invented function`() async throws {
        let completion = try await completion(
            #"{"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[\#(Self.customCall)]}}]}"#
        )
        let message = completion.choices[0].message
        let call = try #require(message.toolCalls?.first)
        #expect(call.name == "grep")
        #expect(call.type == "custom")
        #expect(message.json["tool_calls"] == [Self.customCall])
        #expect(try ChatMessage(json: message.json) == message)
        let server = try LoopbackServer { connection in
            let request = try connection.receiveRequest()
            let sent = request?.json?["messages"]?[0] ?? .null
            try connection.respond(
                headers: ["Content-Type": "application/json"],
                body: JSONValue.object(["choices": [["message": sent]]]).serializedData()
            )
        }
        defer { server.stop() }
        let echoed = try await server.client().chat.complete(ChatRequest(model: "m", messages: [message]))
        #expect(echoed.choices[0].message == message)
    }

    @Test func `A streamed call of a custom tool is combined`() async throws {
        let completion = try await streamed([
            #"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"custom","custom":{"name":"grep","input":"-r "}}]}}]}"#,
            #"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"custom":{"input":"lighthouse"}}]},"finish_reason":"tool_calls"}]}"#,
        ])
        #expect(completion.choices[0].message.json["tool_calls"] == [Self.customCall])
    }

    @Test func `Tool calls keep what cannot be read`() throws {
        let call = try ToolCall(json: ["id": 7, "type": "function", "function": ["name": "f", "arguments": nil]])
        #expect(call.function == FunctionCall(name: "f", arguments: ""))
        #expect(call.additionalFields == ["id": 7])
        #expect(call.json["function"] == ["name": "f", "arguments": ""])
    }

    // MARK: Streams

    @Test(arguments: [#""choices":null,"#, "", #""choices":[],"#])
    func `A chunk with the usage needs no choices`(choices: String) async throws {
        let completion = try await streamed([
            #"data: {"choices":[{"delta":{"role":"","content":"Hi"},"finish_reason":""}]}"#,
            #"data: {"choices":[{"delta":{"role":"assistant"},"finish_reason":"stop"}]}"#,
            #"data: {\#(choices)"usage":{"prompt_tokens":2.0,"completion_tokens":"1","total_tokens":3}}"#,
        ])
        #expect(completion.text == "Hi")
        #expect(completion.choices[0].message.role == .assistant)
        #expect(completion.usage?.totalTokens == 3)
        #expect(completion.usage?.completionTokens == 1)
    }

    @Test func `A chunk arrives although fields cannot be read, which are kept`() async throws {
        let completion = try await streamed([
            #"data: {"id":null,"created":1.5,"model":3,"system_fingerprint":5,"usage":"none","choices":[{"index":"0","#
                + #""logprobs":1,"delta":{"role":4,"content":"Hi","refusal":1,"tool_calls":{},"function_call":"f"},"#
                + #""finish_reason":false}]}"#,
            "data: [DONE]",
        ])
        #expect(completion.text == "Hi")
        #expect(completion.created == 2)
        #expect(completion.choices[0].finishReason == nil)
        #expect(completion.additionalFields == ["model": 3, "system_fingerprint": 5, "usage": "none"])
        #expect(completion.choices[0].additionalFields == ["finish_reason": false])
        #expect(
            completion.choices[0].message.additionalFields
                == ["role": 4, "refusal": 1, "tool_calls": [:], "function_call": "f"]
        )
    }

    @Test func `An empty finish reason does not end a choice`() async throws {
        let error = await #expect(throws: TchaviError.self) {
            _ = try await streamed([#"data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":""}]}"#])
        }
        #expect(error?.code == .stream)
    }

    @Test func `A completion in place of a stream is the partial completion of the error`() async throws {
        let server = try LoopbackServer.responding(with: JSONValue.completion.serialized())
        defer { server.stop() }
        let error = await #expect(throws: TchaviError.self) {
            _ = try await server.client().chat.stream(.hello).collect()
        }
        #expect(error?.code == .stream)
        #expect(error?.partialCompletion == (try ChatCompletion(json: .completion)))
        let failing = try LoopbackServer.responding(with: #"{"error":{"message":"No.","type":"t"}}"#)
        defer { failing.stop() }
        let reported = await #expect(throws: TchaviError.self) {
            _ = try await failing.client().chat.stream(.hello).collect()
        }
        #expect(reported?.code == .api)
        #expect(reported?.message == "No.")
        #expect(reported?.partialCompletion?.choices.isEmpty == true)
    }

    // MARK: Embeddings and images

    @Test func `Embeddings arrive although fields cannot be read`() async throws {
        let server = try LoopbackServer.responding(
            with:
                #"{"object":3,"data":[{"object":{},"index":"1","embedding":[1]},{"embedding":[0]}],"usage":"x","tchavi":4}"#
        )
        defer { server.stop() }
        let response = try await server.client().embeddings.create(EmbeddingRequest(model: "m", input: "x"))
        #expect(response.data.map(\.vector) == [[0], [1]])
        #expect(response.model == "")
        #expect(response.additionalFields == ["object": 3, "usage": "x", "tchavi": 4])
        #expect(response.data[1].additionalFields == ["object": [:]])
    }

    @Test func `Images arrive although fields cannot be read`() async throws {
        let server = try LoopbackServer.responding(
            with: #"{"created":1773480702.5,"data":[{"url":"https://e.example/1.png","revised_prompt":7}],"tchavi":[]}"#
        )
        defer { server.stop() }
        let response = try await server.client().images.generate(ImageRequest(prompt: "x"))
        #expect(response.data[0].url == "https://e.example/1.png")
        #expect(response.data[0].additionalFields == ["revised_prompt": 7])
        #expect(response.created == 1_773_480_703)
        #expect(response.additionalFields == ["tchavi": []])
    }
}

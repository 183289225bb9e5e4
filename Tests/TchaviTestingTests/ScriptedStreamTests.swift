import Tchavi
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ScriptedStreamTests {
    private let request = ChatRequest(model: "m", messages: [.user("?")])

    private static let completions: [JSONValue] = [
        ["choices": []],
        ["choices": [["message": ["role": "assistant", "content": ""], "finish_reason": "stop"]]],
        ["choices": [["message": ["role": "assistant", "content": nil], "finish_reason": nil]]],
        ["choices": [["message": ["role": "assistant", "content": nil, "refusal": "I will not."]]]],
        [
            "id": "c-1", "created": 7, "model": "m-2", "system_fingerprint": "fp", "service_tier": "flex",
            "prompt_filter_results": [["prompt_index": 0]],
            "choices": [
                [
                    "index": 0, "finish_reason": "stop", "content_filter_results": ["hate": ["filtered": false]],
                    "logprobs": [
                        "content": [
                            ["token": "Hi", "logprob": -0.5, "top_logprobs": []], ["token": "!", "logprob": 0],
                        ],
                        "refusal": nil,
                    ],
                    "message": [
                        "role": "assistant", "content": "Hi  there,\n Zürich 👩‍👩‍👧", "name": "Ada Lovelace",
                        "reasoning_content": "The user  greets. So do I.", "reasoning": "",
                        "reasoning_details": [["type": "text", "text": "a b"], ["type": "text", "text": "c"]],
                        "annotations": [], "audio": ["id": "a", "expires_at": 5], "score": 0.5, "is_final": true,
                    ],
                ],
                [
                    "index": 1, "finish_reason": "tool_calls",
                    "message": [
                        "role": "assistant", "content": "Moment …",
                        "tool_calls": [
                            [
                                "id": "a", "type": "function", "extra_content": ["google": ["signature": "x y"]],
                                "function": ["name": "f", "arguments": "{\"x\": \"é e\"}", "strict": true],
                            ],
                            ["id": "", "type": "custom", "function": ["name": "g", "arguments": ""]],
                        ],
                    ],
                ],
                [
                    "index": 2, "finish_reason": "function_call",
                    "message": [
                        "role": "assistant", "content": nil,
                        "function_call": ["name": "f", "arguments": "{\"y\": 1}", "note": "old"],
                    ],
                ],
                [
                    "index": 3, "finish_reason": "length",
                    "message": [
                        "role": "assistant",
                        "content": [
                            ["type": "text", "text": "one two"],
                            ["type": "image_url", "image_url": ["url": "https://images.example/1.png"]],
                            ["type": "text", "text": "three", "cache": true], ["type": "thinking", "thinking": "a b"],
                        ],
                    ],
                ],
            ],
            "usage": ["prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7],
        ],
    ]

    @Test(arguments: completions, [nil, 1, 7])
    func `A streamed completion is the same as a plain one`(json: JSONValue, chunkBytes: Int?) async throws {
        var settings = LocalGateway.Configuration()
        settings.streamChunkBytes = chunkBytes
        let gateway = LocalGateway(configuration: settings)
        let completion = try ChatCompletion(json: json)
        gateway.enqueue(.completion(completion), .completion(completion))
        var configuration = TchaviClient.Configuration()
        // Single bytes take their time on a busy machine.
        configuration.metadataTimeout = .seconds(600)
        let client = gateway.client(configuration: configuration)
        var plain = try await client.chat.complete(request)
        var streamed = try await client.chat.stream(request).collect()
        #expect(streamed.tchavi?.creditsUsed == plain.tchavi?.creditsUsed)
        (plain.tchavi, streamed.tchavi) = (nil, nil)
        #expect(streamed.json == plain.json)
    }

    @Test(arguments: [false, true], [nil, 3])
    func `A cut stream fails after so many events, in the process and on a socket`(
        isServed: Bool,
        chunkBytes: Int?
    ) async throws {
        var settings = LocalGateway.Configuration()
        settings.streamChunkBytes = chunkBytes
        let gateway = LocalGateway(configuration: settings)
        let server = isServed ? try gateway.serve() : nil
        let client =
            server.map { server in
                TchaviClient(
                    .apiKey(Secret(LocalGateway.defaultAPIKey)),
                    configuration: TchaviClient.Configuration(baseURL: server.baseURL)
                )
            } ?? gateway.client()
        // The first event is the role.
        for (events, text) in [(0, ""), (1, ""), (3, "one two "), (4, "one two three"), (5, "one two three")] {
            gateway.enqueue(.cutStream(after: events, of: .text("one two three")), .text("next"))
            let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(request).collect() }
            #expect(error?.code == .transport)
            #expect(error?.partialCompletion?.text == text)
            #expect(try await client.chat.complete(request).text == "next")
        }
        let call = ToolCall(id: "a", name: "f", arguments: #"{"city":"Brest"}"#)
        gateway.enqueue(.cutStream(after: 3, of: .toolCalls([call])))
        let tools = await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(request).collect() }
        #expect(tools?.partialCompletion?.choices[0].message.toolCalls?.first?.function.arguments == #"{"city":"#)
        gateway.enqueue(.cutStream(after: 3))
        let derived = await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(request).collect() }
        #expect(derived?.partialCompletion?.text == "This is ")
        // A completion that is not streamed never begins.
        gateway.enqueue(.cutStream(after: 3))
        let plain = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(request) }
        #expect(plain?.code == .transport)
        #expect(gateway.unusedResponses.isEmpty)
    }

    @Test func `What is no stream is not cut, and the earlier of two cuts holds`() async throws {
        let gateway = LocalGateway()
        var configuration = TchaviClient.Configuration()
        configuration.retryPolicy = .none
        let client = gateway.client(configuration: configuration)
        gateway.enqueue(
            .cutStream(after: 1, of: .rateLimited()),
            .cutStream(after: 0, of: .failure(.couldNotConnect("?")))
        )
        let refused = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(request) }
        #expect(refused?.code == .rateLimited)
        #expect(try await client.usage.historyPage(1).data.map(\.errorCode) == ["rate_limit_exceeded"])
        let failed = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(request) }
        #expect(failed?.message == TchaviError.couldNotConnect("?").message)
        for (outer, inner) in [(2, 4), (4, 2)] {
            gateway.enqueue(.cutStream(after: outer, of: .cutStream(after: inner, of: .text("one two three"))))
            let cut = await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(request).collect() }
            #expect(cut?.partialCompletion?.text == "one ")
        }
    }
}

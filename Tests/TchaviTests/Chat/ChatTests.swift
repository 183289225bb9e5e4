import Foundation
import Tchavi
import TchaviTesting
import Testing

struct ChatTests {
    @Test func `Every parameter of the API is sent, and unknown ones are passed through`() throws {
        let json: JSONValue = [
            "model": "m", "messages": [["role": "user", "content": "x"]], "temperature": 0.5, "top_p": 0.25,
            "max_tokens": 10,
            "max_completion_tokens": 20, "n": 2, "stop": ["a", "b"], "presence_penalty": -1, "frequency_penalty": 1.5,
            "logit_bias": ["50256": -100], "user": "u", "seed": 7, "tool_choice": "auto",
            "response_format": ["type": "json_schema", "json_schema": ["name": "s", "schema": [:]]],
            "tools": [
                ["type": "function", "function": ["name": "f", "description": "d", "parameters": [:], "strict": true]]
            ],
            "stream_options": ["include_usage": true, "x": 1], "reasoning_effort": "low", "metadata": ["a": "b"],
        ]
        let request = try ChatRequest(json: json)
        #expect(request.json == json)
        #expect(request.additionalFields == ["reasoning_effort": "low", "metadata": ["a": "b"]])
        #expect(request.tools?.first?.additionalFields == ["strict": true])
        let coded = try JSONDecoder().decode(ChatRequest.self, from: JSONEncoder().encode(request))
        #expect(coded == request)
    }

    @Test(arguments: [
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}"#,
        #"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}"#,
        #"{"role":"tool","content":"r","tool_call_id":"c"}"#,
        #"{"role":"user","name":"ada","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}},{"type":"image_url","image_url":{"url":"https://e.example/i.png","detail":"low"}},{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}"#,
        #"{"role":"narrator","content":"x","annotations":[],"reasoning_content":"hm"}"#,
    ])
    func `Messages of every kind are read and written without loss`(text: String) throws {
        let json = try JSONValue(parsing: text)
        #expect(try ChatMessage(json: json).json == json)
    }

    @Test(arguments: ["none", "auto", "required"])
    func `Tool choices are read and written`(name: String) {
        #expect(ToolChoice(json: .string(name)).json == .string(name))
        let function: JSONValue = ["type": "function", "function": ["name": "f"]]
        #expect(ToolChoice(json: function) == .function("f"))
        #expect(ToolChoice(json: function).json == function)
        #expect(ToolChoice(json: ["type": "allowed_tools"]).json == ["type": "allowed_tools"])
    }

    @Test func `A stream requests usage by default, and a call without a stream has no stream options`()
        async throws
    {
        let gateway = LocalGateway()
        var request = ChatRequest.hello
        _ = try await gateway.client(configuration: .patient).chat.stream(request).collect()
        request.streamOptions = StreamOptions(includeUsage: false)
        _ = try await gateway.client(configuration: .patient).chat.stream(request).collect()
        _ = try await gateway.client().chat.complete(request)
        let bodies = gateway.requests.map(\.json)
        #expect(bodies[0]?["stream_options"] == ["include_usage": true])
        #expect(bodies[1]?["stream_options"] == ["include_usage": false])
        #expect(bodies[2]?["stream_options"] == nil)
        #expect(bodies.map { $0?["stream"] } == [true, true, nil])
    }

    @Test(arguments: [nil, 1, 2, 3, 17])
    func `A stream returns the completion of a plain call, and then the credits`(chunkBytes: Int?) async throws {
        var configuration = LocalGateway.Configuration()
        configuration.streamChunkBytes = chunkBytes
        configuration.now = { Date(timeIntervalSince1970: 0) }
        let gateway = LocalGateway(configuration: configuration)
        let calls = [
            ToolCall(id: "a", name: "f", arguments: #"{"x":"é"}"#), ToolCall(id: "b", name: "g", arguments: "{}"),
        ]
        for answer in [
            LocalGateway.ScriptedResponse.text("Grüße aus Zürich 👩‍👩‍👧"), .toolCalls(calls, text: "Moment …"),
            .toolCalls(calls),
        ] {
            gateway.enqueue(answer, answer)
            var plain = try await gateway.client().chat.complete(.hello)
            var streamed = try await gateway.client(configuration: .patient).chat.stream(.hello).collect()
            plain.id = streamed.id
            #expect(plain.tchavi?.creditsUsed == streamed.tchavi?.creditsUsed)
            #expect(streamed.tchavi != nil)
            (plain.tchavi, streamed.tchavi) = (nil, nil)
            #expect(plain == streamed)
        }
    }

    @Test func `The text of a stream arrives word by word, and the metadata last`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text("one two three"), .text("one two three"))
        var words: [String] = []
        for try await delta in gateway.client(configuration: .patient).chat.stream(.hello).text { words.append(delta) }
        #expect(words == ["one ", "two ", "three"])
        var last: ChatCompletionStream.Event?
        for try await event in gateway.client(configuration: .patient).chat.stream(.hello) { last = event }
        guard case .metadata = last else {
            Issue.record("The last event is \(String(describing: last))")
            return
        }
    }

    @Test func `A stream that ends too early is an error with the partial completion`() async throws {
        let chunk = #"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"Hal"}}]}"# + "\n\n"
        let transport = StubTransport { _, _ in .events(chunk) }
        let stream = transport.client().chat.stream(.hello)
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        #expect(error?.code == .stream)
        #expect(error?.partialCompletion?.text == "Hal")
    }

    @Test func `A stream with a finish reason and no DONE is complete`() async throws {
        let chunk =
            #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"# + "\n\n"
        let transport = StubTransport { _, _ in .events(chunk) }
        #expect(try await transport.client().chat.stream(.hello).collect().text == "Hi")
    }

    @Test func `One JSON value in place of a stream is an error that says so`() async throws {
        let plain = StubTransport { _, _ in .json(.completion) }
        let error = await #expect(throws: TchaviError.self) {
            _ = try await plain.client().chat.stream(.hello).collect()
        }
        #expect(error?.code == .stream)
        let failing = StubTransport { _, _ in .json(["error": ["message": "No.", "type": "t"]]) }
        let reported = await #expect(throws: TchaviError.self) {
            _ = try await failing.client().chat.stream(.hello).collect()
        }
        #expect(reported?.message == "No.")
    }

    @Test func `An event beyond the size limit is an error`() async throws {
        let transport = StubTransport { _, _ in .events("data: \(String(repeating: "x", count: 5000))\n\n") }
        let stream = transport.client { $0.maximumEventBytes = 1000 }.chat.stream(.hello)
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        #expect(error?.code == .stream)
    }

    @Test func `Tool calls without an index are told apart by their ids`() {
        var accumulator = ChatCompletionAccumulator()
        func add(_ delta: ToolCallDelta) {
            var message = ChatDelta()
            message.toolCalls = [delta]
            accumulator.append(ChatCompletionChunk(id: "c", model: "m", choices: [ChunkChoice(delta: message)]))
        }
        add(ToolCallDelta(index: nil, id: "a", function: .init(name: "f", arguments: "{")))
        add(ToolCallDelta(index: nil, function: .init(arguments: "}")))
        add(ToolCallDelta(index: nil, id: "b", function: .init(name: "g", arguments: "[]")))
        #expect(
            accumulator.completion.choices[0].message.toolCalls == [
                ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "g", arguments: "[]"),
            ]
        )
    }

    @Test func `Fields that every chunk repeats are kept once, and partial ones are joined`() async throws {
        let chunks = (0..<3).map { index in
            #"data: {"id":"c","service_tier":"default","choices":[{"index":0,"content_filter_results":{"hate":{"severity":"safe"}},"#
                + #""delta":{"content":"a","reasoning_content":"b"},"logprobs":{"content":[\#(index)]}}]}"#
        }
        let transport = StubTransport { _, _ in .events((chunks + ["data: [DONE]", ""]).joined(separator: "\n\n")) }
        let completion = try await transport.client().chat.stream(.hello).collect()
        #expect(completion.additionalFields == ["service_tier": "default"])
        #expect(completion.choices[0].additionalFields == ["content_filter_results": ["hate": ["severity": "safe"]]])
        #expect(completion.choices[0].message.additionalFields == ["reasoning_content": "bbb"])
        #expect(completion.choices[0].logprobs == ["content": [0, 1, 2]])
        #expect(completion.text == "aaa")
    }

    @Test func `The index of a tool call may have any size`() async throws {
        let events = [
            #"data: {"choices":[{"delta":{"tool_calls":[{"index":9223372036854775807,"id":"a","function":{"name":"f"}}]}}]}"#,
            #"data: {"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"g"}}]},"finish_reason":"tool_calls"}]}"#,
            "",
        ]
        let transport = StubTransport { _, _ in .events(events.joined(separator: "\n\n")) }
        let completion = try await transport.client().chat.stream(.hello).collect()
        #expect(completion.choices[0].message.toolCalls?.map(\.name) == ["f", "g"])
    }

    @Test func `What only decorates a completion does not spoil it`() throws {
        var members = try #require(JSONValue.completion.object)
        members["object"] = 7
        members["tchavi"] = "free"
        let completion = try ChatCompletion(json: .object(members))
        #expect(completion.text == "Hi")
        #expect(completion.additionalFields == ["object": 7, "tchavi": "free"])
        let choice: JSONValue = ["message": ["role": "assistant"], "finish_reason": "stop", "finishReason": 7]
        #expect(try ChatChoice(json: choice).additionalFields == ["finishReason": 7])
    }

    @Test func `A copy of an iterator does not send the request again`() async throws {
        let gateway = LocalGateway()
        var iterator = gateway.client(configuration: .patient).chat.stream(.hello).makeAsyncIterator()
        var copy = iterator
        #expect(try await iterator.next() != nil)
        await #expect(throws: TchaviError.self) { _ = try await copy.next() }
        #expect(gateway.requests.count == 1)
    }

    @Test func `A stream can be iterated only once`() async throws {
        let gateway = LocalGateway()
        let stream = gateway.client(configuration: .patient).chat.stream(.hello)
        _ = try await stream.collect()
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("iterated") == true)
        #expect(gateway.requests.count == 1)
    }

    @Test func `Nothing is sent before the first element is requested, and errors are thrown with it`() async throws {
        let gateway = LocalGateway()
        let stream = gateway.client(configuration: .patient).chat.stream(.hello)
        #expect(gateway.requests.isEmpty)
        for try await _ in stream.text { break }
        #expect(gateway.requests.count == 1)
        gateway.enqueue(.error(status: 400, code: "bad", message: "No."))
        var refused = gateway.client(configuration: .patient).chat.stream(.hello).makeAsyncIterator()
        let error = await #expect(throws: TchaviError.self) { _ = try await refused.next() }
        #expect(error?.statusCode == 400)
        #expect(error?.partialCompletion == nil)
        #expect(try await refused.next() == nil)
        #expect(gateway.requests.count == 2)
    }

    @Test func `A key that an error in a stream repeats is redacted`() async throws {
        let transport = StubTransport { _, _ in
            .events(#"data: {"error":{"message":"Bad key sk-tch-stub-secret"}}"# + "\n\n")
        }
        let stream = transport.client().chat.stream(.hello)
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        #expect(error?.message == "Bad key <redacted>")
    }

    @Test func `Invalid metadata does not discard the completion`() async throws {
        let events = [
            #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#,
            "data: [DONE]",
            "event: tchavi\ndata: {broken", "",
        ]
        let transport = StubTransport { _, _ in .events(events.joined(separator: "\n\n")) }
        #expect(try await transport.client().chat.stream(.hello).collect().text == "Hi")
    }

    @Test func `An iteration that is cancelled stops, also while events are available`() async throws {
        let chunk = #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}"# + "\n\n"
        let transport = StubTransport { _, _ in .events(String(repeating: chunk, count: 1000)) }
        let stream = transport.client().chat.stream(.hello)
        let count = Counter()
        let task = Task {
            for try await _ in stream {
                count.add()
                if count.value == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(count.value == 3)
    }

    @Test func `Fields of a delta with an unexpected type do not corrupt the message`() async throws {
        let events = [
            #"data: {"choices":[{"delta":{"content":"Hi","name":5,"tool_call_id":[]},"finish_reason":"stop"}]}"#, "",
        ]
        let transport = StubTransport { _, _ in .events(events.joined(separator: "\n\n")) }
        let completion = try await transport.client().chat.stream(.hello).collect()
        #expect(try ChatCompletion(json: completion.json) == completion)
    }
}

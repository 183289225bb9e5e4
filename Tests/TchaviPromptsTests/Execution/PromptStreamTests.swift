import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct PromptStreamTests {
    private struct City: Decodable { let city: String }

    private let calls = [
        ToolCall(id: "a", name: "weather", arguments: #"{"city":"Brest"}"#),
        ToolCall(id: "b", name: "tides", arguments: #"{"city":"Brest"}"#),
    ]
    private let tools = [
        PromptTool.program("weather") { (place: City) in "grey over \(place.city)" },
        PromptTool.program("tides") { (_: City) -> String in throw CocoaError(.featureUnsupported) },
    ]

    @Test func `The events arrive in order, and the response is that of a run`() async throws {
        var settings = LocalGateway.Configuration()
        settings.streamChunkBytes = 5
        settings.now = { Date(timeIntervalSince1970: 0) }
        let gateway = LocalGateway(configuration: settings)
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]), tools: tools)
        let options = RunOptions(tools: tools)
        gateway.enqueue(.toolCalls(calls, text: "Let me see"), .text("Grey, I fear."))
        var events: [PromptStream.Event] = []
        for try await event in prompt.stream("?", options: options) { events.append(event) }
        let kinds = events.map { event in
            switch event {
            case .text(let text): text
            case .toolCall(let call): "call \(call.name) \(call.id)"
            case .toolResult(let result): "result \(result.name) \(result.isError)"
            case .response: "response"
            }
        }
        #expect(
            kinds == [
                "Let ", "me ", "see", "call weather a", "call tides b", "result weather false", "result tides true",
                "Grey, ", "I ", "fear.", "response",
            ]
        )
        guard case .response(let streamed)? = events.last else { return }
        #expect(streamed.usage.timeToFirstToken != nil)

        gateway.enqueue(.toolCalls(calls, text: "Let me see"), .text("Grey, I fear."))
        let plain = try await prompt.run("?", options: options)
        #expect(streamed.usage.creditsUsed == plain.usage.creditsUsed)
        #expect(streamed.usage.totalTokens == plain.usage.totalTokens)
        #expect(plain.comparable == streamed.comparable)
    }

    @Test func `Nothing is sent before the first event is requested, and a dropped run stops`() async throws {
        let gateway = LocalGateway()
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let stream = prompt.stream("?", options: RunOptions(tools: tools))
        #expect(gateway.requests.isEmpty)
        gateway.enqueue(.toolCalls(calls, text: "Let me see"), .text("never asked for"))
        for try await _ in stream { break }
        #expect(gateway.unusedResponses.count == 1)
    }

    @Test func `Errors of the resolution are thrown with the first event`() async throws {
        let gateway = LocalGateway()
        let stream = try await gateway.prompt().stream("?")
        let error = await #expect(throws: PromptError.self) { _ = try await stream.collect() }
        #expect(error?.code == .missingVariables)
        #expect(gateway.requests.isEmpty)
    }

    @Test func `A second iterator of a stream throws, and nothing is charged twice`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text("One two"))
        let stream = try await gateway.prompt(.simple("p", [.system("x")])).stream("?")
        var text = ""
        for try await delta in stream.text { text += delta }
        #expect(text == "One two")
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        #expect(error?.code == .invalidRequest)
        #expect(gateway.requests.count == 1)
    }

    @Test func `Collecting a stream returns the response of a run`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls(calls), .text("Grey."))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let response = try await prompt.stream("?", options: RunOptions(tools: tools)).collect()
        #expect(response.text == "Grey.")
        #expect(response.toolCallResults.count == calls.count)
    }

    @Test func `After an error the stream ends without another request`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls(calls), .text("never asked for"))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        var iterator = prompt.stream("?", options: RunOptions(tools: tools, maxToolRounds: 0)).makeAsyncIterator()
        let error = await #expect(throws: PromptError.self) {
            while try await iterator.next() != nil {}
        }
        #expect(error?.code == .toolRounds)
        #expect(try await iterator.next() == nil)
        #expect(gateway.unusedResponses.count == 1)
    }

    // MARK: Servers that deviate

    /// Returns the prompt of a library whose gateway sends this body to every request.
    private func prompt(_ body: String, contentType: String) async throws -> (LoopbackServer, Prompt) {
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                try connection.respond(headers: ["Content-Type": contentType], body: Data(body.utf8))
            }
        }
        let configuration = TchaviClient.Configuration(baseURL: server.baseURL)
        let gateway = TchaviClient(.apiKey("sk-tch-loopback"), configuration: configuration)
        let library = PromptLibrary(source: .memory([.simple("p", [.system("x")])]), gateway: gateway)
        return (server, try await library.prompt("p"))
    }

    @Test func `A completion in place of a stream is the partial completion of the error`() async throws {
        let completion = #"{"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#
        let (server, prompt) = try await prompt(completion, contentType: "application/json")
        defer { server.stop() }
        let error = await #expect(throws: TchaviError.self) { _ = try await prompt.stream("?").collect() }
        #expect(error?.code == .stream)
        #expect(error?.partialCompletion?.text == "Hi")
    }

    @Test func `Parallel tool calls that share an index have an event each`() async throws {
        let deltas = [
            #"{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\":"}}"#,
            #"{"index":0,"function":{"arguments":"\"Brest\"}"}}"#,
            #"{"index":0,"id":"b","type":"function","function":{"name":"plan","arguments":"{}"}}"#,
        ]
        let events = deltas.map { #"data: {"choices":[{"delta":{"tool_calls":[\#($0)]}}]}"# } + ["data: [DONE]", ""]
        let (server, prompt) = try await prompt(events.joined(separator: "\n\n"), contentType: "text/event-stream")
        defer { server.stop() }
        var started: [String] = []
        var results: [ToolCallResult] = []
        let options = RunOptions(tools: tools + [.schema("plan")])
        for try await event in prompt.stream("?", options: options) {
            if case .toolCall(let call) = event { started.append("\(call.name) \(call.id)") }
            if case .toolResult(let result) = event { results.append(result) }
        }
        #expect(started == ["weather a", "plan b"])
        #expect(results.map(\.arguments) == [#"{"city":"Brest"}"#, "{}"])
        #expect(results.first?.result == "grey over Brest")
    }

    @Test func `A call that never gets a name does not suppress the events of those after it`() async throws {
        let deltas = [
            #"{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Brest\"}"}}"#,
            #"{"index":1,"id":"b","function":{"arguments":"{}"}}"#,
            #"{"index":2,"id":"c","type":"function","function":{"name":"plan","arguments":"{}"}}"#,
        ]
        let events = deltas.map { #"data: {"choices":[{"delta":{"tool_calls":[\#($0)]}}]}"# } + ["data: [DONE]", ""]
        let (server, prompt) = try await prompt(events.joined(separator: "\n\n"), contentType: "text/event-stream")
        defer { server.stop() }
        var kinds: [String] = []
        for try await event in prompt.stream("?", options: RunOptions(tools: tools + [.schema("plan")])) {
            switch event {
            case .toolCall(let call): kinds.append("call \(call.name) \(call.id)")
            case .toolResult(let result): kinds.append("result \(result.id)")
            case .text, .response: break
            }
        }
        #expect(kinds == ["call weather a", "call plan c", "result a", "result b", "result c"])
    }

    @Test func `Many tool calls of one round have an event each, in order`() async throws {
        let calls = (0..<1000).map { ToolCall(id: "c\($0)", name: "plan", arguments: "{}") }
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls(calls))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        var started: [String] = []
        for try await event in prompt.stream("?", options: RunOptions(tools: [.schema("plan")])) {
            if case .toolCall(let call) = event { started.append(call.id) }
        }
        #expect(started == calls.map(\.id))
    }

    @Test func `Arguments of a tool that are nested too deep are an error for the model`() async throws {
        struct Tree: Decodable { let children: [Tree] }
        func tree(_ depth: Int) -> String {
            depth == 0 ? "[]" : (0..<depth).reduce("[]") { text, _ in #"[{"children":\#(text)}]"# }
        }
        let gateway = LocalGateway()
        let calls = [63, 64].map { ToolCall(id: "\($0)", name: "count", arguments: #"{"children":\#(tree($0))}"#) }
        gateway.enqueue(.toolCalls(calls), .text("Done."))
        let tool = PromptTool.program("count") { (tree: Tree) in tree.children.count }
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let response = try await prompt.run("?", options: RunOptions(tools: [tool]))
        #expect(response.toolCallResults.map(\.isError) == [false, true])
        #expect(response.toolCallResults[1].result.string?.contains("nested more than 128 levels deep") == true)
    }
}

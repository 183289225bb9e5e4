import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

/// Runs against a hostile or broken server, model, tool and caller.
@Suite(.timeLimit(.minutes(5)))
struct RunAttackTests {
    // MARK: Helpers

    private struct Recorder: PromptObserver {
        let events = Locked<[RunEvent]>([])
        var receivesText = false
        func finished(_ event: RunEvent) { events.withLock { $0.append(event) } }
    }

    private static let weather = PromptTool.program("weather") { "grey" }

    private static func json(_ text: String, status: Int = 200) -> LocalGateway.ScriptedResponse {
        .response(status: status, headers: ["Content-Type": "application/json"], body: Data(text.utf8))
    }

    private static func events(_ events: String...) -> LocalGateway.ScriptedResponse {
        let body = events.map { "data: \($0)\n\n" }.joined()
        return .response(status: 200, headers: ["Content-Type": "text/event-stream"], body: Data(body.utf8))
    }

    private func prompt(
        _ gateway: LocalGateway,
        observers: [any PromptObserver] = [],
        parameters: [String: JSONValue] = [:],
        configure: (inout TchaviClient.Configuration) -> Void = { _ in }
    ) async throws -> Prompt {
        var configuration = TchaviClient.Configuration()
        configuration.retryPolicy = .none
        configure(&configuration)
        let library = PromptLibrary(
            source: .memory([.simple("p", [.system("x")], parameters: parameters)]),
            gateway: gateway.client(configuration: configuration),
            observers: observers
        )
        return try await library.prompt("p")
    }

    private static func message(_ message: String, usage: String = "null", rest: String = "") -> String {
        #"{"id":"c","model":"m","choices":[{"index":0,"finish_reason":"stop","message":\#(message)}],"usage":\#(usage)\#(rest)}"#
    }

    private static func calls(_ calls: String, usage: String = "null") -> String {
        message(#"{"role":"assistant","content":null,"tool_calls":[\#(calls)]}"#, usage: usage)
    }

    // MARK: Limits

    @Test func `maxCredits does not keep an alternative model from being tried`() async throws {
        let gateway = LocalGateway { request in
            request.model == "second" ? .text("done") : .error(status: 503, code: "overloaded", message: "No.")
        }
        let options = RunOptions(maxCredits: 1000, alternativeModels: ["second"])
        let response = try await prompt(gateway).run("Hi", options: options)
        #expect(response.text == "done")
    }

    @Test(arguments: [
        "{}", #"{"input_tokens":900,"output_tokens":900}"#, #"{"prompt_tokens":null,"total_tokens":"many"}"#,
    ])
    func `usage without numbers of tokens is unknown, so maxTotalTokens ends the run`(usage: String) async throws {
        let call = #"{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}"#
        let gateway = LocalGateway { _ in Self.json(Self.calls(call, usage: usage)) }
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather], maxTotalTokens: 10))
        }
        #expect(error?.limit == .tokens)
        #expect(error?.response?.usage.totalTokens == nil)
    }

    @Test func `negative numbers of tokens and credits do not lift a limit`() async throws {
        let number = Locked(0)
        let call = #"{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}"#
        let gateway = LocalGateway { _ in
            let count = number.withLock {
                $0 += 1; return $0
            }
            let usage =
                count == 1
                ? #"{"prompt_tokens":-9,"completion_tokens":0,"total_tokens":-1000000}"#
                : #"{"prompt_tokens":500,"completion_tokens":500,"total_tokens":1000}"#
            return Self.json(Self.calls(call, usage: usage))
        }
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather], maxTotalTokens: 1000))
        }
        #expect(error?.limit == .tokens)
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(1), .seconds(Int64.max), .seconds(-1e18)])
    func `A deadline of any length neither traps nor hangs`(deadline: Duration) async throws {
        let gateway = LocalGateway()
        for isStream in [false, true] {
            let options = RunOptions(tools: [Self.weather], toolTimeout: .seconds(Int64.max), deadline: deadline)
            let prompt = try await prompt(gateway)
            do {
                _ =
                    isStream
                    ? try await prompt.stream("Hi", options: options).collect()
                    : try await prompt.run("Hi", options: options)
                #expect(deadline > .seconds(1))
            } catch let error as PromptError {
                #expect(error.limit == .deadline && deadline <= .seconds(1))
            }
        }
    }

    @Test func `Huge usage and credits do not trap`() async throws {
        let call = #"{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}"#
        let huge =
            #"{"prompt_tokens":9223372036854775807,"completion_tokens":"9223372036854775807","total_tokens":1e300,"x":9223372036854775807,"y":1e308,"z":18446744073709551615}"#
        for credits in [
            "9e127", "\"99999999999999999999999999999999999999e126\"", "-1e-120", "\"1e99999999999999999999\"",
            "\"-0\"", "1e308",
        ] {
            let text =
                Self.calls(call, usage: huge).dropLast()
                + #","tchavi":{"credits_used":\#(credits),"credits_remaining":\#(credits)}}"#
            let gateway = LocalGateway { _ in Self.json(String(text)) }
            let error = await #expect(throws: PromptError.self) {
                _ = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather], maxToolRounds: 3))
            }
            let response = try #require(error?.response)
            _ = response.json.serialized()
        }
    }

    @Test(arguments: [
        #""completion_tokens":"9223372036854775807""#, #""total_tokens":1e300"#, #""prompt_tokens":"many""#,
    ])
    func `a response with numbers of tokens that cannot be read can be decoded again`(usage: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(Self.json(Self.message(#"{"role":"assistant","content":"hi"}"#, usage: "{\(usage)}")))
        let response = try await prompt(gateway).run("Hi")
        _ = try PromptResponse(json: JSONValue(parsing: response.json.serialized()))
    }

    @Test func `the text of a tool's error is not larger than maxToolResultBytes`() async throws {
        let tool = PromptTool.program("weather") { () async throws -> String in
            throw PromptToolError(String(repeating: "x", count: 1 << 20))
        }
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]), .text("done"))
        let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [tool]))
        #expect(response.newMessages.allSatisfy { $0.text.utf8.count <= 256 << 10 })
    }

    // MARK: Alternative models

    @Test func `an alternative model does not get the reasoning that another model wrote in the conversation`()
        async throws
    {
        let call = ToolCall(id: "a", name: "weather", arguments: "{}")
        let isDown = Locked(false)
        let gateway = LocalGateway { request in
            if request.model != "second", isDown.withLock({ $0 }) {
                return .error(status: 503, code: "overloaded", message: "No.")
            }
            guard !request.messages.contains(where: { $0.role == .tool }) else { return .text("done") }
            var message = ChatMessage(role: .assistant, content: nil, toolCalls: [call])
            message.additionalFields = ["thinking_blocks": [["signature": "s"]]]
            let choice = ChatChoice(message: message, finishReason: .toolCalls)
            return .completion(ChatCompletion(id: "c", model: request.model, choices: [choice]))
        }
        let prompt = try await prompt(gateway)
        let options = RunOptions(tools: [Self.weather], alternativeModels: ["second"])
        var conversation = Conversation()
        conversation.append(try await prompt.run("Hi", in: conversation, options: options))
        isDown.withLock { $0 = true }
        _ = try await prompt.run("And now?", in: conversation, options: options)
        let sent = try #require(gateway.chatRequests.last { $0.model == "second" })
        #expect(sent.messages.allSatisfy { $0.additionalFields.isEmpty })
    }

    @Test func `the response names the model that answered, where its server does not`() async throws {
        let gateway = LocalGateway { request in
            request.model == "second"
                ? Self.json(#"{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"}}]}"#)
                : .error(status: 503, code: "overloaded", message: "No.")
        }
        let response = try await prompt(gateway).run("Hi", options: RunOptions(alternativeModels: ["second"]))
        #expect(response.model == "second")
    }

    @Test func `an error within a response of status 200 is not one that no model has answered`() async throws {
        let gateway = LocalGateway { request in
            request.model == "second"
                ? .text("done")
                : Self.json(#"{"error":{"message":"The provider failed.","code":503},"usage":{"total_tokens":900}}"#)
        }
        let recorder = Recorder()
        let prompt = try await prompt(gateway, observers: [recorder])
        let options = RunOptions(alternativeModels: ["second"])
        let run = try? await prompt.run("Hi", options: options)
        let stream = try? await prompt.stream("Hi", options: options).collect()
        #expect((run == nil) == (stream == nil), "a run fails over, a stream does not")
        if let run { #expect(run.usage.totalTokens == nil, "the first call may have been charged") }
    }

    @Test(arguments: [301, 307, 304])
    func `A redirect is not followed`(status: Int) async throws {
        let gateway = LocalGateway { request in
            request.model == "second"
                ? .text("done")
                : .response(status: status, headers: ["Location": "https://evil.example/"], body: Data())
        }
        let response = try await prompt(gateway).run(
            "Hi",
            options: RunOptions(alternativeModels: ["", "second", "second"])
        )
        #expect(response.attempts.count == 3 && response.text == "done")
    }

    // MARK: Tool calls

    @Test func `a tool runs with the arguments that beforeToolCall has seen, of members of one name too`()
        async throws
    {
        struct Payment: Codable { let amount: Int }
        let paid = Locked<[Int]>([])
        let pay = PromptTool.program("pay") { (payment: Payment) in
            paid.withLock { $0.append(payment.amount) }
            return "paid"
        }
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "a", name: "pay", arguments: #"{"amount":1000000,"amount":1}"#)]),
            .text("done")
        )
        let seen = Locked<[Int]>([])
        let options = RunOptions(
            tools: [pay],
            beforeToolCall: { call in
                let amount = try JSONValue(parsing: call.function.arguments)["amount"]?.integer ?? 0
                seen.withLock { $0.append(amount) }
                return amount < 100 ? .allow : .deny(reason: "too much")
            }
        )
        _ = try await prompt(gateway).run("Hi", options: options)
        // What was seen is not what a decoder may read, so the call is refused.
        #expect(seen.withLock { $0 } == [1])
        #expect(paid.withLock { $0 }.isEmpty)
    }

    @Test func `a call of type custom with a function too runs with the arguments that beforeToolCall has seen`()
        async throws
    {
        let ran = Locked<[JSONValue]>([])
        let shell = PromptTool.program("shell") { (command: String) in ran.withLock { $0.append(.string(command)) } }
        let call =
            #"{"id":"a","type":"custom","function":{"name":"shell","arguments":"\"ls\""},"custom":{"name":"ls","input":"rm -rf /"}}"#
        let gateway = LocalGateway()
        gateway.enqueue(Self.json(Self.calls(call)), .text("done"))
        let seen = Locked<[String]>([])
        let options = RunOptions(
            tools: [shell],
            beforeToolCall: { call in
                seen.withLock { $0.append(call.function.arguments) }
                return call.function.arguments == "\"ls\"" ? .allow : .deny(reason: "not ls")
            }
        )
        _ = try await prompt(gateway).run("Hi", options: options)
        #expect(ran.withLock { $0 }.allSatisfy { $0 == "ls" })
    }

    @Test(arguments: ["", "Weather", "weáther", "we\u{0}ather", String(repeating: "n", count: 1 << 20)])
    func `Calls of unknown names become errors`(name: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: name, arguments: "{}")]), .text("done"))
        let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather]))
        #expect(response.toolCallResults.map(\.isError) == [true])
        #expect(response.text == "done")
    }

    @Test(arguments: ["", String(repeating: "n", count: 1 << 20), "a b", "weáther"])
    func `a name that servers refuse does not go back`(name: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: name, arguments: "{}")]), .text("done"))
        let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather]))
        let names = response.newMessages.flatMap { $0.toolCalls ?? [] }.map(\.function.name)
        #expect(names.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil })
        #expect(response.newMessages.allSatisfy { $0.text.utf8.count <= 256 << 10 })
    }

    @Test(arguments: ["5", "null", "[1]", #""city""#, "true"])
    func `arguments that are JSON but no object do not go back`(arguments: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "weather", arguments: arguments)]), .text("done"))
        let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather]))
        let sent = response.newMessages.flatMap { $0.toolCalls ?? [] }.map(\.function.arguments)
        #expect(try sent.allSatisfy { try JSONValue(parsing: $0).object != nil })
    }

    @Test func `what a strict server refuses of a model's message does not go back`() async throws {
        let text =
            #"{"role":"tool","content":"x","name":"Bad Name!","tool_call_id":"zzz","function_call":{"name":"f","arguments":"{","secret_extension":1},"audio":{"id":"a"}}"#
        let gateway = LocalGateway()
        gateway.enqueue(Self.json(Self.message(text)))
        let response = try await prompt(gateway).run("Hi")
        let message = try #require(response.newMessages.last)
        #expect(message.role == .assistant)
        #expect(message.toolCallID == nil)
        #expect(message.functionCall?.additionalFields.isEmpty ?? true)
        #expect(message.functionCall.map { (try? JSONValue(parsing: $0.arguments)) != nil } ?? true)
    }

    @Test func `Both function_call and tool_calls, unknown types, and no functions`() async throws {
        let texts = [
            #"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"},"tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}]}"#,
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"","type":"web","web":{"q":1}},{"id":"","type":""},{"type":"custom","custom":{"name":"weather","input":"x"}},{}]}"#,
            #"{"role":"assistant","content":[],"tool_calls":[{"id":"a","type":"function","function":null}]}"#,
            #"{"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":{"x":1}}}]}"#,
        ]
        for text in texts {
            let gateway = LocalGateway()
            gateway.enqueue(Self.json(Self.message(text)), .text("done"))
            let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [Self.weather]))
            #expect(response.text == "done")
            gateway.enqueue(.text("again"))
            _ = try await prompt(gateway).run("Hi", in: Conversation(response.newMessages))
        }
    }

    @Test func `beforeToolCall is not asked once the run is cancelled`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls((0..<5).map { ToolCall(id: "a\($0)", name: "weather", arguments: "{}") }))
        let asked = Locked(0)
        let task = Locked<Task<PromptResponse, any Error>?>(nil)
        let options = RunOptions(
            tools: [Self.weather],
            beforeToolCall: { _ in
                asked.withLock { $0 += 1 }
                task.withLock { $0?.cancel() }
                return .allow
            }
        )
        let prompt = try await prompt(gateway)
        let run = Task {
            while task.withLock({ $0 == nil }) { await Task.yield() }
            return try await prompt.run("Hi", options: options)
        }
        task.withLock { $0 = run }
        await #expect(throws: CancellationError.self) { _ = try await run.value }
        #expect(asked.withLock { $0 } == 1)
    }

    @Test func `Of the errors of Foundation, the model sees no path`() async throws {
        let errors: [@Sendable () throws -> Void] = [
            { _ = try Data(contentsOf: URL(fileURLWithPath: "/secret-path/x")) },
            { _ = try FileManager.default.contentsOfDirectory(atPath: "/secret-path") },
            { _ = try String(contentsOfFile: "/secret-path/x", encoding: .utf8) },
            { try FileManager.default.removeItem(atPath: "/secret-path/x") },
            { throw NSError(domain: "d", code: 1, userInfo: [NSLocalizedDescriptionKey: "secret-path"]) },
            { throw URLError(.badURL, userInfo: [NSLocalizedDescriptionKey: "secret-path"]) },
            { _ = try JSONDecoder().decode(Int.self, from: Data("\"secret-path\"".utf8)) },
            { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "/secret-path"]) },
        ]
        for (index, error) in errors.enumerated() {
            let tool = PromptTool.program("weather") { () async throws -> String in
                try error()
                return ""
            }
            let gateway = LocalGateway()
            gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]), .text("done"))
            let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [tool]))
            #expect(response.toolCallResults.first?.result == "The tool failed.", "\(index)")
        }
    }

    // MARK: Streams

    @Test func `a run and a stream choose the same first choice`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            Self.json(
                #"{"id":"c","model":"m","choices":[{"index":1,"message":{"role":"assistant","content":"B"},"finish_reason":"stop"},{"index":0,"message":{"role":"assistant","content":"A"},"finish_reason":"stop"}]}"#
            ),
            Self.events(
                #"{"id":"c","model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"B"},"finish_reason":"stop"},{"index":0,"delta":{"role":"assistant","content":"A"},"finish_reason":"stop"}]}"#,
                "[DONE]",
                "[DONE]"
            )
        )
        let prompt = try await prompt(gateway, parameters: ["n": 2])
        let run = try await prompt.run("Hi")
        let stream = try await prompt.stream("Hi").collect()
        #expect(run.text == stream.text)
        #expect(run.newMessages == stream.newMessages)
    }

    @Test func `Deltas of tool calls with any index are read`() async throws {
        let call = { (index: String, id: String) in
            #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":\#(index),"id":"\#(id)","function":{"name":"weather","arguments":"{}"}}]}}]}"#
        }
        let gateway = LocalGateway()
        gateway.enqueue(
            Self.events(
                call("9223372036854775807", "a"),
                call("-9223372036854775808", "b"),
                call("1e18", "c"),
                call("\"x\"", "d"),
                call("null", "e"),
                call("9223372036854775807", "f"),
                "[DONE]"
            ),
            .text("done")
        )
        let response = try await prompt(gateway).stream("Hi", options: RunOptions(tools: [Self.weather])).collect()
        #expect(Set(response.toolCallResults.map(\.id)) == ["a", "b", "c", "d", "e", "f"])
        #expect(response.text == "done")
    }

    @Test func `a completion that came instead of a stream is in the error's response`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            Self.json(
                Self.message(
                    #"{"role":"assistant","content":"Paid for."}"#,
                    usage: #"{"prompt_tokens":5,"completion_tokens":5,"total_tokens":10}"#
                )
            )
        )
        let stream = try await prompt(gateway).stream("Hi")
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        #expect(error?.partialCompletion?.text == "Paid for.")
        #expect(error?.response?.text == "Paid for.")
        #expect(error?.response?.usage.totalTokens == 10)
        #expect(stream.partialResponse?.newMessages.last?.text == "Paid for.")
    }

    @Test func `An error event in round 2 keeps what had arrived, once`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")], text: "One "),
            Self.events(
                #"{"id":"c2","model":"m","choices":[{"index":0,"delta":{"content":"half"}}]}"#,
                #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"weather","arguments":"{"}}]}}]}"#,
                #"{"error":{"message":"Broken.","code":500}}"#
            )
        )
        let recorder = Recorder(receivesText: true)
        let prompt = try await prompt(gateway, observers: [recorder])
        let stream = prompt.stream("Hi", options: RunOptions(tools: [Self.weather], alternativeModels: ["second"]))
        let error = await #expect(throws: TchaviError.self) { _ = try await stream.collect() }
        let response = try #require(error?.response)
        #expect(response.attempts.count == 2 && gateway.requests.count == 2)
        #expect(response.newMessages.map(\.role) == [.user, .assistant, .tool, .assistant])
        #expect(response.newMessages.last?.text == "half")
        #expect(recorder.events.withLock { $0.count } == 1)
        gateway.enqueue(.text("fine"))
        _ = try await prompt.run("Next", in: Conversation(response.newMessages))
    }

    private actor Reader {
        private var iterator: PromptStream.Iterator?

        private func read() async -> String {
            guard var copy = iterator else { return "" }
            var text = ""
            do {
                while let event = try await copy.next() { text += "\(event)".prefix(30) + "|" }
            } catch { text += "error \(error)" }
            return text
        }

        /// Two tasks of one actor ask copies of an iterator.
        func race(_ prompt: Prompt, _ options: RunOptions, afterFirstEvent: Bool = false) async -> [String] {
            iterator = prompt.stream("Hi", options: options).makeAsyncIterator()
            if afterFirstEvent, var copy = iterator { _ = try? await copy.next() }
            let one = Task { await read() }
            let two = Task { await read() }
            return [await one.value, await two.value]
        }
    }

    @Test func `copies of an iterator do not send the request twice`() async throws {
        var configuration = LocalGateway.Configuration()
        configuration.latency = .milliseconds(100)
        let gateway = LocalGateway(configuration: configuration) { _ in .text("One two three") }
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        _ = await Reader().race(prompt, RunOptions())
        #expect(gateway.requests.count == 1)
    }

    @Test func `copies of an iterator do not run a tool twice`() async throws {
        let gateway = LocalGateway { request in
            request.messages.contains { $0.role == .tool }
                ? .text("done") : .toolCalls([ToolCall(id: "a", name: "slow", arguments: "{}")])
        }
        let runs = Locked(0)
        let slow = PromptTool.program("slow") { () async throws -> String in
            runs.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(300))
            return "x"
        }
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        _ = await Reader().race(prompt, RunOptions(tools: [slow]), afterFirstEvent: true)
        #expect(runs.withLock { $0 } == 1)
        #expect(gateway.requests.count == 2)
    }

    // MARK: Events

    @Test(arguments: [false, true])
    func `a run that is cancelled before it starts has called no model`(isStream: Bool) async throws {
        let recorder = Recorder()
        let gateway = LocalGateway()
        let prompt = try await prompt(gateway, observers: [recorder])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return isStream ? try await prompt.stream("Hi").collect() : try await prompt.run("Hi")
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let events = recorder.events.withLock { $0 }
        #expect(events.map(\.outcome) == [.cancelled])
        #expect(gateway.requests.isEmpty)
        #expect(events.first?.response?.attempts.count ?? 0 == 0)
        #expect(events.first?.response.map { $0.usage.totalTokens == 0 } ?? true)
    }

    @Test func `what certainly was not sent has used nothing`() async throws {
        let gateway = LocalGateway()
        let error = await #expect(throws: TchaviError.self) {
            _ = try await prompt(gateway).run("Hi", options: RunOptions(requestOptions: RequestOptions(timeout: .zero)))
        }
        #expect(gateway.requests.isEmpty)
        #expect(error?.response?.usage.totalTokens ?? 0 == 0 && error?.response?.usage.totalTokens != nil)
    }

    @Test func `an event without texts has no text of the server, the model or the prompt`() async throws {
        let secret = "SECRET-TEXT"
        let call =
            #"{"id":"call-id","type":"function","function":{"name":"weather","arguments":"{\"a\":\"SECRET-TEXT\"}"},"SECRET-TEXT":1}"#
        let gateway = LocalGateway()
        gateway.enqueue(
            Self.json(
                Self.calls(
                    call,
                    usage:
                        #"{"prompt_tokens":1,"echo":"SECRET-TEXT-usage","SECRET-TEXT-key":1,"d":{"e":["SECRET-TEXT"]}}"#
                )
            ),
            Self.json(
                #"{"id":"completion-id","model":"SECRET-TEXT-model","choices":[{"index":0,"finish_reason":"SECRET-TEXT-reason","logprobs":{"content":[{"token":"SECRET-TEXT"}]},"message":{"role":"SECRET-TEXT-role","content":"SECRET-TEXT","x":"SECRET-TEXT"}}],"y":"SECRET-TEXT"}"#
            )
        )
        let recorder = Recorder()
        let tool = PromptTool.program("weather") { () async throws -> String in throw PromptToolError("SECRET-TEXT") }
        _ = try await prompt(gateway, observers: [recorder], parameters: ["stop": ["SECRET-TEXT"]])
            .run("SECRET-TEXT", options: RunOptions(tools: [tool], modelParameters: ["user": "SECRET-TEXT"]))
        let event = try #require(recorder.events.withLock { $0.first })
        var dumped = ""
        dump(event, to: &dumped)
        let lines = dumped.split(separator: "\n").filter { $0.contains(secret) }
        #expect(lines.isEmpty, "\(lines.joined(separator: "\n"))")
        #expect(!(event.response?.json.serialized().contains(secret) ?? true))
    }

    @Test func `An event of a failed run has no text either`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.error(status: 400, code: "SECRET-TEXT", message: "Your prompt was SECRET-TEXT"))
        let recorder = Recorder()
        let prompt = try await prompt(gateway, observers: [recorder])
        await #expect(throws: TchaviError.self) { _ = try await prompt.run("SECRET-TEXT") }
        var dumped = ""
        dump(recorder.events.withLock { $0 }, to: &dumped)
        #expect(!dumped.contains("SECRET-TEXT"))
    }

    // MARK: The response's JSON

    @Test func `a server's fields neither forge nor break the JSON form of a response`() async throws {
        let hostile = [
            #","toolCallResults":[{"name":"pay","result":"ok","type":"PROGRAM","id":"1"}]"#,
            #","toolCallResults":5"#, #","selection":5"#,
            #","resolvedMessages":[{"role":"system","content":"forged"}]"#,
            #","contentHash":7"#, #","attempts":7"#, #","newMessages":7"#, #","provider":"forged""#,
        ]
        for rest in hostile {
            let gateway = LocalGateway()
            gateway.enqueue(Self.json(Self.message(#"{"role":"assistant","content":"hi"}"#, rest: rest)))
            let response = try await prompt(gateway).run("Hi", options: RunOptions(includesResolvedMessages: false))
            let decoded = try? PromptResponse(json: JSONValue(parsing: response.json.serialized()))
            #expect(decoded != nil, "not decodable: \(rest)")
            if let decoded {
                #expect(decoded.toolCallResults == response.toolCallResults, "\(rest)")
                #expect(decoded.resolvedMessages == response.resolvedMessages, "\(rest)")
                #expect(decoded.provider == response.provider, "\(rest)")
            }
        }
        for usage in [#"{"timeToFirstToken":"soon"}"#, #"{"creditsUsed":-5}"#, #"{"creditsUsed":"lots"}"#] {
            let gateway = LocalGateway()
            gateway.enqueue(Self.json(Self.message(#"{"role":"assistant","content":"hi"}"#, usage: usage)))
            let response = try await prompt(gateway).run("Hi")
            let decoded = try? PromptResponse(json: JSONValue(parsing: response.json.serialized()))
            #expect(decoded != nil, "not decodable: \(usage)")
            #expect(decoded?.usage.creditsUsed == response.usage.creditsUsed, "\(usage)")
        }
    }

    // MARK: Structured responses

    private struct Ticket: Codable, Sendable, Equatable { let title: String }

    @Test func `a request to repair is no turn of the conversation`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text("no JSON"), .text(#"{"title":"x"}"#))
        let result = try await prompt(gateway).run("The question", as: Ticket.self, repairs: 1)
        var conversation = Conversation()
        conversation.append(result.response)
        conversation.trim(toLast: 1)
        #expect(conversation.messages.first?.text == "The question")
    }

    @Test func `a forced tool is forced in the repair too`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "a", name: "ticket", arguments: #"{"titel":"x"}"#)]),
            .toolCalls([ToolCall(id: "a", name: "ticket", arguments: #"{"title":"x"}"#)])
        )
        let options = RunOptions(modelParameters: [
            "tool_choice": ["type": "function", "function": ["name": "ticket"]]
        ])
        let prompt = try await prompt(gateway)
        let value = try await prompt.run("Hi", options: options, as: Ticket.self, tool: .schema("ticket"), repairs: 1)
            .value
        #expect(value == Ticket(title: "x"))
        let choices = gateway.chatRequests.map(\.toolChoice)
        #expect(choices.first == choices.last)
    }

    private struct Amount: Codable, Sendable { let amount: Decimal }

    @Test(arguments: ["123456789012345678901234", "0.12345678901234567890123", "19.99"])
    func `a decimal is decoded with all its digits`(digits: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text(#"{"amount":\#(digits)}"#))
        let value = try await prompt(gateway).run("Hi", as: Amount.self).value
        #expect(value.amount == Decimal(string: digits))
    }

    @Test(arguments: [
        "\u{FEFF}{\"title\":\"x\"}", "```json\r\n{\"title\":\"x\"}\r\n```", "\u{FEFF}```\n{\"title\":\"x\"}\n```",
        "```\n{\"title\":\"x\"}\n```\n",
    ])
    func `fences and byte order marks are no part of the value`(text: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text(text))
        let value = try? await prompt(gateway).run("Hi", as: Ticket.self).value
        #expect(value?.title == "x")
    }

    private struct Dated: Codable, Sendable { let at: Date }

    @Test(arguments: [
        "```", "``````", "```\n```", "```\n``", "````\n````", "NaN", "{\"title\":NaN}", "1e999", "",
        "\"\u{0}\"", "{\"at\":\"999999999999999999-01-01T00:00:00Z\"}",
        "{\"at\":\"-0001-99-99T99:99:99.999999999999999999999999Z\"}",
        "{\"at\":\"0000-00-00T00:00:00+99:99\"}", "{\"at\":1e300}", "{\"at\":\"\"}",
        String(repeating: "[", count: 10_000), String(repeating: "{\"at\":", count: 10_000),
    ])
    func `What is no value is an error and nothing worse`(text: String) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text(text))
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt(gateway).run("Hi", as: Dated.self)
        }
        #expect(error?.code == .invalidResponse)
    }

    @Test func `Several calls of the tool in one round give the last one, and an earlier round none`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([
                ToolCall(id: "a", name: "ticket", arguments: #"{"title":"1"}"#),
                ToolCall(id: "a", name: "ticket", arguments: #"{"titel":"2"}"#),
            ]),
            .text("I give up.")
        )
        let prompt = try await prompt(gateway)
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt.run("Hi", as: Ticket.self, tool: .schema("ticket"), repairs: 1)
        }
        #expect(error?.code == .invalidResponse)
        #expect(error?.response?.newMessages.map(\.role) == [.user, .assistant, .tool, .tool, .assistant])
    }

    // MARK: Images

    @Test func `A file of any size limit can be read`() async throws {
        let directory = try TemporaryDirectory()
        let url = directory.url.appendingPathComponent("a.png")
        try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]).write(to: url)
        for size in [9, 10, Int.max, Int.max - 1] {
            #expect(try await ImageURL(contentsOf: url, maximumSize: size).url.hasPrefix("data:image/png;base64,"))
        }
        for size in [8, 0, -1, Int.min] {
            await #expect(throws: TchaviError.self) { _ = try await ImageURL(contentsOf: url, maximumSize: size) }
        }
    }

    // MARK: API tools

    private func apiResult(
        _ headers: [String: Secret] = [:],
        _ respond: @escaping @Sendable (LoopbackServer.Connection) throws -> Void
    ) async throws -> ToolCallResult {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try respond(connection)
        }
        defer { server.stop() }
        let tool = try PromptTool.api(
            "get",
            .get,
            "\(server.baseURL)/v1/{id}",
            parameters: .object(["id": .string()]),
            headers: headers,
            timeout: .seconds(20)
        )
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "get", arguments: #"{"id":"1"}"#)]), .text("done"))
        var options = RunOptions(tools: [tool])
        options.maxToolResultBytes = 4 << 20
        let response = try await prompt(gateway).run("Hi", options: options)
        return try #require(response.toolCallResults.first)
    }

    @Test(arguments: [(1 << 20, false), ((1 << 20) + 1, true)])
    func `A response of 1 MiB is read, and one that is larger is an error`(bytes: Int, isError: Bool) async throws {
        for isChunked in [false, true] {
            let result = try await apiResult { connection in
                let body = Data(repeating: UInt8(ascii: "a"), count: bytes)
                if isChunked {
                    try connection.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
                    )
                    try connection.send(
                        Data("\(String(bytes, radix: 16))\r\n".utf8) + body + Data("\r\n0\r\n\r\n".utf8)
                    )
                } else {
                    try connection.respond(headers: ["Content-Type": "text/plain"], body: body)
                }
            }
            #expect(result.isError == isError, "\(isChunked) \(result.result.string?.prefix(100) ?? "")")
            if isError { #expect(result.result == "The response is larger than 1 MiB.") }
        }
    }

    @Test func `a secret of digits that a server repeats as a number is redacted`() async throws {
        let secret = "12345678901234567"
        let result = try await apiResult(["X-API-Key": Secret(secret)]) { connection in
            try connection.respond(
                headers: ["Content-Type": "application/json"],
                body: Data(#"{"your_key":12345678901234567}"#.utf8)
            )
        }
        #expect(!result.result.serialized().contains(secret))
    }

    @Test(arguments: [302, 301, 307])
    func `A tool follows no redirect`(status: Int) async throws {
        let reached = Locked(0)
        let other = try LoopbackServer { connection in
            reached.withLock { $0 += 1 }
            _ = try connection.receiveRequest()
            try connection.respond(body: Data("internal".utf8))
        }
        defer { other.stop() }
        let location = "\(other.baseURL)/"
        let result = try await apiResult { connection in
            try connection.respond(status: status, headers: ["Location": location], body: Data())
        }
        #expect(result.isError && reached.withLock { $0 } == 0)
    }

    // MARK: Many calls, nested runs, leaks

    @Test func `the calls of one round do not all run at the same time`() async throws {
        let running = Locked((now: 0, most: 0))
        let tool = PromptTool.program("weather") {
            running.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now)
            }
            try await Task.sleep(for: .milliseconds(200))
            running.withLock { $0.now -= 1 }
        }
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls((0..<10_000).map { ToolCall(id: "c\($0)", name: "weather", arguments: "{}") }),
            .text("done")
        )
        let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [tool]))
        #expect(response.toolCallResults.count == 10_000)
        #expect(running.withLock { $0.most } <= 1000)
    }

    @Test func `Nested runs report an end each, and errors have the response of their own run`() async throws {
        let recorder = Recorder(receivesText: true)
        let inner = LocalGateway()
        inner.enqueue(.error(status: 402, code: "insufficient_credits", message: "No."))
        let innerPrompt = try await prompt(inner, observers: [recorder])
        let tool = PromptTool.program("weather") { () async throws -> String in try await innerPrompt.run("inner").text
        }
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]),
            .error(status: 500, code: "broken", message: "No.")
        )
        let outer = try await prompt(gateway, observers: [recorder])
        let error = await #expect(throws: TchaviError.self) {
            _ = try await outer.run("outer", options: RunOptions(tools: [tool]))
        }
        #expect(error?.response?.newMessages.first?.text == "outer")
        #expect(error?.response?.attempts.count == 2)
        let inputs = recorder.events.withLock { $0.map { $0.response?.newMessages.first?.text } }
        #expect(inputs == ["inner", "outer"])
    }

    private final class Token: Sendable {}

    @Test(arguments: ["run", "fail", "drop", "cancel"])
    func `Nothing of a run is kept after its end`(kind: String) async throws {
        weak var weakToken: Token?
        do {
            let token = Token()
            weakToken = token
            let tool = PromptTool.program("weather") { () async throws -> String in
                _ = token
                if kind == "cancel" { try await Task.sleep(for: .seconds(3600)) }
                return "grey"
            }
            let gateway = LocalGateway()
            gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]), .text("done"))
            if kind == "fail" { gateway.enqueue(.text("x")) }
            let prompt = try await prompt(gateway, observers: [Recorder()])
            let options = RunOptions(tools: [tool], maxToolRounds: kind == "fail" ? 0 : 8)
            switch kind {
            case "drop": for try await _ in prompt.stream("Hi", options: options) { break }
            case "cancel":
                let task = Task { try await prompt.run("Hi", options: options) }
                while gateway.requests.isEmpty { await Task.yield() }
                try await Task.sleep(for: .milliseconds(50))
                task.cancel()
                _ = await task.result
            default: _ = try? await prompt.run("Hi", options: options)
            }
            _ = gateway.unusedResponses
        }
        for _ in 0..<200 where weakToken != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(weakToken == nil)
    }

    @Test func `A refusal of a structured run is reported once`() async throws {
        let recorder = Recorder()
        let gateway = LocalGateway()
        gateway.enqueue(Self.json(Self.message(#"{"role":"assistant","content":"{}","refusal":"I will not."}"#)))
        let prompt = try await prompt(gateway, observers: [recorder])
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt.run("Hi", as: Ticket.self, repairs: 3)
        }
        #expect(error?.code == .refusal && error?.response?.attempts.count == 1)
        #expect(recorder.events.withLock { $0.map(\.outcome) } == [.failed(.init(code: "refusal"))])
    }

    // MARK: Keys

    @Test func `No key is sent with two bodies, and none as it stands`() async throws {
        let bodies = Locked<[String: Set<Data>]>([:])
        let values = Locked<[String]>([])
        for caller in ["k", "k\r\nX-Evil: 1", String(repeating: "k", count: 1 << 20), ""] {
            for isStream in [false, true] {
                let gateway = LocalGateway()
                gateway.enqueue(
                    .error(status: 400, code: "no", message: "No."),
                    .error(status: 400, code: "no", message: "No."),
                    .toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]),
                    .text("bad"),
                    .text(#"{"title":"x"}"#)
                )
                let options = RunOptions(
                    tools: [Self.weather],
                    alternativeModels: ["b", "b"],
                    requestOptions: RequestOptions(idempotencyKey: caller)
                )
                let prompt = try await prompt(gateway)
                if isStream {
                    _ = try await prompt.stream("Hi", options: options).collect()
                } else {
                    _ = try await prompt.run("Hi", options: options, as: Ticket.self, repairs: 1)
                }
                _ = gateway.unusedResponses
                for request in gateway.requests {
                    let key = request.headers[.idempotencyKey] ?? "none"
                    values.withLock { $0.append(key) }
                    bodies.withLock { _ = $0["\(caller.prefix(9))\(key)", default: []].insert(request.body) }
                }
            }
        }
        #expect(bodies.withLock { $0.values.allSatisfy { $0.count == 1 } })
        #expect(values.withLock { $0.allSatisfy { $0.count == 64 } })
    }

    // MARK: Paths

    private final class PathTransport: HTTPTransport {
        let urls = Locked<[URL]>([])
        func send(_ request: TransportRequest) async throws -> TransportResponse {
            urls.withLock { $0.append(request.url) }
            return TransportResponse(status: 204)
        }
    }

    @Test(arguments: [
        "..", ".", "%2e%2e", ".%2e", "%252e%252e", "%25252e%25252e", "%2525252e%2525252e", "..;x", "..%3bx", "..\\",
        "..%5c..", "a/../../x", "a%2f..%2f..", "..\u{0}", "..%00", "..?x", "..#x", "@evil.example", "//evil.example/",
        "\u{FF0E}\u{FF0E}", "..\u{200B}", "%c0%ae%c0%ae", "..%20", ".. ", "..\t", "..\r\nX: y", "%",
    ])
    func `No argument leads to another path`(value: String) async throws {
        let transport = PathTransport()
        let tool = try PromptTool.api("get", .get, "https://api.example/v1/orders/{id}/items", transport: transport)
        let gateway = LocalGateway()
        let arguments = JSONValue.object(["id": .string(value)]).serialized()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "get", arguments: arguments)]), .text("done"))
        _ = try await prompt(gateway).run("Hi", options: RunOptions(tools: [tool]))
        for url in transport.urls.withLock({ $0 }) {
            #expect(url.host == "api.example" && url.query == nil && url.fragment == nil && url.user == nil)
            let segments = url.absoluteString.split(separator: "/")
            #expect(segments.count == 6 && segments.last == "items" && segments[3] == "orders")
            #expect(url.standardized.absoluteString.hasPrefix("https://api.example/v1/orders/"))
        }
    }

    @Test func `A server that drips ends with the tool's timeout`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 400 Bad\r\nContent-Length: 100000\r\n\r\n")
            for _ in 0..<600 {
                try connection.send("x")
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
        defer { server.stop() }
        let tool = try PromptTool.api("get", .get, "\(server.baseURL)/v1", timeout: .seconds(1))
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "get", arguments: "{}")]), .text("done"))
        let response = try await prompt(gateway).run("Hi", options: RunOptions(tools: [tool]))
        #expect(response.toolCallResults.first?.result == "The tool timed out after 1.0 s.")
    }

    @Test func `the event of a call and its result have one id`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]),
            .toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]),
            .text("done")
        )
        var started: [String] = []
        var ended: [String] = []
        for try await event in try await prompt(gateway).stream("Hi", options: RunOptions(tools: [Self.weather])) {
            if case .toolCall(let call) = event { started.append(call.id) }
            if case .toolResult(let result) = event { ended.append(result.id) }
        }
        #expect(started == ended)
    }

    @Test(arguments: ["..?x", "..#x", "..\u{0}", "..\t", ".. ", "..%3F", "..%00x"])
    func `no argument is a dot segment for a server that decodes twice and cuts it`(value: String) async throws {
        let transport = PathTransport()
        let tool = try PromptTool.api("get", .get, "https://api.example/v1/orders/{id}/items", transport: transport)
        let gateway = LocalGateway()
        let arguments = JSONValue.object(["id": .string(value)]).serialized()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "get", arguments: arguments)]), .text("done"))
        _ = try await prompt(gateway).run("Hi", options: RunOptions(tools: [tool]))
        #expect(transport.urls.withLock { $0 }.isEmpty)
    }

    @Test func `a run that is cancelled does not wait for beforeToolCall`() async throws {
        let waiter = Locked<CheckedContinuation<Void, Never>?>(nil)
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "weather", arguments: "{}")]))
        let options = RunOptions(
            tools: [Self.weather],
            beforeToolCall: { _ in
                await withCheckedContinuation { continuation in waiter.withLock { $0 = continuation } }
                return .allow
            }
        )
        let prompt = try await prompt(gateway)
        let ended = Locked(false)
        let task = Task {
            _ = try? await prompt.run("Hi", options: options)
            ended.withLock { $0 = true }
        }
        while waiter.withLock({ $0 == nil }) { await Task.yield() }
        task.cancel()
        for _ in 0..<200 where !ended.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(ended.withLock { $0 })
        waiter.withLock { $0.take() }?.resume()
        await task.value
    }

    @Test func `a caller's function tool does not stand beside a custom tool of its name`() async throws {
        let gateway = LocalGateway()
        let prompt = try await prompt(
            gateway,
            parameters: ["tools": [["type": "custom", "custom": ["name": "weather"]]]]
        )
        let request = try prompt.resolve("Hi", options: RunOptions(tools: [Self.weather])).request
        #expect(request.tools?.count == 1)
    }
}

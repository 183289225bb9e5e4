import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

/// What the model is told about its calls, and what is captured of them.
@Suite(.timeLimit(.minutes(10)))
struct ToolboxTests {
    private struct City: Decodable { let city: String }
    private struct Secretive: Error { let connection = "postgres://admin:hunter2@db" }
    private struct Spoken: LocalizedError { var errorDescription: String? { "The station is closed." } }

    private let gateway = LocalGateway()
    private static let weather = PromptTool.program("weather") { (place: City) in "grey over \(place.city)" }

    private func call(_ name: String, _ arguments: String = #"{"city":"Brest"}"#, id: String? = nil) -> ToolCall {
        ToolCall(id: id ?? "call_\(name)", name: name, arguments: arguments)
    }

    private func run(_ calls: [ToolCall], _ options: RunOptions) async throws -> PromptResponse {
        gateway.enqueue(.toolCalls(calls), .text("done"))
        let response = try await gateway.prompt(.simple("p", [.system("x")])).run("?", options: options)
        _ = gateway.unusedResponses
        return response
    }

    /// The texts of the tool messages that the model got.
    private var told: [String] { gateway.chatRequests.last?.messages.filter { $0.role == .tool }.map(\.text) ?? [] }

    @Test func `Of two calls at once one fails, and the other has its result`() async throws {
        let tides = PromptTool.program("tides") { (_: City) -> String in throw Spoken() }
        let response = try await run([call("weather"), call("tides")], RunOptions(tools: [Self.weather, tides]))
        #expect(told == ["grey over Brest", "The station is closed."])
        #expect(response.toolCallResults.map(\.isError) == [false, true])
        #expect(response.text == "done")
    }

    @Test func `The text of an error that was not written to be read is not sent to the model`() async throws {
        let tool = PromptTool.program("weather") { (_: City) -> String in throw Secretive() }
        let response = try await run([call("weather")], RunOptions(tools: [tool]))
        #expect(told == ["The tool failed."])
        #expect(!gateway.requests.contains { String(decoding: $0.body, as: UTF8.self).contains("hunter2") })
        // The program itself can log it; the JSON form, which may leave the program, does not have it.
        #expect(response.toolCallResults[0].errorDescription?.contains("hunter2") == true)
        #expect(!response.json.serialized().contains("hunter2"))
    }

    @Test func `A tool that hangs is given up after its time, also if it does not heed cancellation`() async throws {
        let clock = TestClock()
        let begun = AsyncStream.makeStream(of: Void.self)
        let tool = PromptTool.program("weather") { (_: City) -> String in
            begun.continuation.yield()
            await Task.detached { try? await Task.sleep(for: .seconds(3600)) }.value
            return "late"
        }
        gateway.enqueue(.toolCalls([call("weather")]), .text("done"))
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]), configuration: configuration)
        let run = Task { try await prompt.run("?", options: RunOptions(tools: [tool], toolTimeout: .seconds(5))) }
        for await _ in begun.stream { break }
        await clock.whenSleeping()
        clock.advance(by: .seconds(5))
        let response = try await run.value
        #expect(told == ["The tool timed out after 5.0 s."])
        #expect(response.toolCallResults.map(\.isError) == [true])
        #expect(response.toolCallResults.map(\.duration) == [.seconds(5)])
    }

    @Test func `Arguments that are not JSON, and a name that nobody registered, are told to the model`() async throws {
        let response = try await run(
            [call("weather", "no json"), call("wether"), call("weather", #"{"city":7}"#, id: "c3")],
            RunOptions(tools: [Self.weather])
        )
        #expect(told[0].hasPrefix("The arguments cannot be decoded: at $"))
        #expect(told[1] == "The tool `wether` was not found.")
        #expect(told[2].hasPrefix("The arguments cannot be decoded: at $.city: expected String"))
        #expect(response.toolCallResults.allSatisfy { $0.isError })
        #expect(response.toolCallResults[0].arguments == "no json")
    }

    @Test func `A result of 10 MB is not sent, and the model is told its size`() async throws {
        let text = String(repeating: "x", count: 10_000_000)
        let tool = PromptTool.program("weather") { (_: City) in text }
        let response = try await run([call("weather")], RunOptions(tools: [tool]))
        #expect(told == ["The result has 10000000 bytes, more than the 262144 that are allowed."])
        #expect(response.toolCallResults.map(\.isError) == [true])
        for (limit, isError) in [(24, true), (25, false)] {
            var options = RunOptions(tools: [PromptTool.program("weather") { ["sky": "grey", "sea": "é"] }])
            options.maxToolResultBytes = limit
            #expect(try await run([call("weather")], options).toolCallResults.map(\.isError) == [isError])
        }
    }

    @Test func `Ids that are missing or repeated are made unique, also within the conversation`() async throws {
        let history: [ChatMessage] = [
            .user("Hi"), ChatMessage(role: .assistant, content: nil, toolCalls: [call("weather", id: "same")]),
            .tool("grey", callID: "same"), .assistant("Grey."),
        ]
        gateway.enqueue(
            .toolCalls([call("weather", id: "same"), call("weather", id: "same"), call("weather", id: "")]),
            .toolCalls([call("weather", id: "same_2"), call("weather", id: "")]),
            .text("done")
        )
        let response = try await gateway.prompt(.simple("p", [.system("x")]))
            .run("?", options: RunOptions(history: history, tools: [Self.weather]))
        let ids = response.toolCallResults.map(\.id)
        #expect(ids == ["same_2", "same_3", "call_1_2", "same_2_2", "call_2_1"])
        #expect(response.newMessages.compactMap(\.toolCallID) == ids)
        #expect(response.newMessages.flatMap { $0.toolCalls ?? [] }.map(\.id) == ids)
    }

    @Test func `A denied call is not run, and the model is told why`() async throws {
        let runs = Locked<[String]>([])
        let tool = PromptTool.program("pay") { (place: City) in
            runs.withLock { $0.append(place.city) }
            return "paid"
        }
        let asked = Locked<[String]>([])
        var options = RunOptions(tools: [tool, .schema("form")])
        options.beforeToolCall = { call in
            asked.withLock { $0.append(call.id) }
            switch call.id {
            case "a": return .deny(reason: "the amount is too large")
            case "b": return .change(arguments: ["city": "Nice"])
            case "c": throw Secretive()
            default: return .allow
            }
        }
        let response = try await run(["a", "b", "c", "d"].map { call("pay", id: $0) }, options)
        #expect(asked.withLock { $0 } == ["a", "b", "c", "d"])
        #expect(Set(runs.withLock { $0 }) == ["Nice", "Brest"])
        #expect(
            told == [
                "The call was denied: the amount is too large", "paid",
                "The call was denied: the check of the call failed",
                "paid",
            ]
        )
        #expect(response.toolCallResults.map(\.isError) == [true, false, true, false])
        #expect(response.toolCallResults[1].arguments == #"{"city":"Nice"}"#)
        #expect(response.toolCallResults[2].errorDescription?.contains("Secretive") == true)
        // A captured call is not run, so nobody is asked.
        _ = try await run([call("form", id: "e")], options)
        #expect(asked.withLock { $0.count } == 4)
    }

    @Test func `A tool that the version declares and nobody registered is refused before anything is sent`()
        async throws
    {
        let declared: [String: JSONValue] = [
            "tools": [
                ["type": "function", "function": ["name": "wether"]], ["type": "web_search"],
                ["type": "function", "function": ["name": "weather"]],
            ]
        ]
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: declared))
        let options = RunOptions(tools: [Self.weather])
        let error = await #expect(throws: PromptError.self) { _ = try await prompt.run("?", options: options) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("`wether`; registered are `weather`") == true)
        let streamed = await #expect(throws: PromptError.self) {
            _ = try await prompt.stream("?", options: options).collect()
        }
        #expect(streamed == error)
        #expect(gateway.requests.isEmpty)
        // The library's tools are named too, those that the version does not declare among them.
        let library = PromptLibrary(
            source: .memory([.simple("p", [.system("x")], parameters: declared)]),
            gateway: gateway.client(),
            tools: [.schema("tides"), Self.weather]
        )
        let other = await #expect(throws: PromptError.self) { _ = try await library.prompt("p").run("?") }
        #expect(other?.message.contains("`wether`; registered are `tides`, `weather`") == true)
        // What would be sent can be looked at all the same.
        #expect(try prompt.resolve("?", options: options).request.tools?.count == 3)
        gateway.enqueue(.toolCalls([call("wether")]))
        let captured = try await prompt.run(
            "?",
            options: RunOptions(tools: [Self.weather], unregisteredTools: .capture)
        )
        #expect(captured.toolCallResults.map(\.type) == [.schema])
        #expect(captured.toolCallResults.map(\.result) == [["city": "Brest"]])
    }

    @Test func `A captured call ends the run also at the round limit, with a result that can be set`() async throws {
        let options = RunOptions(tools: [Self.weather, .schema("report")], maxToolRounds: 1)
        gateway.enqueue(.toolCalls([call("weather")]), .toolCalls([call("report"), call("weather", id: "w2")]))
        var response = try await gateway.prompt(.simple("p", [.system("x")])).run("?", options: options)
        #expect(response.toolCallResults.map(\.name) == ["weather", "report", "weather"])
        #expect(response.newMessages.suffix(2).map(\.text) == ["captured", "grey over Brest"])
        response.setToolMessage("saved as 17", forCall: "call_report")
        response.setToolMessage("nobody", forCall: "unknown")
        var conversation = Conversation()
        conversation.append(response)
        gateway.enqueue(.text("Fine."))
        _ = try await gateway.prompt(.simple("p", [.system("x")])).run("Thanks", in: conversation, options: options)
        #expect(told == ["grey over Brest", "saved as 17", "grey over Brest"])
    }

    @Test func `A loop that never ends is an error whose transcript can be sent`() async throws {
        let loop = call("weather")
        let gateway = LocalGateway { request in
            request.messages.last?.text == "Next" ? .text("Out of it.") : .toolCalls([loop])
        }
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let options = RunOptions(tools: [Self.weather])
        let error = await #expect(throws: PromptError.self) { _ = try await prompt.run("?", options: options) }
        #expect(error?.code == .toolRounds && error?.limit == .rounds)
        let response = try #require(error?.response)
        #expect(gateway.requests.count == 9)
        #expect(response.toolCallResults.count == 8)
        #expect(response.newMessages.last?.text == "The call was not carried out.")
        let next = try await prompt.run("Next", in: Conversation(response.newMessages), options: options)
        #expect(next.text == "Out of it.")
    }

    @Test func `Unrecognized fields of the model's messages are not sent back, but for those that must be`()
        async throws
    {
        let completion = try ChatCompletion(
            json: JSONValue(
                parsing: #"""
                    {"id":"c","model":"m","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
                    "content":null,"annotations":[],"reasoning":"Hm.","reasoning_content":"Hm.",
                    "thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"s"}],
                    "tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":"","x":1},
                    "extra_content":{"google":{"thought_signature":"t"}}}]}}]}
                    """#
            )
        )
        let tool = PromptTool.program("weather") { "grey" }
        for fields in [RunOptions.defaultEchoedFields, ["reasoning"], []] as [Set<String>] {
            gateway.enqueue(.completion(completion), .text("done"))
            var options = RunOptions(tools: [tool])
            options.echoedFields = fields
            let response = try await gateway.prompt(.simple("p", [.system("x")])).run("?", options: options)
            let sent = try #require(gateway.chatRequests.last?.messages.first { $0.role == .assistant })
            let known: Set = ["thinking_blocks", "reasoning_content", "reasoning", "annotations"]
            #expect(Set(sent.additionalFields.keys) == fields.intersection(known))
            let call = try #require(sent.toolCalls?.first)
            #expect(Set(call.additionalFields.keys) == fields.intersection(["extra_content"]))
            #expect(call.function.additionalFields.isEmpty)
            // Some servers refuse arguments that are not JSON, such as an empty string.
            #expect(call.function.arguments == "{}")
            #expect(response.newMessages[1] == sent)
        }
    }

    @Test func `The run's deadline also ends the wait for a decision, and the call was not carried out`() async throws {
        let clock = TestClock()
        let asked = AsyncStream.makeStream(of: Void.self)
        var options = RunOptions(tools: [Self.weather], deadline: .seconds(5))
        options.beforeToolCall = { _ in
            asked.continuation.yield()
            try await Task.sleep(for: .seconds(3600))
            return .allow
        }
        gateway.enqueue(.toolCalls([call("weather")]))
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]), configuration: configuration)
        let run = Task { [options] in try await prompt.run("?", options: options) }
        for await _ in asked.stream { break }
        await clock.whenSleeping()
        clock.advance(by: .seconds(5))
        let error = await #expect(throws: PromptError.self) { _ = try await run.value }
        #expect(error?.limit == .deadline)
        #expect(error?.promptResponse?.newMessages.last?.text == "The call was not carried out.")
        #expect(error?.promptResponse?.toolCallResults.map(\.isError) == [true])
    }
}

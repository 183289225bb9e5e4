import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct PromptRunTests {
    private struct City: Decodable { let city: String }
    private struct Failure: LocalizedError { var errorDescription: String? { "The station is closed." } }

    private let gateway = LocalGateway()

    private static let declared: [String: JSONValue] = [
        "tools": [
            ["type": "function", "function": ["name": "weather", "parameters": ["type": "object"]]],
            ["type": "function", "function": ["name": "tides"]], ["type": "function", "function": ["name": "report"]],
        ]
    ]

    private static let weather = PromptTool.program("weather") { (place: City) in ["sky": "grey over \(place.city)"] }
    private static let tides = PromptTool.program("tides") { (_: City) -> String in throw Failure() }

    private func call(_ name: String, _ arguments: String = #"{"city":"Brest"}"#, id: String? = nil) -> ToolCall {
        ToolCall(id: id ?? "call_\(name)", name: name, arguments: arguments)
    }

    private func prompt(_ tools: [PromptTool] = [], parameters: [String: JSONValue] = declared) async throws -> Prompt {
        let captured = ["weather", "tides", "report"].map { PromptTool.schema($0) }
        return try await gateway.prompt(.simple("p", [.system("x")], parameters: parameters), tools: tools + captured)
    }

    @Test func `A run returns text, usage, cost, selection and the sent messages`() async throws {
        gateway.enqueue(.text("Hello Ada"))
        let prompt = try await gateway.prompt()
        let response = try await prompt.run("Hi", variables: ["name": "Ada"])
        #expect(response.text == "Hello Ada")
        #expect(response.choices[0].finishReason == .stop)
        let usage = response.usage
        let total = try #require(usage.totalTokens)
        #expect(try total == #require(usage.promptTokens) + #require(usage.completionTokens))
        #expect(usage.creditsUsed == Decimal(total) / 1000)
        #expect(usage.creditsRemaining == gateway.creditsRemaining)
        #expect(response.selection == prompt.selection)
        let resolution = try prompt.resolve("Hi", variables: ["name": "Ada"])
        #expect(response.resolvedMessages == resolution.messages)
        #expect(response.contentHash == resolution.contentHash)
        #expect(gateway.chatRequests == [resolution.request])
        #expect(response.provider == "openai")
        let quiet = try await prompt.run(
            "Hi",
            variables: ["name": "Ada"],
            options: RunOptions(includesResolvedMessages: false)
        )
        #expect(quiet.resolvedMessages == nil)
    }

    @Test func `Tools run at the same time, and every call is captured in the order of the calls`() async throws {
        // Each tool waits until the other has begun: one after the other they would never end.
        let meeting = Locked(0)
        let meet: @Sendable (City) async throws -> String = { place in
            meeting.withLock { $0 += 1 }
            while meeting.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(1)) }
            return place.city
        }
        gateway.enqueue(.toolCalls([call("weather"), call("tides", #"{"city":"Nice"}"#)]), .text("done"))
        let response = try await prompt([.program("weather", meet), .program("tides", meet)]).run("?")
        #expect(response.text == "done")
        #expect(response.toolCallResults.map(\.id) == ["call_weather", "call_tides"])
        #expect(response.toolCallResults.map(\.result) == ["Brest", "Nice"])
        #expect(response.toolCallResults.allSatisfy { $0.type == .program && !$0.isError && $0.duration > .zero })
        let sent = gateway.chatRequests[1].messages
        #expect(sent.suffix(3).map(\.role) == [.assistant, .tool, .tool])
        #expect(sent.suffix(2).map(\.toolCallID) == ["call_weather", "call_tides"])
        #expect(sent.suffix(2).map(\.text) == ["Brest", "Nice"])
    }

    @Test func `An error of a tool becomes its result, which the model sees`() async throws {
        gateway.enqueue(
            .toolCalls([
                call("weather"), call("tides"), call("weather", #"{"town":"Brest"}"#, id: "c3"),
                call("weather", "no json", id: "c4"), call("nonexistent"), call("slow"),
            ]),
            .text("done")
        )
        let slow = PromptTool.program("slow", timeout: .milliseconds(20)) { (_: City) in
            // Does not heed cancellation; the run goes on all the same.
            await Task.detached { try? await Task.sleep(for: .seconds(2)) }.value
            return 1
        }
        let response = try await prompt([Self.weather, Self.tides]).run("?", options: RunOptions(tools: [slow]))
        #expect(response.text == "done")
        let results = response.toolCallResults
        #expect(results.map(\.isError) == [false, true, true, true, true, true])
        #expect(results[0].result == ["sky": "grey over Brest"])
        #expect(results[1].result == "The station is closed.")
        #expect(results[2].result == "The arguments cannot be decoded: at $.city: missing")
        #expect(results[3].result.string?.hasPrefix("The arguments cannot be decoded: at $") == true)
        #expect(results[4].result == "The tool `nonexistent` was not found.")
        #expect(results[5].result == "The tool timed out after 0.02 s.")
        let sent = gateway.chatRequests[1].messages.suffix(6).map(\.text)
        #expect(sent[0] == #"{"sky":"grey over Brest"}"#)
        #expect(Array(sent.dropFirst()) == results.dropFirst().map { $0.result.string ?? "" })
    }

    @Test func `A tool without an implementation is captured and ends the run, after the others of its round`()
        async throws
    {
        gateway.enqueue(.toolCalls([call("report", #"{"headline":"Grey"}"#), call("weather")]))
        let response = try await prompt([Self.weather]).run("?")
        #expect(gateway.requests.count == 1)
        #expect(response.toolCallResults.map(\.type) == [.schema, .program])
        #expect(response.toolCallResults[0].result == ["headline": "Grey"])
        #expect(response.toolCallResults[1].result == ["sky": "grey over Brest"])
        #expect(response.choices[0].finishReason == .toolCalls)
        gateway.enqueue(.toolCalls([call("extract", #"{"a":1}"#)]))
        let extract = PromptTool.schema("extract", description: "Hands the facts over", parameters: ["type": "object"])
        let other = try await prompt().run("?", options: RunOptions(tools: [extract]))
        #expect(other.toolCallResults.map(\.result) == [["a": 1]])
    }

    @Test func `A registered tool that the version does not declare is added to the request, once`() async throws {
        let extra = PromptTool.program("extra", description: "More", parameters: ["type": "object"]) { (_: City) in 1 }
        _ = try await prompt([Self.weather]).run(
            "?",
            options: RunOptions(tools: [extra, extra, Self.weather], model: "m")
        )
        let tools = try #require(gateway.chatRequests.first?.tools)
        #expect(tools.map(\.name) == ["weather", "tides", "report", "extra"])
        #expect(tools[0].parameters == ["type": "object"])
        #expect(tools[3].description == "More")
    }

    @Test func `Usage and credits are sums over the rounds, and latency leaves the tools out`() async throws {
        let clock = TestClock()
        let weather = call("weather")
        let gateway = LocalGateway { request in
            clock.advance(by: .seconds(2))
            return request.messages.count { $0.role == .tool } < 2 ? .toolCalls([weather]) : .text("done")
        }
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        let slow = PromptTool.program("weather") { (_: City) in
            clock.advance(by: .seconds(5))
            return 1
        }
        let prompt = try await gateway.prompt(
            .simple("p", [.system("x")], parameters: Self.declared),
            tools: [slow, .schema("tides"), .schema("report")],
            configuration: configuration
        )
        let response = try await prompt.run("?")
        #expect(response.usage.latency == .seconds(6))
        #expect(response.toolCallResults.map(\.duration) == [.seconds(5), .seconds(5)])
        #expect(response.toolCallResults.map(\.round) == [1, 2])
        #expect(response.usage.creditsUsed == 1000 - gateway.creditsRemaining)
        #expect(response.usage.creditsUsed == Decimal(try #require(response.usage.totalTokens)) / 1000)
    }

    @Test func `A model that never stops calling tools is an error with the response so far`() async throws {
        for _ in 0..<5 { gateway.enqueue(.toolCalls([call("weather")])) }
        let prompt = try await prompt([Self.weather])
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt.run("?", options: RunOptions(maxToolRounds: 2))
        }
        #expect(error?.code == .toolRounds)
        #expect(gateway.requests.count == 3)
        #expect(gateway.unusedResponses.count == 2)
        #expect(error?.response?.toolCallResults.count == 2)
        #expect(error?.response?.usage.creditsUsed == 1000 - gateway.creditsRemaining)
    }

    @Test func `Tools with several choices are refused before anything is sent`() async throws {
        let prompt = try await prompt([Self.weather], parameters: Self.declared.merging(["n": 2]) { $1 })
        let error = await #expect(throws: TchaviError.self) { _ = try await prompt.run("?") }
        #expect(error?.code == .invalidRequest)
        #expect(gateway.requests.isEmpty)
    }

    @Test func `Several choices and tools of the run options are not blamed on the version`() async throws {
        let prompt = try await prompt([], parameters: [:])
        let options = RunOptions(tools: [Self.weather], modelParameters: ["n": 2])
        let error = await #expect(throws: TchaviError.self) { _ = try await prompt.run("?", options: options) }
        #expect(error?.code == .invalidRequest)
        #expect(
            error?.message.hasPrefix("The request for `\(prompt.promptID)` asks for 2 choices and has tools") == true
        )
        #expect(error?.description.contains("the run options can set both") == true)
        #expect(gateway.requests.isEmpty)
    }

    @Test func `Cancelling a run cancels its tools, promptly`() async throws {
        let begun = AsyncStream.makeStream(of: Void.self)
        let ended = AsyncStream.makeStream(of: Bool.self)
        let tool = PromptTool.program("weather") { (_: City) -> Int in
            begun.continuation.yield()
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                ended.continuation.yield(Task.isCancelled)
                throw error
            }
            return 1
        }
        gateway.enqueue(.toolCalls([call("weather")]), .text("never"))
        let prompt = try await prompt([tool])
        let task = Task { try await prompt.run("?") }
        for await _ in begun.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        for await wasCancelled in ended.stream {
            #expect(wasCancelled)
            break
        }
        #expect(gateway.unusedResponses.count == 1)
    }

    @Test func `Calls without an id get one, and empty arguments are an empty object`() async throws {
        struct Nothing: Decodable {}
        gateway.enqueue(.toolCalls([call("weather", "", id: ""), call("weather", " ", id: "")]), .text("done"))
        let tool = PromptTool.program("weather") { (_: Nothing) in true }
        let response = try await prompt([tool]).run("?")
        #expect(response.toolCallResults.map(\.id) == ["call_1_0", "call_1_1"])
        #expect(response.toolCallResults.map(\.result) == [true, true])
        let sent = gateway.chatRequests[1].messages
        #expect(sent[sent.count - 3].toolCalls?.map(\.id) == ["call_1_0", "call_1_1"])
    }

    @Test func `The gateway's errors pass through typed`() async throws {
        gateway.enqueue(.error(status: 402, code: "insufficient_credits", message: "No."))
        let prompt = try await prompt()
        let error = await #expect(throws: TchaviError.self) { _ = try await prompt.run("?") }
        #expect(error?.code == .insufficientCredits)
    }

    @Test func `A run can remove the version's tools`() async throws {
        let prompt = try await prompt([Self.weather])
        _ = try await prompt.run("?", options: RunOptions(modelParameters: ["tools": nil]))
        #expect(gateway.chatRequests[0].tools == nil)
    }

    @Test func `Truncated arguments are captured as an error`() async throws {
        gateway.enqueue(.toolCalls([call("report", #"{"headline":"Gr"#), call("report", "", id: "c2")]))
        let response = try await prompt().run("?")
        #expect(response.toolCallResults.map(\.isError) == [true, false])
        #expect(response.toolCallResults.map(\.result) == [#"{"headline":"Gr"#, [:]])
        #expect(gateway.requests.count == 1)
    }

    @Test func `Tools decode dates in the format in which they encode them`() async throws {
        struct Day: Decodable { let day: Date }
        let tool = PromptTool.program("weather") { (argument: Day) in ["day": argument.day] }
        for text in ["2026-01-05T00:00:00Z", "2026-01-05T00:00:00.000Z"] {
            gateway.enqueue(.toolCalls([call("weather", #"{"day":"\#(text)"}"#)]), .text("done"))
            let response = try await prompt([tool]).run("?")
            #expect(response.toolCallResults[0].result == ["day": "2026-01-05T00:00:00Z"])
        }
    }

    @Test func `Unrecognized fields of the model's response are kept`() async throws {
        let json = try JSONValue(
            parsing: #"{"id":"c","model":"m","service_tier":"default","system_fingerprint":"fp","choices":[{"index":0,"#
                + #""message":{"role":"assistant","content":"x","annotations":[1]},"logprobs":{"content":[]},"finish_reason":"stop","#
                + #""content_filter_results":{}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}"#
        )
        gateway.enqueue(.completion(try ChatCompletion(json: json)))
        let response = try await prompt().run("?")
        #expect(response.choices[0].logprobs == ["content": []])
        #expect(response.choices[0].additionalFields == ["content_filter_results": [:]])
        #expect(response.choices[0].message.additionalFields == ["annotations": [1]])
        #expect(response.usage.additionalFields == ["prompt_tokens_details": ["cached_tokens": 1]])
        #expect(response.usage.totalTokens == 3)
        #expect(response.additionalFields == ["service_tier": "default", "systemFingerprint": "fp"])
        #expect(try PromptResponse(json: response.json).json == response.json)
    }
}

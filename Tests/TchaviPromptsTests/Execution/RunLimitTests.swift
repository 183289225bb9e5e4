import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct RunLimitTests {
    private static let weather = PromptTool.program("weather") { "grey" }
    private static let call = ToolCall(id: "a", name: "weather", arguments: "{}")

    /// Runs a prompt whose model calls a tool in each of its first rounds.
    private func error(
        _ options: RunOptions,
        gateway: LocalGateway = LocalGateway(),
        script: [LocalGateway.ScriptedResponse] = [.toolCalls([call]), .toolCalls([call]), .text("done")]
    ) async throws -> PromptError? {
        for response in script { gateway.enqueue(response) }
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        var options = options
        options.tools = [Self.weather]
        defer { _ = gateway.unusedResponses }
        do {
            _ = try await prompt.run("Hi", options: options)
            return nil
        } catch let error as PromptError {
            return error
        }
    }

    @Test func `A run stops between rounds when it has used its tokens`() async throws {
        let gateway = LocalGateway()
        let error = try await error(RunOptions(maxTotalTokens: 1), gateway: gateway)
        #expect(error?.code == .limit && error?.limit == .tokens)
        #expect(gateway.requests.count == 1)
        #expect(error?.response?.toolCallResults.count == 1)
        #expect(error?.response?.newMessages.map(\.role) == [.user, .assistant, .tool])
        #expect(error?.message.contains("`maxTotalTokens` is 1") == true)
        // The last round's tokens are spent, whatever they are.
        #expect(try await self.error(RunOptions(maxTotalTokens: 1), script: [.text("long")]) == nil)
        #expect(try await self.error(RunOptions(maxTotalTokens: 1_000_000)) == nil)
    }

    @Test func `A run stops between rounds when it has cost its credits`() async throws {
        let gateway = LocalGateway()
        let error = try await error(RunOptions(maxCredits: Decimal(1) / 1_000_000), gateway: gateway)
        #expect(error?.limit == .credits)
        #expect(error?.response?.usage.creditsUsed == 1000 - gateway.creditsRemaining)
        #expect(try await self.error(RunOptions(maxCredits: 100)) == nil)
        // A refused call has cost nothing, so another model is tried.
        let refusal = LocalGateway.ScriptedResponse.error(status: 400, code: "no", message: "No.")
        let options = RunOptions(maxTotalTokens: 1000, maxCredits: 100, alternativeModels: ["second"])
        #expect(try await self.error(options, script: [refusal, .text("done")]) == nil)
    }

    @Test(arguments: [PromptError.Limit.tokens, .credits])
    func `What is not reported cannot be checked, and the run stops`(limit: PromptError.Limit) async throws {
        let body =
            #"{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":"#
            + #"[{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#
        let response = LocalGateway.ScriptedResponse.response(
            status: 200,
            headers: [.contentType: "application/json"],
            body: Data(body.utf8)
        )
        let options = limit == .tokens ? RunOptions(maxTotalTokens: 1000) : RunOptions(maxCredits: 1000)
        let error = try await error(options, script: [response, .text("done")])
        #expect(error?.limit == limit)
        #expect(error?.message.contains("does not report") == true)
        let usage = try #require(error?.response?.usage)
        #expect(usage.totalTokens == nil && usage.promptTokens == nil && usage.creditsUsed == nil)
        #expect(usage.description == "unknown tokens (unknown in, unknown out)")
        #expect(try await self.error(RunOptions(), script: [response, .text("done")]) == nil)
    }

    @Test func `Usage is a sum with its details, and unknown once a round's is unknown`() async throws {
        func completion(_ cached: Int, _ reasoning: Int) throws -> LocalGateway.ScriptedResponse {
            let json = try JSONValue(
                parsing:
                    #"{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":"#
                    + #"[{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"#
                    + #""tool_calls"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"cost":0.5,"#
                    + #""prompt_tokens_details":{"cached_tokens":\#(cached),"audio_tokens":null},"tier":"a"}}"#
                    .replacing("\"tier\":\"a\"", with: "\"tier\":\"\(cached)\"")
            )
            var completion = try ChatCompletion(json: json)
            completion.usage?.additionalFields["completion_tokens_details"] = [
                "reasoning_tokens": .integer(Int64(reasoning))
            ]
            return .completion(completion)
        }
        let gateway = LocalGateway()
        gateway.enqueue(try completion(3, 1), try completion(4, 2), .text("done"))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let response = try await prompt.run("Hi", options: RunOptions(tools: [Self.weather]))
        #expect(response.usage.cachedTokens == 7)
        #expect(response.usage.reasoningTokens == 3)
        #expect(response.usage.additionalFields["cost"] == 1.0)
        #expect(response.usage.additionalFields["tier"] == "4")
        #expect(response.attempts.map { $0.usage?.cachedTokens } == [3, 4, nil])
        #expect(try PromptResponse(json: response.json).json == response.json)
    }

    @Test func `A deadline ends the wait for the model, for a tool and for a stream that fell silent`() async throws {
        enum Stall: CaseIterable { case model, tool, stream }
        for stall in Stall.allCases {
            let clock = TestClock()
            let stalled = AsyncStream.makeStream(of: Void.self)
            let tool = PromptTool.program("weather") { () -> String in
                if stall == .tool {
                    stalled.continuation.yield()
                    try await Task.sleep(for: .seconds(3600))
                }
                return "grey"
            }
            let requests = Locked(0)
            let server = try LoopbackServer { connection in
                while try connection.receiveRequest() != nil {
                    let count = requests.withLock { count in
                        count += 1
                        return count
                    }
                    let call = #"{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}"#
                    let head = #"{"id":"c","model":"m","choices":[{"index":0,"#
                    if count == 2 {
                        if stall == .stream {
                            try connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
                            try connection.send("data: \(head)\"delta\":{\"content\":\"Half\"}}]}\n\n")
                        }
                        if stall == .model { stalled.continuation.yield() }
                        connection.waitForClose()
                        return
                    }
                    if stall == .stream {
                        let delta =
                            "data: \(head)\"delta\":{\"tool_calls\":[\(call)]},\"finish_reason\":\"tool_calls\"}]}\n\n"
                        try connection.respond(
                            headers: ["Content-Type": "text/event-stream"],
                            body: Data((delta + "data: [DONE]\n\n").utf8)
                        )
                    } else {
                        try connection.respond(
                            headers: ["Content-Type": "application/json"],
                            body: Data("\(head)\"message\":{\"role\":\"assistant\",\"tool_calls\":[\(call)]}}]}".utf8)
                        )
                    }
                }
            }
            defer { server.stop() }
            var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
            configuration.clock = clock
            configuration.idleTimeout = nil
            configuration.metadataTimeout = .zero
            let library = PromptLibrary(
                source: .memory([.simple("p", [.system("x")])]),
                gateway: TchaviClient(.apiKey("sk-tch-loopback"), configuration: configuration)
            )
            let prompt = try await library.prompt("p")
            let options = RunOptions(tools: [tool], toolTimeout: .seconds(3600), deadline: .seconds(20))
            let run = Task {
                guard stall == .stream else { return try await prompt.run("Hi", options: options) }
                for try await event in prompt.stream("Hi", options: options) {
                    if event == .text("Half") { stalled.continuation.yield() }
                    if case .response(let response) = event { return response }
                }
                throw CancellationError()
            }
            for await _ in stalled.stream { break }
            await clock.whenSleeping()
            clock.advance(by: .seconds(20))
            let error = await #expect(throws: PromptError.self, "\(stall)") { _ = try await run.value }
            #expect(error?.limit == .deadline, "\(stall)")
            let response = try #require(error?.response)
            #expect(response.toolCallResults.count == 1)
            #expect(response.toolCallResults[0].isError == (stall == .tool))
            #expect(response.attempts.count == (stall == .tool ? 1 : 2))
            if stall == .stream { #expect(response.newMessages.last?.text == "Half") }
        }
    }

    @Test func `An input that is too long is refused before anything is sent`() async throws {
        let gateway = LocalGateway()
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let options = RunOptions(maxInputBytes: 4)
        let error = await #expect(throws: PromptError.self) { _ = try await prompt.run("áéí", options: options) }
        #expect(error?.code == .limit && error?.limit == .input)
        #expect(gateway.requests.isEmpty)
        _ = try await prompt.run("áé", options: options)
    }
}

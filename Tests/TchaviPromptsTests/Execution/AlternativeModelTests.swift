import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AlternativeModelTests {
    private static let weather = PromptTool.program("weather") { "grey" }

    private func prompt(_ gateway: LocalGateway, honouring: Bool = false) async throws -> Prompt {
        var configuration = TchaviClient.Configuration()
        configuration.retryPolicy = .none
        configuration.honoursIdempotencyKey = honouring
        return try await gateway.prompt(.simple("p", [.system("x")]), configuration: configuration)
    }

    /// A gateway on which the models of these names fail.
    private func gateway(_ failures: [String: LocalGateway.ScriptedResponse]) -> LocalGateway {
        LocalGateway { request in failures[request.model] ?? LocalGateway.derivedResponse(to: request) }
    }

    /// No connection was made, so nothing was sent.
    private static let refused: TchaviError = {
        var error = TchaviError(.transport, "The connection was refused.")
        error.isConnectFailure = true
        return error
    }()

    private static let overloaded = LocalGateway.ScriptedResponse.error(status: 503, code: "overloaded", message: "No.")

    @Test(arguments: [false, true])
    func `Models are tried in order until one answers, and the response says what failed`(isStream: Bool) async throws {
        let gateway = gateway(["gpt-4o-mini": Self.overloaded, "second": .failure(Self.refused)])
        let prompt = try await prompt(gateway)
        let options = RunOptions(alternativeModels: ["second", "third", "fourth"])
        let response =
            isStream
            ? try await prompt.stream("Hi", options: options).collect() : try await prompt.run("Hi", options: options)
        #expect(response.model == "third")
        #expect(response.attempts.map(\.model) == ["gpt-4o-mini", "second", "third"])
        #expect(response.attempts.map { $0.failure?.statusCode } == [503, nil, nil])
        #expect(response.attempts.map { $0.failure?.code } == [.api, .transport, nil])
        #expect(response.attempts.map(\.round) == [1, 1, 1])
        // The hash is that of the request that was answered.
        let answered = try prompt.resolve("Hi", options: RunOptions(model: "third"))
        #expect(response.contentHash == answered.contentHash)
        #expect(try response.contentHash != prompt.resolve("Hi").contentHash)
        // What was refused has cost nothing.
        #expect(response.usage.creditsUsed == 1000 - gateway.creditsRemaining)
        #expect(try PromptResponse(json: response.json).json == response.json)
    }

    @Test func `If every model fails, the last error is thrown with all attempts`() async throws {
        let gateway = gateway(["gpt-4o-mini": Self.overloaded, "second": .rateLimited()])
        let prompt = try await prompt(gateway)
        let error = await #expect(throws: TchaviError.self) {
            _ = try await prompt.run("Hi", options: RunOptions(alternativeModels: ["second"]))
        }
        #expect(error?.code == .rateLimited)
        #expect(error?.response?.attempts.map { $0.failure?.statusCode } == [503, 429])
    }

    @Test(arguments: [
        (TchaviError(.timeout, "Late."), false), (TchaviError.connectionLost("Lost."), false), (refused, true),
    ])
    func `What may have been carried out is not sent to another model`(error: TchaviError, isTried: Bool) async throws {
        for isHonoured in [false, true] {
            let gateway = gateway(["gpt-4o-mini": .failure(error)])
            let prompt = try await prompt(gateway, honouring: isHonoured)
            let response = try? await prompt.run("Hi", options: RunOptions(alternativeModels: ["second"]))
            #expect((response?.model == "second") == (isTried || isHonoured), "\(error)")
            #expect(gateway.requests.count == (isTried || isHonoured ? 2 : 1), "\(error)")
        }
    }

    @Test(arguments: [(401, false), (400, true), (402, true), (404, true), (408, false), (500, true), (504, false)])
    func `Refusals are tried with another model, but not of the credential`(status: Int, isTried: Bool) async throws {
        let gateway = gateway(["gpt-4o-mini": .error(status: status, code: "no", message: "No.")])
        let prompt = try await prompt(gateway)
        let response = try? await prompt.run("Hi", options: RunOptions(alternativeModels: ["second"]))
        #expect((response?.model == "second") == isTried)
        #expect(gateway.requests.count == (isTried ? 2 : 1))
    }

    @Test(arguments: [0, 1, 3])
    func `A stream that has begun is not sent to another model`(events: Int) async throws {
        let gateway = gateway(["gpt-4o-mini": .cutStream(after: events, of: .text("One two three"))])
        let prompt = try await prompt(gateway, honouring: true)
        let error = await #expect(throws: TchaviError.self) {
            _ = try await prompt.stream("Hi", options: RunOptions(alternativeModels: ["second"])).collect()
        }
        #expect(gateway.requests.count == 1)
        #expect(error?.response?.attempts.count == 1)
    }

    @Test func `The following rounds go on with the model that answered, and without the other's reasoning`()
        async throws
    {
        let call = ToolCall(id: "a", name: "weather", arguments: "{}")
        let gateway = LocalGateway { request in
            let isFirst = request.messages.count { $0.role == .tool } == 1
            switch (request.model, isFirst) {
            case ("second", true), ("third", true):
                var message = ChatMessage(role: .assistant, content: nil, toolCalls: [call])
                message.additionalFields = ["thinking_blocks": [["signature": "s"]]]
                let choice = ChatChoice(message: message, finishReason: .toolCalls)
                return .completion(ChatCompletion(id: "c", model: request.model, choices: [choice]))
            case ("third", false): return .text("done")
            default: return Self.overloaded
            }
        }
        var earlier = ChatMessage(role: .assistant, content: nil, toolCalls: [call])
        earlier.additionalFields = ["reasoning_content": "Hm."]
        let options = RunOptions(
            history: [.user("Before"), earlier, .tool("grey", callID: "a")],
            tools: [Self.weather],
            alternativeModels: ["second", "third"]
        )
        let response = try await prompt(gateway).run("Hi", options: options)
        #expect(response.text == "done")
        #expect(gateway.chatRequests.map(\.model) == ["gpt-4o-mini", "second", "second", "third"])
        #expect(response.attempts.map(\.round) == [1, 1, 2, 2])
        let sent = gateway.chatRequests.map { request in
            request.messages.flatMap { $0.additionalFields.keys.sorted() }
        }
        #expect(sent == [["reasoning_content"], [], ["thinking_blocks"], []])
    }

    @Test func `A gateway gets the name that the library's configuration gives a version's model`() async throws {
        let gateway = LocalGateway()
        var configuration = PromptLibrary.Configuration()
        configuration.gatewayModel = { "\($0.provider)/\($0.model)" }
        let library = PromptLibrary(
            source: .memory([.simple("p", [.system("x")])]),
            gateway: gateway.client(),
            configuration: configuration
        )
        let prompt = try await library.prompt("p")
        #expect(prompt.model == "gpt-4o-mini")
        _ = try await prompt.run("Hi")
        _ = try await prompt.run("Hi", options: RunOptions(model: "other"))
        #expect(gateway.chatRequests.map(\.model) == ["openai/gpt-4o-mini", "other"])
    }
}

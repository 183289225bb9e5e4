import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct IdempotencyKeyTests {
    private static let weather = PromptTool.program("weather") { "grey" }
    private static let calls = LocalGateway.ScriptedResponse.toolCalls([
        ToolCall(id: "a", name: "weather", arguments: "{}")
    ])

    /// The keys that a gateway gets in a run of three rounds, the first of which fails over to another model.
    private func keys(_ options: RequestOptions, input: String = "Hi", isStream: Bool = false) async throws -> [String]
    {
        let gateway = LocalGateway()
        gateway.enqueue(.error(status: 400, code: "no", message: "No."), Self.calls, Self.calls, .text("done"))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let options = RunOptions(tools: [Self.weather], alternativeModels: ["second"], requestOptions: options)
        _ =
            isStream
            ? try await prompt.stream(input, options: options).collect() : try await prompt.run(input, options: options)
        return gateway.requests.compactMap { $0.headers[.idempotencyKey] }
    }

    @Test func `Each call has a key of its own, derived from the caller's`() async throws {
        let keys = try await keys(RequestOptions(idempotencyKey: "order-7"))
        #expect(keys.count == 4 && Set(keys).count == 4)
        #expect(keys.allSatisfy { $0.count == 64 && !$0.contains("order-7") })
        // The same run has the same keys again, also with the key as a header, whose value is never sent as it stands.
        #expect(try await self.keys(RequestOptions(idempotencyKey: "order-7")) == keys)
        #expect(try await self.keys(RequestOptions(headers: ["Idempotency-Key": "order-7"])) == keys)
        // Other keys and other bodies have other ones.
        let others = [
            try await self.keys(RequestOptions(idempotencyKey: "order-8")),
            try await self.keys(RequestOptions(idempotencyKey: "order-7"), input: "Ho"),
            try await self.keys(RequestOptions(idempotencyKey: "order-7"), isStream: true),
        ]
        for other in others { #expect(Set(other).isDisjoint(with: keys)) }
    }

    @Test func `Without a caller's key, each call has a random one`() async throws {
        let keys = try await keys(RequestOptions())
        #expect(Set(keys).count == 4)
        #expect(keys.allSatisfy { $0.count == 36 })
    }
}

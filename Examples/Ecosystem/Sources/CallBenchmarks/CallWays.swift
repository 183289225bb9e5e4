import Foundation
import Tchavi

/// One chat completion, made in each of the ways that are compared.
struct CallWays: Sendable {
    enum Way: String, CaseIterable {
        /// The transport sends the request and the response's body is collected.
        case transport
        /// The same, and the body is decoded.
        case decoded
        /// `client.chat.complete`.
        case client
    }

    private let client: TchaviClient
    private let transport: any HTTPTransport
    private let prompt = ChatRequest(
        model: "gpt-4o-mini",
        messages: [.system("You answer questions about orders."), .user("Where is my order?")]
    )
    /// What the client sends, headers included.
    private let request: TransportRequest

    init(_ configuration: TchaviClient.Configuration) async throws {
        client = TchaviClient(.apiKey("sk-tch-benchmark-0123456789"), configuration: configuration)
        transport = configuration.transport
        let recorder = RequestRecorder(transport)
        var recording = configuration
        recording.transport = recorder
        _ = try await TchaviClient(.apiKey("sk-tch-benchmark-0123456789"), configuration: recording).chat
            .complete(prompt)
        request = try await recorder.recorded()
    }

    /// What one way costs.
    struct Cost {
        var callsPerSecond: Double
        /// The time that a call keeps processors busy, the server's included, in microseconds. On a shared machine it
        /// says more than the rate.
        var processorTime: Double
    }

    /// The cost of each way, turn by turn, in the order of `Way.allCases`.
    func costs(callers: Int, calls: Int, turns: Int) async throws -> [[Cost]] {
        for way in Way.allCases { _ = try await cost(of: way, callers: callers, calls: calls) }
        var costs: [[Cost]] = []
        for turn in 0..<turns {
            var costsOfTurn = [Cost](repeating: Cost(callsPerSecond: 0, processorTime: 0), count: Way.allCases.count)
            for position in Way.allCases.indices {
                let index = (position + turn) % Way.allCases.count
                costsOfTurn[index] = try await cost(of: Way.allCases[index], callers: callers, calls: calls)
            }
            costs.append(costsOfTurn)
        }
        return costs
    }

    func cost(of way: Way, callers: Int, calls: Int) async throws -> Cost {
        let start = ContinuousClock.now
        let processorStart = clock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<callers {
                group.addTask { for _ in 0..<calls / callers { try await call(way) } }
            }
            try await group.waitForAll()
        }
        let made = Double(calls / callers * callers)
        return Cost(
            callsPerSecond: made / ((ContinuousClock.now - start) / .seconds(1)),
            processorTime: Double(clock() - processorStart) / made * (1e6 / Double(CLOCKS_PER_SEC))
        )
    }

    private func call(_ way: Way) async throws {
        switch way {
        case .transport: _ = try await body()
        case .decoded: _ = try await ChatCompletion(json: JSONValue(parsing: body()))
        case .client: _ = try await client.chat.complete(prompt)
        }
    }

    private func body() async throws -> Data {
        try await transport.send(request).body.collect(upTo: 1 << 20)
    }
}

/// Keeps the request that a client sends.
private actor RequestRecorder: HTTPTransport {
    private let transport: any HTTPTransport
    private var request: TransportRequest?

    init(_ transport: any HTTPTransport) {
        self.transport = transport
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        self.request = request
        return try await transport.send(request)
    }

    func recorded() throws -> TransportRequest {
        guard let request else { throw CancellationError() }
        return request
    }
}

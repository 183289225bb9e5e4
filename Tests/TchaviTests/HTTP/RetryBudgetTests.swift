import Foundation
import Tchavi
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct RetryBudgetTests {
    /// How many requests 200 callers send to a gateway that is down.
    private func storm(_ budget: RetryBudget?) async throws -> Int {
        let transport = StubTransport { _, _ in .json(["error": "busy"], status: 429) }
        let client = transport.client {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(10))
            $0.timeout = nil
            $0.deadline = nil
            $0.retryBudget = budget
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { _ = try? await client.chat.complete(.hello) } }
        }
        return transport.requests.count
    }

    @Test func `Many responses with 429 do not cause many retries`() async throws {
        #expect(try await storm(nil) == 600)
        #expect(try await storm(RetryBudget()) == 210)
    }

    @Test func `Successful calls allow further retries`() async throws {
        let transport = StubTransport { _, attempt in attempt % 2 == 0 ? .json(.completion) : .json([:], status: 503) }
        let client = transport.client {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(10))
            $0.timeout = nil
            $0.deadline = nil
            $0.retryBudget = RetryBudget(capacity: 10, cost: 5, refill: 5)
        }
        for _ in 0..<50 { _ = try await client.chat.complete(.hello) }
        #expect(transport.requests.count == 100)
    }

    @Test func `An observer sees each attempt and what follows it, and no secret`() async throws {
        let reports = Locked<[AttemptReport]>([])
        let transport = StubTransport { _, attempt in attempt == 1 ? .json([:], status: 503) : .json(.completion) }
        let client = transport.client {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(10))
            $0.timeout = nil
            $0.deadline = nil
            $0.observer = { report in reports.withLock { $0.append(report) } }
        }
        _ = try await client.chat.complete(.hello)
        _ = try await client.send(Endpoint(.get, "/things/{id}"), parameters: ["id": "private"])
        let seen = reports.withLock { $0 }
        #expect(seen.map(\.outcome) == [.retrying(after: .milliseconds(500)), .succeeded, .succeeded])
        #expect(seen.map(\.attempt) == [1, 2, 1])
        #expect(seen.map(\.status) == [503, 200, 200])
        #expect(seen[0].path == "/v1/chat/completions")
        #expect(seen[2].path == "/things/{id}")
        #expect(!"\(seen)".contains("stub-secret") && !"\(seen)".contains("private"))
    }
}

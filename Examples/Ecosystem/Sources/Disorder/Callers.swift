import Foundation
import Synchronization
import Tchavi

/// Concurrent callers, each with a client of its own, that share a transport and work off one list of faults.
final class Callers: Sendable {
    /// What became of the calls with one fault.
    struct Results: Sendable {
        var calls = 0
        /// How often each outcome occurred.
        var outcomes: [Outcome: Int] = [:]
        /// Calls that the server has received more often than is right, or with two idempotency keys.
        var repeated = 0
        /// Calls that the server has received less often than is right.
        var lost = 0
        /// Calls that ended in another way than the fault allows.
        var wrong = 0
        /// Calls that ran into a timeout, or had not ended after a minute.
        var hung = 0
        /// Calls with a proper response that failed or were repeated after this fault.
        var failedAfterwards = 0

        var isRight: Bool { repeated + lost + wrong + hung + failedAfterwards == 0 }
    }

    private struct State: Sendable {
        var faults: ArraySlice<Fault>
        var number = 0
        var results: [Fault: Results] = [:]
        /// The calls in progress, by number, with when they began.
        var running: [Int: (fault: Fault, start: ContinuousClock.Instant)] = [:]
    }

    private let server: DisorderlyServer
    private let transport: any HTTPTransport
    private let host: String
    private let state: Mutex<State>

    init(server: DisorderlyServer, transport: any HTTPTransport, host: String, faults: [Fault]) {
        self.server = server
        self.host = host
        self.transport = transport
        state = Mutex(State(faults: faults[...]))
    }

    var results: [Fault: Results] { state.withLock { $0.results } }

    /// Makes all calls.
    ///
    /// - Returns: Whether all of them ended. A call that takes longer than a minute ends the wait.
    func run(_ callers: Int) async -> Bool {
        await withTaskGroup(of: Bool?.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    await self.work(self.client(host: caller.isMultiple(of: 2) ? self.host : "127.0.0.1"))
                    return nil
                }
            }
            group.addTask { await self.watch() }
            var ended = 0
            while let hung = await group.next() {
                if hung == true { return false }
                ended += 1
                if ended == callers { break }
            }
            group.cancelAll()
            return true
        }
    }

    /// Waits until a call has taken longer than a minute; `false` if cancelled before.
    private func watch() async -> Bool {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let hasHung = state.withLock { state in
                let late = state.running.values.filter { ContinuousClock.now - $0.start > .seconds(60) }
                for call in late { state.results[call.fault, default: Results()].hung += 1 }
                return !late.isEmpty
            }
            if hasHung { return true }
        }
        return false
    }

    private func client(host: String) -> TchaviClient {
        var components = URLComponents()
        components.scheme = "http"
        components.host = host
        components.port = server.port
        var configuration = TchaviClient.Configuration()
        configuration.baseURL = components.url ?? configuration.baseURL
        configuration.allowsInsecureHTTP = true
        configuration.transport = transport
        configuration.retryPolicy = RetryPolicy(initialDelay: .milliseconds(1), maximumDelay: .milliseconds(4))
        configuration.retryBudget = nil
        configuration.timeout = .seconds(10)
        configuration.idleTimeout = .seconds(10)
        configuration.maximumEventBytes = 64 << 10
        return TchaviClient(.apiKey("sk-tch-disorder-0123456789"), configuration: configuration)
    }

    private func work(_ client: TchaviClient) async {
        while let fault = state.withLock({ $0.faults.popFirst() }) {
            // Where the server has not announced that it closes the connection, the next request goes over the same one.
            if fault == .closedWhenReused { await call(client, fault, properly: true, closes: false) }
            await call(client, fault, properly: false, closes: false)
            // Mostly closed, because a name whose first address refuses matters only to a new connection.
            await call(client, fault, properly: true, closes: Int.random(in: 0..<4) > 0)
        }
    }

    private func call(_ client: TchaviClient, _ fault: Fault, properly: Bool, closes: Bool) async {
        let number = state.withLock { state in
            state.number += 1
            state.running[state.number] = (fault, .now)
            return state.number
        }
        let headers = ReceivedCall.headers(number: number, fault: properly ? nil : fault, closes: closes)
        let kind = (properly ? CallKind.allCases : fault.kinds).randomElement() ?? .completion
        var failure: (any Error)?
        do {
            try await kind.send(client, RequestOptions(headers: headers))
        } catch {
            failure = error
        }
        let received = server.received(number)
        state.withLock { state in
            state.running[number] = nil
            var results = state.results[fault, default: Results()]
            defer { state.results[fault] = results }
            if properly {
                if failure != nil || received.requests != 1 || received.keys.count != 1 {
                    results.failedAfterwards += 1
                }
                return
            }
            results.calls += 1
            let outcome = Outcome(failure)
            results.outcomes[outcome, default: 0] += 1
            let expected = fault.requests(of: kind)
            if received.requests > expected.upperBound || received.keys.count > 1 { results.repeated += 1 }
            if received.requests < expected.lowerBound { results.lost += 1 }
            if outcome == .failed(.timeout, status: nil) { results.hung += 1 }
            if !fault.outcomes(of: kind).contains(outcome) { results.wrong += 1 }
        }
    }
}

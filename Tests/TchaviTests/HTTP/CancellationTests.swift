import Foundation
import Tchavi
import TchaviTesting
import Testing

/// The whole client over a real socket, under concurrent cancellation. ThreadSanitizer finds races here.
@Suite(.timeLimit(.minutes(10)))
struct CancellationTests {
    @Test func `Of a thousand calls, a third cancelled at random moments, none fails or is left`() async throws {
        var settings = LocalGateway.Configuration()
        settings.credits = 1_000_000_000
        settings.streamChunkBytes = 300
        settings.remembersRequests = false
        let server = try LocalGateway(configuration: settings).serve()
        let transport = URLSessionTransport()
        var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
        configuration.transport = transport
        let client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
        let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("How are things in the harbour?")])
        let cancelled = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<1000 {
                if index >= 32 { try await group.next() }
                group.addTask {
                    let call = Task {
                        if index.isMultiple(of: 2) {
                            _ = try await client.chat.complete(request)
                        } else {
                            _ = try await client.chat.stream(request).collect()
                        }
                    }
                    let isCancelled = index.isMultiple(of: 3)
                    if isCancelled {
                        for _ in 0..<Int.random(in: 0...40) { await Task.yield() }
                        if Bool.random() { try await Task.sleep(for: .microseconds(Int.random(in: 0...3000))) }
                        call.cancel()
                    }
                    do {
                        try await call.value
                    } catch is CancellationError where isCancelled {
                        cancelled.add()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cancelled.value > 0)
        for _ in 0..<500 where transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(transport.runningRequests == 0)
    }
}

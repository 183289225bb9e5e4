import Foundation
import Tchavi
import TchaviAsyncHTTPClient
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AsyncHTTPClientTransportTests {
    @Test func `It conforms`() async throws {
        let peer = try TransportConformance.Peer()
        let violations = await TransportConformance.violations(of: AsyncHTTPClientTransport(), against: peer)
        #expect(violations.isEmpty)
    }

    @Test func `A client works through it, complete and streamed`() async throws {
        let gateway = LocalGateway()
        let server = try gateway.serve()
        var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
        configuration.transport = AsyncHTTPClientTransport()
        let client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
        let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("Grüße")])
        let plain = try await client.chat.complete(request)
        let streamed = try await client.chat.stream(request).collect()
        #expect(plain.text == streamed.text)
        #expect(streamed.tchavi?.creditsRemaining == gateway.creditsRemaining)
    }

    @Test func `A slow reader holds the sender up, and nothing waits in memory`() async throws {
        // Far more than sockets buffer: without back-pressure the server could send it all at once.
        let pieces = 2000
        let piece = Data(count: 64 << 10)
        let sent = Counter()
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(pieces * piece.count)\r\n\r\n")
            for _ in 0..<pieces {
                try connection.send(piece)
                sent.add()
            }
        }
        let response = try await AsyncHTTPClientTransport().send(TransportRequest(url: server.baseURL))
        let iterator = response.body.makeAsyncIterator()
        var received = try await iterator.next()?.count ?? 0
        try await Task.sleep(for: .milliseconds(500))
        #expect(sent.value < pieces / 2)
        while let more = try await iterator.next() { received += more.count }
        #expect(received == pieces * piece.count)
    }
}

/// Counts from any thread. `count` is only touched under the lock.
private final class Counter: Sendable {
    private let lock = NSLock()
    private nonisolated(unsafe) var count = 0

    func add() { lock.withLock { count += 1 } }
    var value: Int { lock.withLock { count } }
}

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

    @Test func `A second response on an idle connection is not taken for that to the next request`() async throws {
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                try connection.respond(body: Data(request.path.utf8))
                guard request.path == "/first" else { continue }
                Thread.sleep(forTimeInterval: 0.05)
                try connection.respond(body: Data("stale".utf8))
            }
        }
        let transport = AsyncHTTPClientTransport()
        for _ in 0..<10 {
            for path in ["first", "second", "third"] {
                let request = TransportRequest(url: server.baseURL.appendingPathComponent(path))
                #expect(try await transport.send(request).body.collect(upTo: 100) == Data("/\(path)".utf8))
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Responses that end a process which uses Foundation's `URLSession` on Linux, and one that ends a process which uses
    /// AsyncHTTPClient alone.
    enum Lethal: String, CaseIterable {
        case trailers = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Checksum: 1\r\n\r\n"
        case endlessLength = "Content-Length: 9223372036854775807\r\n\r\n{}"
        case unfinishedHeaders = "Content-Type: application/json\r\n"
        case unusableHost = "Location: //[::1]/\r\nContent-Length: 2\r\n\r\n{}"
        case statusBelow100 = "Content-Length: 2\r\n\r\n{}"

        /// Whether the response ends by itself, so that the server keeps the connection open.
        var isComplete: Bool { self == .trailers || self == .unusableHost }

        var statusLine: String {
            switch self {
            case .unusableHost: "HTTP/1.1 302 Found\r\n"
            case .statusBelow100: "HTTP/1.1 000 None\r\n"
            default: "HTTP/1.1 200 OK\r\n"
            }
        }
    }

    @Test(arguments: Lethal.allCases)
    func `The process survives, and the next request is answered`(response: Lethal) async throws {
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                guard request.path == "/lethal" else {
                    try connection.respond(body: Data("next".utf8))
                    continue
                }
                try connection.send(response.statusLine + response.rawValue)
                guard response.isComplete else { return }
            }
        }
        let transport = AsyncHTTPClientTransport()
        let url = server.baseURL.appendingPathComponent("lethal")
        let request = TransportRequest(method: .post, url: url, body: Data("{}".utf8))
        if response.isComplete {
            let received = try await transport.send(request)
            #expect(received.status == (response == .trailers ? 200 : 302))
            #expect(try await received.body.collect(upTo: 100) == Data("{}".utf8))
        } else {
            let failure = await #expect(throws: TchaviError.self) {
                _ = try await transport.send(request).body.collect(upTo: 100)
            }
            #expect(failure?.code == .transport)
        }
        let next = try await transport.send(TransportRequest(url: server.baseURL))
        #expect(try await next.body.collect(upTo: 100) == Data("next".utf8))
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

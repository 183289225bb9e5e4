import Foundation
import Tchavi
import TchaviTesting
import Testing

/// `URLSessionTransport` over real loopback sockets, also where the other side misbehaves.
@Suite(.timeLimit(.minutes(10)))
struct URLSessionTransportTests {
    private let transport = URLSessionTransport()

    private func request(_ url: URL, _ method: TransportMethod = .get, body: String? = nil) -> TransportRequest {
        TransportRequest(method: method, url: url, body: body.map { Data($0.utf8) })
    }

    @Test func `A unary call returns status, headers and body`() async throws {
        let server = try LoopbackServer { connection in
            let request = try #require(try connection.receiveRequest())
            try connection.respond(
                status: 201,
                headers: ["X-Echo": request.headers["x-name"] ?? ""],
                body: request.body
            )
        }
        var request = request(server.baseURL, .post, body: "{\"a\":1}")
        request.headers["X-Name"] = "Ada"
        let response = try await transport.send(request)
        #expect(response.status == 201)
        #expect(response.headers["x-echo"] == "Ada")
        #expect(try await response.body.collect(upTo: 100) == Data("{\"a\":1}".utf8))
    }

    @Test func `A refused port is a failure to connect`() async throws {
        let url = try #require(URL(string: "http://127.0.0.1:\(Int.unusedPort)"))
        let error = await #expect(throws: TchaviError.self) { _ = try await transport.send(request(url)) }
        #expect(error?.code == .transport)
        #expect(error?.isConnectFailure == true)
    }

    @Test func `Cancelling works while the headers are awaited`() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            arrived.continuation.yield()
            connection.waitForClose()
            arrived.continuation.finish()
        }
        let task = Task { try await transport.send(request(server.baseURL)) }
        var arrivals = arrived.stream.makeAsyncIterator()
        await arrivals.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        // The server sees the connection close: the request did not go on in secret.
        #expect(await arrivals.next() == nil)
    }

    @Test(arguments: [true, false])
    func `A stream that is cancelled or dropped closes its connection`(isCancelled: Bool) async throws {
        let closed = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            connection.waitForClose()
            closed.continuation.finish()
        }
        if isCancelled {
            let begun = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                let response = try await transport.send(request(server.baseURL))
                for try await _ in response.body { begun.continuation.yield() }
            }
            for await _ in begun.stream { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        } else {
            let response = try await transport.send(request(server.baseURL))
            for try await chunk in response.body {
                #expect(chunk == Data("one".utf8))
                break
            }
        }
        for await _ in closed.stream {}
    }

    @Test func `A reset in the body is a lost connection, after the received chunks`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            Thread.sleep(forTimeInterval: 0.05)
            connection.reset()
        }
        let response = try await transport.send(request(server.baseURL))
        var received = Data()
        let error = await #expect(throws: TchaviError.self) {
            for try await chunk in response.body { received += chunk }
        }
        #expect(error?.code == .transport)
        #expect(error?.isConnectFailure == false)
        #expect(received == Data("half".utf8))
    }

    @Test func `A body that ends before its length is a lost connection`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        }
        let response = try await transport.send(request(server.baseURL))
        let error = await #expect(throws: TchaviError.self) { _ = try await response.body.collect(upTo: 1000) }
        #expect(error?.code == .transport)
    }

    @Test func `A redirect to another host is not followed, so the key is not sent there`() async throws {
        let other = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.respond(body: Data("stolen".utf8))
        }
        let target = other.baseURL.absoluteString
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.respond(status: 307, headers: ["Location": target], body: Data())
        }
        for policy in [URLSessionTransport.RedirectPolicy.none, .sameOrigin] {
            let transport = URLSessionTransport(redirects: policy)
            var request = request(server.baseURL, .post, body: "{}")
            request.headers["Authorization"] = "Bearer sk-tch-secret"
            let response = try await transport.send(request)
            #expect(response.status == 307)
        }
        #expect(other.acceptedConnections == 0)
    }

    @Test func `A redirect within the origin is followed where that is allowed`() async throws {
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                if request.target == "/old" {
                    try connection.respond(status: 307, headers: ["Location": "/new"], body: Data())
                } else {
                    try connection.respond(body: Data(request.target.utf8))
                }
            }
        }
        let transport = URLSessionTransport(redirects: .sameOrigin)
        let response = try await transport.send(request(server.baseURL.appendingPathComponent("old")))
        #expect(response.status == 200)
        #expect(try await response.body.collect(upTo: 100) == Data("/new".utf8))
    }

    @Test func `A redirect that keeps the method is not followed without the body`() async throws {
        let received = Locked<[String]>([])
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                let body = String(decoding: request.body, as: UTF8.self)
                received.withLock { $0.append("\(request.method) \(request.path) \(body)") }
                if request.path == "/end" { return }
                try connection.respond(status: 307, headers: ["Location": "/end"], body: Data())
            }
        }
        let transport = URLSessionTransport(redirects: .sameOrigin)
        let response = try? await transport.send(
            request(server.baseURL.appendingPathComponent("start"), .post, body: "{}")
        )
        #if canImport(FoundationNetworking)
        #expect(response?.status == 307)
        #expect(received.withLock { $0 } == ["POST /start {}"])
        #else
        #expect(response == nil)
        #expect(received.withLock { $0 } == ["POST /start {}", "POST /end {}"])
        #endif
    }

    @Test func `A body beyond the size limit is an error`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            let size = 8 << 20
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for _ in 0..<(size >> 16) { try connection.send(Data(count: 1 << 16)) }
        }
        let response = try await transport.send(request(server.baseURL))
        let error = await #expect(throws: TchaviError.self) { _ = try await response.body.collect(upTo: 1 << 20) }
        #expect(error?.code == .transport)
        #expect(error?.message.contains("1048576") == true)
    }

    @Test func `A reader that is too slow fails at the buffer's limit`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            let size = 8 << 20
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for _ in 0..<(size >> 16) { try connection.send(Data(count: 1 << 16)) }
        }
        var request = request(server.baseURL)
        request.maximumBufferedBytes = 1 << 20
        let response = try await transport.send(request)
        // Nothing is read until the connection is gone: the transport has given up by then.
        while server.openConnections > 0 { await Task.yield() }
        let error = await #expect(throws: TchaviError.self) { _ = try await response.body.collect(upTo: .max) }
        #expect(error?.code == .transport)
    }

    @Test
    func `A kept-alive connection that closes after a POST was read is a lost connection, and nothing is sent twice`()
        async throws
    {
        let received = Counter()
        let server = try LoopbackServer { connection in
            guard try connection.receiveRequest() != nil else { return }
            received.add()
            try connection.respond(body: Data("{}".utf8))
            guard try connection.receiveRequest() != nil else { return }
            received.add()
        }
        for round in 1...5 {
            let first = try await transport.send(request(server.baseURL, .post, body: "{\"n\":1}"))
            _ = try await first.body.collect(upTo: 100)
            let error = await #expect(throws: TchaviError.self) {
                let second = try await transport.send(request(server.baseURL, .post, body: "{\"n\":2}"))
                _ = try await second.body.collect(upTo: 100)
            }
            #expect(error?.code == .transport)
            #expect(error?.isConnectFailure == false)
            #expect(received.value == round * 2)
        }
    }

    @Test func `The chunks of a stream may split a character`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in Data("héllo 👩‍👩‍👧".utf8) { try connection.send(Data("1\r\n".utf8) + [byte] + Data("\r\n".utf8)) }
            try connection.send("0\r\n\r\n")
        }
        let response = try await transport.send(request(server.baseURL))
        #expect(String(decoding: try await response.body.collect(upTo: 100), as: UTF8.self) == "héllo 👩‍👩‍👧")
    }

    @Test func `After ten thousand random cancellations no task hangs or is left`() async throws {
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for index in 0..<3 { try connection.send("5\r\nevent\r\n" + (index == 2 ? "0\r\n\r\n" : "")) }
            }
        }
        let refused = try #require(URL(string: "http://127.0.0.1:\(Int.unusedPort)"))
        let outcomes = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<10_000 {
                if index >= 32 { try await group.next() }
                let url = index % 3 == 0 ? refused : server.baseURL
                group.addTask {
                    let task = Task {
                        let response = try await transport.send(request(url, .post, body: "{}"))
                        for try await _ in response.body {}
                    }
                    for _ in 0..<Int.random(in: 0...40) { await Task.yield() }
                    if Bool.random() { try await Task.sleep(for: .microseconds(Int.random(in: 0...2000))) }
                    task.cancel()
                    _ = await task.result
                    outcomes.add()
                }
            }
            try await group.waitForAll()
        }
        #expect(outcomes.value == 10_000)
        for _ in 0..<500 where transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(transport.runningRequests == 0)
        // The transport still works.
        let response = try await transport.send(request(server.baseURL))
        #expect(try await response.body.collect(upTo: 100).count == 15)
    }
}

import Foundation
import Tchavi
import TchaviTesting
import Testing

struct DocumentFetcherTests {
    private static let secret = "hunter2-hunter2"
    private static let document = Data("a document".utf8)

    private static func fetcher(
        _ transport: any HTTPTransport = URLSessionTransport.shared,
        maximumBytes: Int = 1 << 20,
        clock: any Clock<Duration> = ContinuousClock()
    ) -> DocumentFetcher {
        DocumentFetcher(
            transport: transport,
            timeout: .seconds(60),
            maximumBytes: maximumBytes,
            clock: clock,
            now: { Date(timeIntervalSince1970: 1_700_000_000) }
        )
    }

    private static func redirecting(to location: String, status: Int = 302) -> StubTransport {
        StubTransport { request, _ in
            request.url.host == "prompts.example" && request.url.path == "/a"
                ? TransportResponse(status: status, headers: ["Location": location])
                : TransportResponse(status: 200, body: TransportBody(document))
        }
    }

    private static func url(_ text: String = "https://prompts.example/a") throws -> URL {
        try #require(URL(string: text))
    }

    private static func failure(
        _ fetcher: DocumentFetcher,
        _ url: URL,
        headers: HeaderFields = HeaderFields()
    ) async throws -> TchaviError {
        try #require(await #expect(throws: TchaviError.self) { try await fetcher.get(url, headers: headers) })
    }

    @Test func `A document arrives with its status and headers, and is requested with the given ones`() async throws {
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                let body = Data("\(request.headers["X-Store"] ?? "none") \(request.target)".utf8)
                try connection.respond(headers: ["ETag": "\"1\""], body: body)
            }
        }
        defer { server.stop() }
        let document = try await Self.fetcher().get(
            server.baseURL.appendingPathComponent("all.jsonl"),
            headers: ["X-Store": "mine"]
        )
        #expect(document.status == 200 && !document.isUnchanged)
        #expect(document.headers["etag"] == "\"1\"")
        #expect(document.body == Data("mine /all.jsonl".utf8))
    }

    @Test func `304 is a document that has not changed`() async throws {
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                let isHeld = request.headers["If-None-Match"] == "\"1\""
                try connection.send("HTTP/1.1 \(isHeld ? 304 : 500) Status\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n")
            }
        }
        defer { server.stop() }
        let document = try await Self.fetcher().get(server.baseURL, headers: ["If-None-Match": "\"1\""])
        #expect(document.isUnchanged && document.body.isEmpty)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `A redirect within the origin keeps the headers`(status: Int) async throws {
        let transport = Self.redirecting(to: "/b?x=1", status: status)
        let document = try await Self.fetcher(transport).get(try Self.url(), headers: ["X-Store": Self.secret])
        #expect(document.body == Self.document)
        #expect(transport.requests.map(\.url.absoluteString).last == "https://prompts.example/b?x=1")
        #expect(transport.requests.last?.headers["X-Store"] == Self.secret)
    }

    @Test func `A redirect to a host that is not named is refused`() async throws {
        for location in ["https://other.example/b", "https://prompts.example:8443/b", "//other.example/b"] {
            let transport = Self.redirecting(to: location)
            let error = try await Self.failure(Self.fetcher(transport), try Self.url())
            #expect(error.message.contains("redirectHosts"), "\(error)")
            #expect(error.statusCode == 302)
            #expect(transport.requests.count == 1)
        }
    }

    @Test func `A named host gets only the headers that say what is held`() async throws {
        let transport = Self.redirecting(to: "https://CDN.example/b")
        var fetcher = Self.fetcher(transport)
        fetcher.redirectHosts = ["cdn.example"]
        let headers: HeaderFields = [
            "Authorization": "Bearer \(Self.secret)", "X-Store": Self.secret, "Cookie": "a=b", "Accept": "text/plain",
            "If-None-Match": "\"1\"", "If-Modified-Since": "Fri, 01 May 2026 10:00:00 GMT",
        ]
        #expect(try await fetcher.get(try Self.url(), headers: headers).body == Self.document)
        let sent = try #require(transport.requests.last?.headers)
        #expect(
            Set(sent.fields.map { $0.name.lowercased() })
                == ["user-agent", "accept", "if-none-match", "if-modified-since"]
        )
    }

    @Test func `Headers stay dropped where a named host redirects back`() async throws {
        let transport = StubTransport { request, attempt in
            switch attempt {
            case 1: TransportResponse(status: 302, headers: ["Location": "https://cdn.example/b"])
            case 2: TransportResponse(status: 302, headers: ["Location": "https://prompts.example/c"])
            default: TransportResponse(status: 200, body: TransportBody(Self.document))
            }
        }
        var fetcher = Self.fetcher(transport)
        fetcher.redirectHosts = ["cdn.example"]
        _ = try await fetcher.get(try Self.url(), headers: ["Authorization": "Bearer \(Self.secret)"])
        #expect(transport.requests.map { $0.headers[.authorization] != nil } == [true, false, false])
    }

    @Test func `A redirect to plain http is refused, also to a named host`() async throws {
        let transport = Self.redirecting(to: "http://cdn.example/b")
        var fetcher = Self.fetcher(transport)
        fetcher.redirectHosts = ["cdn.example"]
        let error = try await Self.failure(fetcher, try Self.url())
        #expect(error.message.contains("plain http"))
        #expect(transport.requests.count == 1)
    }

    @Test func `Redirects without an end or a destination are errors`() async throws {
        let endless = StubTransport { _, attempt in
            TransportResponse(status: 302, headers: ["Location": "/\(attempt)"])
        }
        #expect(try await Self.failure(Self.fetcher(endless), try Self.url()).message.contains("more than 5 times"))
        #expect(endless.requests.count == 6)
        let nowhere = StubTransport { _, _ in TransportResponse(status: 302) }
        #expect(try await Self.failure(Self.fetcher(nowhere), try Self.url()).message.contains("where to"))
    }

    @Test func `Plain http is refused but for loopback, unless it is allowed`() async throws {
        let transport = StubTransport { _, _ in TransportResponse(status: 200, body: TransportBody(Self.document)) }
        var fetcher = Self.fetcher(transport)
        let plain = try Self.url("http://prompts.example/a")
        let error = try await Self.failure(fetcher, plain)
        #expect(error.code == .invalidRequest && error.message.contains("plain http"))
        #expect(transport.requests.isEmpty)
        for text in ["http://127.0.0.1:1/a", "http://[::1]/a", "http://localhost/a"] {
            #expect(try await fetcher.get(try Self.url(text)).body == Self.document)
        }
        fetcher.allowsInsecureHTTP = true
        #expect(try await fetcher.get(plain).body == Self.document)
        #expect(try await Self.failure(fetcher, try Self.url("ftp://prompts.example/a")).code == .invalidRequest)
    }

    @Test func `A body that is too large is an error that names the setting`() async throws {
        let large = Data(repeating: 0x61, count: 3 << 20)
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil { try connection.respond(body: large) }
        }
        defer { server.stop() }
        for maximum in [10, 2 << 20, large.count - 1] {
            let error = try await Self.failure(Self.fetcher(maximumBytes: maximum), server.baseURL)
            #expect(error.message.contains("\(maximum) bytes that maximumBytes"), "\(error)")
        }
        #expect(try await Self.fetcher(maximumBytes: large.count).get(server.baseURL).body == large)
    }

    @Test func `A body that ends before its length is an error`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        }
        defer { server.stop() }
        let error = try await Self.failure(Self.fetcher(), server.baseURL)
        #expect(error.code == .transport)
        #expect(error.advice?.contains("source") == true)
    }

    @Test(arguments: [false, true])
    func `The time limit applies to the headers and to the body`(sendsHeaders: Bool) async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            if sendsHeaders { try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly") }
            connection.waitForClose()
        }
        defer { server.stop() }
        let clock = TestClock()
        async let failure = Self.failure(Self.fetcher(clock: clock), server.baseURL)
        await clock.whenSleeping()
        clock.advance(by: .seconds(60))
        let error = try await failure
        #expect(error.code == .timeout && error.advice?.isEmpty == false)
    }

    @Test func `An error has the server's message, the wait it asks for, and the operation`() async throws {
        let transport = StubTransport { _, _ in
            .json(["error": "Too Many Requests", "message": "Slow down."], status: 429, headers: ["Retry-After": "17"])
        }
        let url = try Self.url("https://user:\(Self.secret)@prompts.example/a?token=\(Self.secret)#x")
        let error = try await Self.failure(Self.fetcher(transport), url)
        #expect(error.statusCode == 429 && error.code == .rateLimited)
        #expect(error.message == "Slow down.")
        #expect(error.retryAfter == .seconds(17))
        #expect(error.operation == "GET https://prompts.example/a")
        let date = StubTransport { _, _ in
            TransportResponse(status: 503, headers: ["Retry-After": "Tue, 14 Nov 2023 22:14:20 GMT"])
        }
        #expect(try await Self.failure(Self.fetcher(date), try Self.url()).retryAfter == .seconds(60))
    }

    @Test(arguments: [
        ("Authorization", "Bearer hunter2-hunter2"), ("X-Store", "hunter2-hunter2"), ("Cookie", "a=hunter2-hunter2"),
    ])
    func `A credential that the server repeats is not in the error`(name: String, value: String) async throws {
        let padding = String(repeating: "-", count: 4090)
        for body in ["Denied: hunter2-hunter2", padding + "hunter2-hunter2", padding + padding + "xxhunter2-hunter2"] {
            let transport = StubTransport { _, _ in
                TransportResponse(status: 403, headers: ["X-Echo": value], body: TransportBody(Data(body.utf8)))
            }
            let error = try await Self.failure(Self.fetcher(transport), try Self.url(), headers: [.init(name): value])
            #expect(!"\(error) \(error.body ?? "") \(error.headers)".contains("hunter2"))
            #expect((error.body?.utf8.count ?? 0) <= 4096)
        }
    }

    @Test func `The query of a presigned URL is not in an error that repeats it`() async throws {
        let transport = StubTransport { request, _ in
            TransportResponse(status: 403, body: TransportBody(Data("Bad: \(request.url.absoluteString)".utf8)))
        }
        let url = try Self.url("https://store.example/all.jsonl?X-Amz-Signature=0123456789abcdef&c=a%2Fb%2Bcdefgh")
        let error = try await Self.failure(Self.fetcher(transport), url)
        #expect(!"\(error)".contains("0123456789abcdef"))
        #expect(!"\(error)".contains("cdefgh"))
    }

    @Test func `An error of another transport is described as one of the source`() async throws {
        struct Broken: Error {}
        let error = try await Self.failure(Self.fetcher(StubTransport { _, _ in throw Broken() }), try Self.url())
        #expect(error.code == .transport && error.message.contains("Broken"))
        #expect(error.operation == "GET https://prompts.example/a")
        await #expect(throws: CancellationError.self) {
            try await Self.fetcher(StubTransport { _, _ in throw CancellationError() }).get(try Self.url())
        }
    }

    @Test func `A header with a line break is not sent`() async throws {
        let transport = StubTransport { _, _ in TransportResponse(status: 200) }
        let error = try await Self.failure(
            Self.fetcher(transport),
            try Self.url(),
            headers: ["X-Store": "a\r\nX-Other: b"]
        )
        #expect(error.code == .invalidRequest)
        #expect(transport.requests.isEmpty)
    }

    @Test func `Cancelling a fetch ends its request`() async throws {
        let (received, continuation) = AsyncStream<Void>.makeStream()
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            continuation.yield()
            connection.waitForClose()
            continuation.finish()
        }
        defer { server.stop() }
        let task = Task { try await Self.fetcher().get(server.baseURL) }
        var iterator = received.makeAsyncIterator()
        _ = await iterator.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // The connection is closed, for nothing else ends the handler.
        #expect(await iterator.next() == nil)
    }
}

import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// What the observer gets of streams: one report when the response has begun, and one at its end.
struct StreamReportTests {
    /// The reports of a client, in order.
    private final class Reports: Sendable {
        private let reports = Locked<[AttemptReport]>([])

        var all: [AttemptReport] { reports.withLock { $0 } }
        var outcomes: [AttemptReport.Outcome] { all.map(\.outcome) }

        func add(_ report: AttemptReport) { reports.withLock { $0.append(report) } }
    }

    private static let chunk = #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"}}]}"# + "\n\n"
    private static let end = #"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
    private static let done = "data: [DONE]\n\n"
    private static let endpoint = Endpoint(.get, "/events")

    private let reports = Reports()
    private let clock = TestClock(skippingSleepsUpTo: .seconds(10))

    private func client(
        _ credential: Credential = .apiKey("sk-tch-stub-secret"),
        _ respond: @escaping StubTransport.Responder
    ) -> TchaviClient {
        StubTransport(respond).client(credential) {
            $0.clock = clock
            $0.observer = { [reports] in reports.add($0) }
        }
    }

    private func client(responding text: String) -> TchaviClient { client { _, _ in .events(text) } }

    /// Returns a response whose body begins with a text and goes on without an end.
    private static func stalled(_ text: String) -> TransportResponse {
        let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
        writer.write(Data(text.utf8))
        return TransportResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: body)
    }

    // MARK: Chat streams

    @Test func `A stream that is read to its end is reported as begun and as succeeded, with its whole duration`()
        async throws
    {
        let client = client { [clock] _, _ in
            clock.advance(by: .seconds(2))
            var response = TransportResponse.events(Self.chunk + Self.end + Self.done)
            response.headers["X-Request-Id"] = "req-1"
            return response
        }
        for try await event in client.chat.stream(.hello) where event.isChunk { clock.advance(by: .seconds(1)) }
        let expected = AttemptReport(
            method: .post,
            path: "/v1/chat/completions",
            host: "localhost:3001",
            attempt: 1,
            status: 200,
            requestID: "req-1",
            duration: .seconds(2),
            outcome: .began
        )
        var end = expected
        end.duration = .seconds(4)
        end.outcome = .succeeded
        #expect(reports.all == [expected, end])
    }

    @Test func `Each way to read a stream to its end reports one end`() async throws {
        let client = client(responding: Self.chunk + Self.end + Self.done)
        _ = try await client.chat.stream(.hello).collect()
        for try await _ in client.chat.stream(.hello).text {}
        var iterator = client.chat.stream(.hello).makeAsyncIterator()
        while try await iterator.next() != nil {}
        for _ in 0..<2 { #expect(try await iterator.next() == nil) }
        #expect(reports.outcomes == [.began, .succeeded, .began, .succeeded, .began, .succeeded])
    }

    @Test(arguments: [
        (chunk + "event: error\ndata: {\"message\":\"No.\"}\n\n", TchaviError.Code.api),
        (chunk + "data: nonsense\n\n", .decoding),
        (chunk, .stream),
    ])
    func `A stream that throws is reported with the code of its error`(text: String, code: TchaviError.Code) async {
        let client = client(responding: text)
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(.hello).collect() }
        #expect(error?.code == code)
        #expect(reports.outcomes == [.began, .failed(code)])
        #expect(reports.all.map(\.status) == [200, 200])
    }

    @Test func `JSON instead of a stream is reported as an end too`() async {
        let client = client { _, _ in .json(.completion) }
        await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(.hello).collect() }
        #expect(reports.outcomes == [.began, .failed(.stream)])
    }

    @Test func `A connection that is lost after the completion is complete is not a failure`() async throws {
        let client = client { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            writer.write(Data((Self.chunk + Self.end + Self.done).utf8))
            writer.finish(throwing: TchaviError.connectionLost("lost"))
            return TransportResponse(status: 200, body: body)
        }
        _ = try await client.chat.stream(.hello).collect()
        #expect(reports.outcomes == [.began, .succeeded])
    }

    @Test func `A stream that falls silent is reported as timed out`() async {
        let client = client { _, _ in Self.stalled(Self.chunk) }
        let task = Task { try await client.chat.stream(.hello).collect() }
        while reports.all.isEmpty { await Task.yield() }
        await clock.whenSleeping()
        clock.advance(by: .seconds(60))
        await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(reports.outcomes == [.began, .failed(.timeout)])
        #expect(reports.all.last?.duration == .seconds(60))
    }

    @Test func `A stream whose task is cancelled is reported as cancelled`() async {
        let client = client { _, _ in Self.stalled(Self.chunk) }
        let task = Task { try await client.chat.stream(.hello).collect() }
        while reports.all.isEmpty { await Task.yield() }
        await clock.whenSleeping()
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(reports.outcomes == [.began, .cancelled])
    }

    @Test func `A stream whose iterator is dropped is reported as abandoned, while the stream is kept`() async throws {
        let stream = client(responding: Self.chunk + Self.end + Self.done).chat.stream(.hello)
        func readFirst() async throws { for try await _ in stream { break } }
        try await readFirst()
        #expect(reports.outcomes == [.began, .abandoned])
        await #expect(throws: TchaviError.self) { try await readFirst() }
        #expect(reports.outcomes == [.began, .abandoned])
    }

    @Test func `A stream that is never iterated is not reported`() {
        do { _ = client(responding: Self.chunk).chat.stream(.hello).makeAsyncIterator() }
        #expect(reports.all.isEmpty)
    }

    @Test func `A stream that fails before its response begins has no second report`() async {
        let client = client { _, _ in .json(["error": "x", "message": "No."], status: 400) }
        await #expect(throws: TchaviError.self) { _ = try await client.chat.stream(.hello).collect() }
        #expect(reports.outcomes == [.failed(.api)])
    }

    @Test func `The end of a stream has the number of the attempt that it began with`() async throws {
        let client = client { _, attempt in
            attempt == 1 ? .json([:], status: 503) : .events(Self.chunk + Self.end + Self.done)
        }
        _ = try await client.chat.stream(.hello).collect()
        #expect(reports.outcomes == [.retrying(after: .milliseconds(500)), .began, .succeeded])
        #expect(reports.all.map(\.attempt) == [1, 2, 2])
        #expect(reports.all.map(\.status) == [503, 200, 200])
    }

    @Test func `A stream of a gateway over a socket is reported`() async throws {
        let gateway = try ServedGateway()
        let client = gateway.client { $0.observer = { [reports] in reports.add($0) } }
        _ = try await client.chat.stream(.hello).collect()
        #expect(reports.outcomes == [.began, .succeeded])
        let port = try #require(gateway.server.baseURL.port)
        #expect(reports.all.allSatisfy { $0.host == "127.0.0.1:\(port)" })
    }

    // MARK: Streams of events

    @Test func `A stream of events is reported at its end, also where its iterator or itself is dropped`() async throws
    {
        let client = client(responding: "data: 1\n\ndata: 2\n\n")
        func read(_ count: Int) async throws {
            let stream = try await client.stream(Self.endpoint)
            func readSome() async throws {
                var iterator = stream.makeAsyncIterator()
                for _ in 0..<count { _ = try await iterator.next() }
            }
            if count > 0 { try await readSome() }
            if count > 0 { #expect(reports.outcomes.last == (count > 2 ? .succeeded : .abandoned)) }
            _ = stream.headers
        }
        try await read(3)
        try await read(1)
        try await read(0)
        #expect(reports.outcomes == [.began, .succeeded, .began, .abandoned, .began, .abandoned])
    }

    @Test func `A stream of events that fails or is cancelled is reported so`() async throws {
        let client = client { _, _ in Self.stalled("data: 1\n\n") }
        for cancels in [false, true] {
            let stream = try await client.stream(Self.endpoint)
            let task = Task { for try await _ in stream {} }
            await clock.whenSleeping()
            if cancels { task.cancel() } else { clock.advance(by: .seconds(60)) }
            await #expect(throws: (any Error).self) { try await task.value }
        }
        #expect(reports.outcomes == [.began, .failed(.timeout), .began, .cancelled])
    }

    // MARK: Members of a report

    @Test func `A report has the request id without a credential that the server echoed`() async throws {
        let client = client { request, attempt in
            let headers: HeaderFields = ["X-Request-Id": "id-\(request.headers[.authorization] ?? "")-\(attempt)"]
            return .json(
                attempt == 1 ? ["error": "x"] : .completion,
                status: attempt == 1 ? 503 : 200,
                headers: headers
            )
        }
        _ = try await client.chat.complete(.hello)
        let ids = reports.all.compactMap(\.requestID)
        #expect(ids.count == 2)
        #expect(ids.last?.hasSuffix("-2") == true)
        #expect(!"\(ids)".contains("stub-secret"))
    }

    @Test func `A report has no credential that was replaced during the call`() async throws {
        let tokens = Counter()
        let credential = Credential.token {
            tokens.add()
            return Secret("token-number-\(tokens.value)")
        }
        let client = client(credential) { _, attempt in
            let headers: HeaderFields = ["Request-Id": "token-number-1 token-number-2"]
            return attempt == 1
                ? .json(["error": "x"], status: 401, headers: headers) : .json(.completion, headers: headers)
        }
        _ = try await client.chat.complete(.hello)
        #expect(reports.all.map(\.requestID?.isEmpty) == [false, false])
        #expect(reports.all.last?.requestID?.contains("token-number") == false)
    }

    @Test(arguments: [
        ("https://gateway.example", "gateway.example"), ("https://gateway.example:443", "gateway.example"),
        ("https://gateway.example:8443", "gateway.example:8443"), ("http://localhost", "localhost"),
        ("http://localhost:443", "localhost:443"), ("http://[::1]:3001", "[::1]:3001"),
    ])
    func `A report has the host, with the port where it is not the scheme's default`(address: String, host: String)
        async throws
    {
        let transport = StubTransport { _, _ in .json(.completion) }
        var configuration = TchaviClient.Configuration()
        configuration.transport = transport
        configuration.observer = { [reports] in reports.add($0) }
        let client = TchaviClient(apiKey: "k", baseURL: address, configuration: configuration)
        _ = try await client.chat.complete(.hello)
        #expect(reports.all.map(\.host) == [host])
    }
}

extension ChatCompletionStream.Event {
    fileprivate var isChunk: Bool {
        if case .chunk = self { true } else { false }
    }
}

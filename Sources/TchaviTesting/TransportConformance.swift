import Foundation
public import Tchavi

/// Checks that a transport does what `HTTPTransport` asks of it: cancellation, streaming, limits, redirects.
///
/// ```swift
/// @Test func `My transport conforms`() async throws {
///     let peer = try TransportConformance.Peer()
///     #expect(await TransportConformance.violations(of: MyTransport(), against: peer).isEmpty)
/// }
/// ```
public enum TransportConformance {
    /// A rule that a transport breaks.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// The rule.
        public let rule: String
        /// What the transport did instead.
        public let finding: String

        /// Rule and finding in one line.
        public var description: String { "\(rule): \(finding)" }
    }

    /// What a transport is tried on: requests whose answers behave in known ways.
    public struct Peer: Sendable {
        /// Answered with the method, the header `X-Echo` and the body that came, as `METHOD HEADER BODY`.
        public var echo: TransportRequest?
        /// Never answered.
        public var silent: TransportRequest
        /// Answered with a stream that gives some bytes at once, and has no end.
        public var endless: TransportRequest
        /// Answered with a body of at least 4 MiB.
        public var large: TransportRequest
        /// Answered with a redirect to another origin.
        public var redirect: TransportRequest?
        /// Answered with half a body and a reset.
        public var reset: TransportRequest?
        /// Sent to where nobody listens.
        public var refused: TransportRequest?
        /// How many requests reached the origin that the redirect leads to.
        var strayRequests: @Sendable () -> Int = { 0 }
        /// How many requests that are never answered have arrived.
        var silentRequests: @Sendable () -> Int = { 0 }
        /// How many connections are open.
        var openConnections: (@Sendable () -> Int)?
        private var servers: [LoopbackServer] = []

        /// Requests to servers on loopback sockets, for transports that use the network.
        ///
        /// - Throws: Where a port cannot be opened.
        public init() throws {
            let other = try LoopbackServer { connection in
                guard try connection.receiveRequest() != nil else { return }
                try connection.respond(body: Data("stray".utf8))
            }
            let elsewhere = other.baseURL.absoluteString
            let silent = Locked(0)
            let server = try LoopbackServer { connection in
                while let request = try connection.receiveRequest() {
                    if request.path == "/silent" { silent.withLock { $0 += 1 } }
                    guard try Self.answer(request, connection, elsewhere) else { return }
                }
            }
            let closed = try LoopbackServer { _ in }
            let nobody = closed.baseURL
            closed.stop()
            func request(_ path: String, _ method: TransportMethod = .get) -> TransportRequest {
                TransportRequest(method: method, url: server.baseURL.appendingPathComponent(path))
            }
            var echo = request("echo", .post)
            echo.headers["X-Echo"] = "Grüße"
            echo.body = Data("body".utf8)
            var redirect = request("redirect")
            redirect.headers["Authorization"] = "Bearer sk-tch-conformance"
            self.init(silent: request("silent"), endless: request("endless"), large: request("large"))
            self.echo = echo
            self.redirect = redirect
            reset = request("reset")
            refused = TransportRequest(url: nobody)
            strayRequests = { other.acceptedConnections }
            silentRequests = { silent.withLock { $0 } }
            openConnections = { server.openConnections }
            servers = [server, other]
        }

        /// Requests of your own, for transports that use no network.
        ///
        /// - Parameters:
        ///   - silent: Never answered.
        ///   - endless: Answered with a stream that gives some bytes at once, and has no end within reach.
        ///   - large: Answered with a body of at least 4 MiB.
        public init(silent: TransportRequest, endless: TransportRequest, large: TransportRequest) {
            self.silent = silent
            self.endless = endless
            self.large = large
        }

        /// Whether the connection goes on to another request.
        private static func answer(
            _ request: ReceivedRequest,
            _ connection: LoopbackServer.Connection,
            _ elsewhere: String
        ) throws -> Bool {
            switch request.path {
            case "/echo":
                let text = "\(request.method) \(request.headers["x-echo"] ?? "") "
                try connection.respond(headers: ["X-Answer": "yes"], body: Data(text.utf8) + request.body)
                return true
            case "/endless":
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
                connection.waitForClose()
            case "/large":
                let size = 4 << 20
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                for _ in 0..<(size >> 16) { try connection.send(Data(count: 1 << 16)) }
                return true
            case "/redirect":
                try connection.respond(status: 302, headers: ["Location": elsewhere], body: Data())
                return true
            case "/reset":
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                connection.reset()
            default: connection.waitForClose()
            }
            return false
        }
    }

    /// Tries a transport, and says what it does wrong.
    ///
    /// - Parameters:
    ///   - transport: The transport.
    ///   - peer: What it is tried on.
    /// - Returns: The rules that it breaks; none, if it conforms.
    public static func violations(of transport: any HTTPTransport, against peer: Peer) async -> [Violation] {
        var trial = Trial(transport: transport, peer: peer)
        await trial.run()
        return trial.violations
    }
}

/// One transport being tried.
private struct Trial {
    let transport: any HTTPTransport
    let peer: TransportConformance.Peer
    var violations: [TransportConformance.Violation] = []

    private struct Finding: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// How long anything here may take: only what hangs comes near it.
    private static let patience = Duration.seconds(20)

    mutating func run() async {
        await check("A request arrives as it was, and so does its answer", echo)
        await check("A call that is cancelled before it begins is not sent") { [trial = self] in
            try await trial.cancelled(before: true)
        }
        await check("Cancelling works while the head of the answer is awaited") { [trial = self] in
            try await trial.cancelled(before: false)
        }
        await check("The head is given before the body is complete, and the pieces as they come", streams)
        await check("A body that is read in a task that is cancelled ends promptly", cancelledBody)
        await check("Dropping the iterator ends the request", dropped)
        await check("A body beyond the reader's limit is given up", large)
        await check("A large body arrives whole where it is read", wholeLarge)
        await check("A redirect to another origin is not followed", redirect)
        await check("A reset in the body is an error, after what had arrived", reset)
        await check("A server that was never reached is a failure to connect", refused)
        await check("After all of this the next call works", echo)
    }

    private mutating func check(_ rule: String, _ body: @escaping @Sendable () async throws -> Void) async {
        do {
            try await TimeSource(ContinuousClock()).run(
                within: Self.patience,
                orThrow: Finding("it did not end within \(Self.patience)"),
                body
            )
        } catch let finding as Finding {
            violations.append(.init(rule: rule, finding: finding.text))
        } catch {
            violations.append(.init(rule: rule, finding: "it threw \(error)"))
        }
    }

    private var echo: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.echo else { return }
            let response = try await transport.send(request)
            let body = String(decoding: try await response.body.collect(upTo: 1000), as: UTF8.self)
            guard response.status == 200, response.headers["x-answer"] == "yes" else {
                throw Finding("the status is \(response.status), the headers \(response.headers)")
            }
            guard body == "POST Grüße body" else { throw Finding("the server got `\(body)`") }
        }
    }

    private func cancelled(before: Bool) async throws {
        let task = Task { [transport, peer] in
            if before { withUnsafeCurrentTask { $0?.cancel() } }
            return try await transport.send(peer.silent)
        }
        if !before {
            try await Task.sleep(for: .milliseconds(50))
            task.cancel()
        }
        try await Self.expectCancellation { _ = try await task.value }
        if before, peer.silentRequests() > 0 { throw Finding("it was sent") }
    }

    private static func expectCancellation(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            throw Finding("it threw \(error) in place of CancellationError")
        }
        throw Finding("it ended as if nothing had happened")
    }

    private var streams: @Sendable () async throws -> Void {
        { [transport, peer] in
            let response = try await transport.send(peer.endless)
            for try await piece in response.body {
                guard !piece.isEmpty else { throw Finding("it gave an empty piece") }
                return
            }
            throw Finding("the body ended")
        }
    }

    private var cancelledBody: @Sendable () async throws -> Void {
        { [transport, peer] in
            let task = Task {
                let response = try await transport.send(peer.endless)
                for try await _ in response.body { try await Task.sleep(for: .microseconds(1)) }
            }
            try await Task.sleep(for: .milliseconds(50))
            task.cancel()
            try await Self.expectCancellation { try await task.value }
        }
    }

    private var dropped: @Sendable () async throws -> Void {
        { [transport, peer] in
            let response = try await transport.send(peer.endless)
            for try await _ in response.body { break }
            guard let open = peer.openConnections else { return }
            // Idle connections may be kept; one in the middle of an answer may not.
            while open() > 1 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    private var large: @Sendable () async throws -> Void {
        { [transport, peer] in
            let response = try await transport.send(peer.large)
            do {
                _ = try await response.body.collect(upTo: 1 << 20)
            } catch let error as TchaviError where error.code == .transport {
                return
            }
            throw Finding("all of it was taken")
        }
    }

    private var wholeLarge: @Sendable () async throws -> Void {
        { [transport, peer] in
            let count = try await transport.send(peer.large).body.collect(upTo: 64 << 20).count
            guard count >= 4 << 20 else { throw Finding("\(count) bytes arrived") }
        }
    }

    private var redirect: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.redirect else { return }
            let response = try await transport.send(request)
            guard peer.strayRequests() == 0 else { throw Finding("the request went to the other origin") }
            guard response.status == 302 else { throw Finding("the status is \(response.status)") }
        }
    }

    private var reset: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.reset else { return }
            do {
                _ = try await transport.send(request).body.collect(upTo: 1000)
            } catch let error as TchaviError where error.code == .transport {
                guard !error.isConnectFailure else { throw Finding("it is taken for a failure to connect") }
                return
            }
            throw Finding("half a body counts as whole")
        }
    }

    private var refused: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.refused else { return }
            do {
                _ = try await transport.send(request)
            } catch let error as TchaviError where error.isConnectFailure {
                return
            }
            throw Finding("it was answered")
        }
    }
}

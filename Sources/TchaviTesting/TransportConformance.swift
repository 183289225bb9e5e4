import Foundation
public import Tchavi

/// Checks that a transport meets the requirements of `HTTPTransport`: cancellation, streaming, limits, redirects.
///
/// ```swift
/// @Test func `My transport conforms`() async throws {
///     let peer = try TransportConformance.Peer()
///     #expect(await TransportConformance.violations(of: MyTransport(), against: peer).isEmpty)
/// }
/// ```
public enum TransportConformance {
    /// A rule that a transport violates.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// The rule, as one sentence.
        public let rule: String
        /// What the transport did instead.
        public let finding: String

        /// The rule and the finding on one line.
        public var description: String { "\(rule): \(finding)" }
    }

    /// The requests that the checks send, to servers with known behavior.
    public struct Peer: Sendable {
        /// Gets a response with the received method, `X-Echo` header and body, as `METHOD HEADER BODY`.
        package var echo: TransportRequest?
        /// Never gets a response.
        package var silent: TransportRequest
        /// Gets a response whose body starts at once and does not end.
        package var endless: TransportRequest
        /// Gets a response with a body of at least 4 MiB.
        package var large: TransportRequest
        /// Gets a redirect to another origin.
        package var redirect: TransportRequest?
        /// Gets a response whose connection is reset in the middle of the body.
        package var reset: TransportRequest?
        /// Goes to a port on which no server listens.
        package var refused: TransportRequest?
        /// Returns the number of requests that reached the redirect's target.
        var redirectedRequests: @Sendable () -> Int = { 0 }
        /// Returns the number of ``silent`` requests that have arrived.
        var silentRequests: @Sendable () -> Int = { 0 }
        /// Returns the number of open connections.
        var openConnections: (@Sendable () -> Int)?
        private var servers: [LoopbackServer] = []

        /// Starts servers on loopback sockets, for transports that use the network.
        ///
        /// - Throws: An error that names the failed system call if a port cannot be opened.
        public init() throws {
            let other = try LoopbackServer { connection in
                guard try connection.receiveRequest() != nil else { return }
                try connection.respond(body: Data("redirected".utf8))
            }
            let redirectTarget = other.baseURL.absoluteString
            let silent = Locked(0)
            let server = try LoopbackServer { connection in
                while let request = try connection.receiveRequest() {
                    if request.path == "/silent" { silent.withLock { $0 += 1 } }
                    guard try Self.respond(to: request, connection, redirectTarget) else { return }
                }
            }
            let closed = try LoopbackServer { _ in }
            let refusedURL = closed.baseURL
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
            refused = TransportRequest(url: refusedURL)
            redirectedRequests = { other.acceptedConnections }
            silentRequests = { silent.withLock { $0 } }
            openConnections = { server.openConnections }
            servers = [server, other]
        }

        /// Creates a peer for transports that do not use the network. The checks that need a server are skipped.
        ///
        /// - Parameters:
        ///   - silent: A request that never gets a response.
        ///   - endless: A request whose response body starts at once and is not read to its end within seconds.
        ///   - large: A request whose response has a body of at least 4 MiB.
        public init(silent: TransportRequest, endless: TransportRequest, large: TransportRequest) {
            self.silent = silent
            self.endless = endless
            self.large = large
        }

        /// Responds to a request, and returns whether the connection can be used for another.
        private static func respond(
            to request: ReceivedRequest,
            _ connection: LoopbackServer.Connection,
            _ redirectTarget: String
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
                try connection.respond(status: 302, headers: ["Location": redirectTarget], body: Data())
                return true
            case "/reset":
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                connection.reset()
            default: connection.waitForClose()
            }
            return false
        }
    }

    /// Checks a transport against every rule.
    ///
    /// - Parameters:
    ///   - transport: The transport to check.
    ///   - peer: The requests to send with it.
    /// - Returns: The violated rules; empty if the transport conforms.
    public static func violations(of transport: any HTTPTransport, against peer: Peer) async -> [Violation] {
        var checks = ConformanceChecks(transport: transport, peer: peer)
        await checks.run()
        return checks.violations
    }
}

/// The checks of one transport, with the violations found so far.
private struct ConformanceChecks {
    let transport: any HTTPTransport
    let peer: TransportConformance.Peer
    var violations: [TransportConformance.Violation] = []

    private struct Finding: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// The time limit of a check, far above what a conforming transport needs.
    private static let timeout = Duration.seconds(20)

    mutating func run() async {
        await check("The request and its response arrive unchanged", echo)
        await check("A call that is cancelled before it begins is not sent") { [checks = self] in
            try await checks.cancelled(before: true)
        }
        await check("Cancelling works while the response headers are awaited") { [checks = self] in
            try await checks.cancelled(before: false)
        }
        await check("The response is returned before its body is complete, and chunks as they arrive", streams)
        await check("Reading a body in a cancelled task throws CancellationError promptly", cancelledBody)
        await check("Dropping the body's iterator ends the request", dropped)
        await check("Reading a body beyond the limit is a transport error", large)
        await check("A large body arrives completely", wholeLarge)
        await check("A redirect to another origin is not followed", redirect)
        await check("A connection reset in the body is a transport error", reset)
        await check("A refused connection is a failure to connect", refused)
        await check("A call after these checks works", echo)
    }

    private mutating func check(_ rule: String, _ body: @escaping @Sendable () async throws -> Void) async {
        do {
            try await TimeSource(ContinuousClock()).run(
                within: Self.timeout,
                orThrow: Finding("it did not finish within \(Self.timeout)"),
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
                throw Finding("the status was \(response.status) and the headers were \(response.headers)")
            }
            guard body == "POST Grüße body" else { throw Finding("the server received `\(body)`") }
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
        if before, peer.silentRequests() > 0 { throw Finding("the request was sent") }
    }

    private static func expectCancellation(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            throw Finding("it threw \(error) instead of CancellationError")
        }
        throw Finding("it finished without an error")
    }

    private var streams: @Sendable () async throws -> Void {
        { [transport, peer] in
            let response = try await transport.send(peer.endless)
            for try await chunk in response.body {
                guard !chunk.isEmpty else { throw Finding("a chunk was empty") }
                return
            }
            throw Finding("the body ended without a chunk")
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
            // Idle connections may stay open; the dropped response's connection may not.
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
            throw Finding("the body was read completely")
        }
    }

    private var wholeLarge: @Sendable () async throws -> Void {
        { [transport, peer] in
            let count = try await transport.send(peer.large).body.collect(upTo: 64 << 20).count
            guard count >= 4 << 20 else { throw Finding("only \(count) bytes arrived") }
        }
    }

    private var redirect: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.redirect else { return }
            let response = try await transport.send(request)
            guard peer.redirectedRequests() == 0 else { throw Finding("the request was sent to the other origin") }
            guard response.status == 302 else { throw Finding("the status was \(response.status) instead of 302") }
        }
    }

    private var reset: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.reset else { return }
            do {
                _ = try await transport.send(request).body.collect(upTo: 1000)
            } catch let error as TchaviError where error.code == .transport {
                guard !error.isConnectFailure else { throw Finding("the error is a failure to connect") }
                return
            }
            throw Finding("the truncated body was returned without an error")
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
            throw Finding("it returned a response")
        }
    }
}

import Foundation
public import Tchavi

extension TransportConformance {
    /// The requests that the checks send, to servers with known behavior.
    ///
    /// Only the servers of ``init()`` can tell whether a request has arrived and its connection is closed. With a peer
    /// of your own, made by ``init(silent:endless:large:)``, the checks of connections are skipped.
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
        /// Gets an interim response before the response.
        package var interim: TransportRequest?
        /// Gets a 401 that challenges for a password.
        package var challenge: TransportRequest?
        /// Gets a redirect without a `Location`.
        package var redirectWithoutLocation: TransportRequest?
        /// Gets a response whose connection is reset in the middle of the body.
        package var reset: TransportRequest?
        /// Goes to a port on which no server listens.
        package var refused: TransportRequest?
        /// Returns the number of requests that reached the redirect's target.
        var redirectedRequests: @Sendable () -> Int = { 0 }
        /// Returns the number of ``silent`` requests that have arrived.
        var silentRequests: (@Sendable () -> Int)?
        /// Returns the number of ``silent`` and ``endless`` requests whose connections are still open.
        var openRequests: (@Sendable () -> Int)?
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
            let counts = Locked((silent: 0, open: 0))
            let server = try LoopbackServer { connection in
                while let request = try connection.receiveRequest() {
                    let isSilent = request.path == "/silent"
                    let endsWithConnection = isSilent || request.path == "/endless"
                    counts.withLock { counts in
                        if isSilent { counts.silent += 1 }
                        if endsWithConnection { counts.open += 1 }
                    }
                    defer { if endsWithConnection { counts.withLock { $0.open -= 1 } } }
                    guard try Self.respond(to: request, connection, redirectTarget) else { return }
                }
            }
            // Nothing listens on port 1. A port that was freed could be given to another server meanwhile.
            let refusedURL = URL(string: "http://127.0.0.1:1") ?? server.baseURL
            func request(_ path: String) -> TransportRequest {
                TransportRequest(url: server.baseURL.appendingPathComponent(path))
            }
            func post(_ path: String) -> TransportRequest {
                TransportRequest(
                    method: .post,
                    url: server.baseURL.appendingPathComponent(path),
                    body: Data("body".utf8)
                )
            }
            var echo = post("echo")
            echo.headers["X-Echo"] = "Grüße"
            var redirect = request("redirect")
            redirect.headers[.authorization] = "Bearer sk-tch-conformance"
            self.init(silent: request("silent"), endless: request("endless"), large: request("large"))
            self.echo = echo
            self.redirect = redirect
            interim = post("interim")
            challenge = post("challenge")
            redirectWithoutLocation = post("redirect-without-location")
            reset = request("reset")
            refused = TransportRequest(url: refusedURL)
            redirectedRequests = { other.acceptedConnections }
            silentRequests = { counts.withLock { $0.silent } }
            openRequests = { counts.withLock { $0.open } }
            servers = [server, other]
        }

        /// Creates a peer for transports that do not use the network. The checks that need a server are skipped: what
        /// the server receives, interim responses, challenges, redirects, resets and refused connections, that a
        /// cancelled call is not sent, and that the connection is closed when a call is cancelled or a body is dropped.
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
            case "/interim":
                try connection.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
                try connection.respond(body: Data("final".utf8))
                return true
            case "/challenge":
                try connection.respond(
                    status: 401,
                    headers: ["WWW-Authenticate": "Basic realm=\"conformance\""],
                    body: Data("refused".utf8)
                )
                return true
            case "/redirect-without-location":
                try connection.respond(status: 302, body: Data("moved".utf8))
                return true
            case "/reset":
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                connection.reset()
            default: connection.waitForClose()
            }
            return false
        }
    }
}

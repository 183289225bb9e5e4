public import Foundation
public import Tchavi

/// An HTTP/1.1 server on 127.0.0.1, for tests that need a real socket or faulty responses.
///
/// A closure handles each connection on a thread of its own. It reads requests and writes any bytes: also a truncated
/// response, a wrong length, or a reset.
///
/// ```swift
/// let server = try LoopbackServer { connection in
///     _ = try connection.receiveRequest()
///     try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
///     connection.reset()
/// }
/// defer { server.stop() }
/// ```
///
/// Do not use it in production: it limits neither the sizes of requests nor the number of threads.
public final class LoopbackServer: Sendable {
    /// The port on which the server listens.
    public let port: Int

    private let core: Core

    /// The state shared with the server's threads, which must not keep the server itself alive.
    private final class Core: Sendable {
        let listener: LoopbackSocket
        let handler: @Sendable (Connection) throws -> Void
        /// The open connections; `nil` once the server is stopped.
        let open = Locked<[Int32: LoopbackSocket]?>([:])
        let accepted = Locked(0)

        init(listener: LoopbackSocket, handler: @escaping @Sendable (Connection) throws -> Void) {
            self.listener = listener
            self.handler = handler
        }

        func acceptAll() {
            while let socket = listener.accepted() {
                let isOpen = open.withLock { open in
                    open?[socket.descriptor] = socket
                    return open != nil
                }
                guard isOpen else {
                    socket.close()
                    break
                }
                accepted.withLock { $0 += 1 }
                Self.start { self.handle(socket) }
            }
            open.withLock { open in
                #if canImport(Darwin)
                let isClosed = open == nil
                #else
                let isClosed = false
                #endif
                open = nil
                if !isClosed { listener.close() }
            }
        }

        private func handle(_ socket: LoopbackSocket) {
            let connection = Connection(socket)
            // The client sees an error of the handler as a closed connection.
            try? handler(connection)
            if connection.isReset { socket.resetOnClose() }
            // Closed under the lock, so that `stop` never shuts down a descriptor that was reused after closing.
            open.withLock { open in
                _ = open?.removeValue(forKey: socket.descriptor)
                socket.close()
            }
        }

        static func start(_ body: @escaping @Sendable () -> Void) {
            let thread = Thread(block: body)
            thread.stackSize = 512 << 10
            thread.start()
        }

        func stop() {
            open.withLock { open in
                guard let sockets = open.take() else { return }
                for socket in sockets.values { socket.shutDown() }
                listener.shutDown()
                #if canImport(Darwin)
                // On Darwin, only closing the socket ends a waiting `accept`.
                listener.close()
                #endif
            }
        }
    }

    /// Creates a server and starts listening.
    ///
    /// - Parameters:
    ///   - port: The port to listen on; 0 lets the system choose.
    ///   - handler: Handles one connection on a thread of its own, so it may block. The connection is closed when the
    ///     handler returns or throws.
    /// - Throws: An error that names the failed system call.
    public init(port: UInt16 = 0, handler: @escaping @Sendable (Connection) throws -> Void) throws {
        let (listener, port) = try LoopbackSocket.listening(port: port)
        self.port = Int(port)
        let core = Core(listener: listener, handler: handler)
        self.core = core
        Core.start { core.acceptAll() }
    }

    deinit {
        core.stop()
    }

    /// Closes all connections and stops listening. This happens automatically when the server is released.
    public func stop() {
        core.stop()
    }

    /// The server's URL: `http://127.0.0.1` and the port.
    public var baseURL: URL {
        var components = URLComponents()
        components.scheme = "http"
        components.host = "127.0.0.1"
        components.port = port
        return components.url ?? TchaviClient.Configuration.defaultBaseURL
    }

    /// The number of connections accepted so far.
    package var acceptedConnections: Int { core.accepted.withLock { $0 } }

    /// The number of open connections.
    package var openConnections: Int { core.open.withLock { $0?.count ?? 0 } }

    /// A connection to a client, for use on its handler's thread.
    public final class Connection: Sendable {
        private let socket: LoopbackSocket
        private let state = Locked((unread: Data(), isReset: false))

        fileprivate init(_ socket: LoopbackSocket) {
            self.socket = socket
        }

        fileprivate var isReset: Bool { state.withLock { $0.isReset } }

        /// Waits for the next request and reads it with its body.
        ///
        /// - Returns: The request, or `nil` if the client has closed the connection.
        /// - Throws: An error if the connection fails or the request is not valid HTTP/1.1.
        public func receiveRequest() throws -> ReceivedRequest? {
            var unread = state.withLock { $0.unread }
            defer { state.withLock { $0.unread = unread } }
            let separator = Data("\r\n\r\n".utf8)
            while unread.range(of: separator) == nil {
                let more = try socket.receive(64 << 10)
                guard !more.isEmpty else { return nil }
                unread.append(more)
            }
            guard let range = unread.range(of: separator) else { return nil }
            var request = try ReceivedRequest(head: unread[..<range.lowerBound])
            unread = Data(unread[range.upperBound...])
            let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
            guard length >= 0 else { throw TchaviError(.invalidRequest, "The request's Content-Length is negative.") }
            while unread.count < length {
                let more = try socket.receive(64 << 10)
                guard !more.isEmpty else { return nil }
                unread.append(more)
            }
            request.body = Data(unread.prefix(length))
            unread = Data(unread.dropFirst(length))
            return request
        }

        /// Writes raw bytes to the connection.
        ///
        /// - Parameter data: The bytes to write.
        /// - Throws: An error if the client has closed the connection.
        public func send(_ data: Data) throws { try socket.send(data) }

        /// Writes a string to the connection, as UTF-8.
        ///
        /// - Parameter text: The string to write.
        /// - Throws: An error if the client has closed the connection.
        public func send(_ text: String) throws { try socket.send(Data(text.utf8)) }

        /// Writes a complete response, with its `Content-Length`.
        ///
        /// - Parameters:
        ///   - status: The HTTP status code.
        ///   - headers: The other header fields.
        ///   - body: The response's body.
        /// - Throws: An error if the client has closed the connection.
        public func respond(status: Int = 200, headers: HeaderFields = HeaderFields(), body: Data) throws {
            var headers = headers
            headers["Content-Length"] = String(body.count)
            try send(Self.head(status, headers) + body)
        }

        static func head(_ status: Int, _ headers: HeaderFields) -> Data {
            let fields = headers.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
            return Data("HTTP/1.1 \(status) Status\r\n\(fields)\r\n".utf8)
        }

        /// Waits until the client closes the connection.
        public func waitForClose() {
            while let more = try? socket.receive(4096), !more.isEmpty {}
        }

        /// Resets the connection, instead of closing it, when the handler returns.
        public func reset() {
            state.withLock { $0.isReset = true }
        }
    }
}

/// An HTTP request as received by a server.
public struct ReceivedRequest: Sendable {
    /// The HTTP method.
    public var method: TransportMethod
    /// The path and query, as sent by the client.
    public var target: String
    /// All header fields, in the order received.
    public var headers: HeaderFields
    /// The complete body; empty if there was none.
    public var body = Data()

    /// The path without the query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The body as JSON; `nil` if it is not valid JSON.
    public var json: JSONValue? { try? JSONValue(parsing: body) }

    init(method: TransportMethod, target: String, headers: HeaderFields, body: Data) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    init(head: Data) throws {
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let parts = lines[0].split(separator: " ")
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else {
            throw TchaviError(.invalidRequest, "The request is not valid HTTP/1.1.")
        }
        method = TransportMethod(rawValue: String(parts[0]))
        target = String(parts[1])
        headers = HeaderFields()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers.add(String(line[..<colon]), value)
        }
    }
}

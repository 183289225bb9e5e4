public import Foundation
public import Tchavi

/// A small HTTP/1.1 server on 127.0.0.1, for tests that need a real socket and answers that go wrong.
///
/// Each connection is handled on a thread of its own by a closure that reads requests and writes bytes as it likes:
/// also half an answer, a wrong length, or a reset.
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
/// It is no server for production: nothing is bounded, and a thread is spent on each connection.
public final class LoopbackServer: Sendable {
    /// The port that the server listens on.
    public let port: Int

    private let core: Core

    /// What the server's threads share, which must not keep the server itself alive.
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
            // A handler that throws has nobody to tell but the client, who sees the connection close.
            try? handler(connection)
            if connection.isReset { socket.lingerNot() }
            // Under the lock, so that `stop` cannot meet a descriptor that was closed and given away again.
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
                // There a shutdown does not wake who accepts; closing the socket does.
                listener.close()
                #endif
            }
        }
    }

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - port: The port; 0 lets the system choose.
    ///   - handler: Handles one connection, on a thread of its own; it may block. The connection closes when it returns
    ///     or throws.
    /// - Throws: An error that names the system call that failed.
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

    /// Closes every connection and stops listening. Called by itself when the server is released.
    public func stop() {
        core.stop()
    }

    /// `http://127.0.0.1` with the server's port.
    public var baseURL: URL {
        var components = URLComponents()
        components.scheme = "http"
        components.host = "127.0.0.1"
        components.port = port
        return components.url ?? TchaviClient.Configuration.defaultBaseURL
    }

    /// How many connections were accepted so far.
    public var acceptedConnections: Int { core.accepted.withLock { $0 } }

    /// How many connections are open.
    public var openConnections: Int { core.open.withLock { $0?.count ?? 0 } }

    /// One connection, to be used on the thread it was handed to.
    public final class Connection: Sendable {
        private let socket: LoopbackSocket
        private let state = Locked((unread: Data(), isReset: false))

        fileprivate init(_ socket: LoopbackSocket) {
            self.socket = socket
        }

        fileprivate var isReset: Bool { state.withLock { $0.isReset } }

        /// Waits for the next request and reads it whole.
        ///
        /// - Returns: The request, or `nil` once the client has closed the connection.
        /// - Throws: Where the connection fails, or what arrives is no HTTP/1.1.
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
            guard length >= 0 else { throw TchaviError(.invalidRequest, "What arrived has a negative length.") }
            while unread.count < length {
                let more = try socket.receive(64 << 10)
                guard !more.isEmpty else { return nil }
                unread.append(more)
            }
            request.body = Data(unread.prefix(length))
            unread = Data(unread.dropFirst(length))
            return request
        }

        /// Writes bytes as they are.
        ///
        /// - Parameter data: The bytes.
        /// - Throws: Where the client has gone.
        public func send(_ data: Data) throws { try socket.send(data) }

        /// Writes a text as it is.
        ///
        /// - Parameter text: The text.
        /// - Throws: Where the client has gone.
        public func send(_ text: String) throws { try socket.send(Data(text.utf8)) }

        /// Writes a whole answer with its length.
        ///
        /// - Parameters:
        ///   - status: The status.
        ///   - headers: Header fields beside the length.
        ///   - body: The body.
        /// - Throws: Where the client has gone.
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

        /// Makes the connection end with a reset when the handler returns.
        public func reset() {
            state.withLock { $0.isReset = true }
        }
    }
}

/// A request as a server got it.
public struct ReceivedRequest: Sendable {
    /// The method.
    public var method: TransportMethod
    /// The target: path and query.
    public var target: String
    /// The header fields.
    public var headers: HeaderFields
    /// The body.
    public var body = Data()

    /// The target without its query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The body as JSON, if it is that.
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
            throw TchaviError(.invalidRequest, "What arrived is no HTTP/1.1 request.")
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

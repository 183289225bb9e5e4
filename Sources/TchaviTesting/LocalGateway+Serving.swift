import Foundation
import Tchavi

extension LocalGateway {
    /// Serves the gateway on a loopback socket, for this package's client or any other client of the OpenAI API.
    ///
    /// - Parameter port: The port to listen on; 0 lets the system choose.
    /// - Returns: The server, which stops when it is released.
    /// - Throws: An error that names the failed system call if the port cannot be opened.
    public func serve(port: UInt16 = 0) throws -> LoopbackServer {
        try LoopbackServer(port: port) { [self] connection in
            while let request = try connection.receiveRequest() {
                let response = try blocking { try await self.respond(to: request) }
                try Self.write(response, to: connection)
            }
        }
    }

    private static func write(_ response: TransportResponse, to connection: LoopbackServer.Connection) throws {
        guard response.headers["Content-Type"] == "text/event-stream" else {
            let body = try blocking { try await response.body.collect(upTo: .max) }
            return try connection.respond(status: response.status, headers: response.headers, body: body)
        }
        var headers = response.headers
        headers["Transfer-Encoding"] = "chunked"
        try connection.send(LoopbackServer.Connection.head(response.status, headers))
        let iterator = response.body.makeAsyncIterator()
        while let chunk = try blocking({ try await iterator.next() }) {
            try connection.send(Data("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Data("\r\n".utf8))
        }
        try connection.send("0\r\n\r\n")
    }
}

/// Blocks the calling thread until the work ends. Called only on the server's own threads, never on Swift's pool.
private func blocking<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
    let result = ResultBox<Value>()
    let done = DispatchSemaphore(value: 0)
    Task {
        do {
            result.set(.success(try await work()))
        } catch {
            result.set(.failure(error))
        }
        done.signal()
    }
    done.wait()
    return try result.get()
}

/// Holds a task's result for the thread that waits for it.
private final class ResultBox<Value: Sendable>: Sendable {
    private let result = Locked<Result<Value, any Error>>(.failure(CancellationError()))

    func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }

    func get() throws -> Value { try result.withLock { $0 }.get() }
}

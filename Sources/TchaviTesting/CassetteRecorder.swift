import Foundation
public import Tchavi

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Passes requests on, and writes each exchange to a file when its answer was read to the end.
///
/// Secrets are removed before anything is written: header fields of the kind, members of JSON bodies named in
/// ``Cassette/secretMembers``, and the request's credential wherever the answer repeats it. The file is written whole,
/// readable by its owner alone. Prompts and answers are written as they are.
public final class CassetteRecorder: HTTPTransport {
    private let transport: any HTTPTransport
    private let file: URL
    private let cassette = Locked(Cassette())
    private let failure = Locked<String?>(nil)

    /// Begins a recording, in place of whatever the file had.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - transport: What carries the requests.
    public init(to path: String, transport: any HTTPTransport = URLSessionTransport.shared) {
        file = URL(fileURLWithPath: path)
        self.transport = transport
    }

    /// Why the file could not be written, if it could not.
    public var writeError: String? { failure.withLock { $0 } }

    /// Sends a request on and records its answer.
    ///
    /// - Parameter request: The request.
    /// - Returns: The answer, which is recorded when it was read to its end.
    /// - Throws: What the transport throws; that is not recorded.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let response = try await transport.send(request)
        let (status, headers) = (response.status, response.headers)
        return TransportResponse(
            status: status,
            headers: headers,
            body: TransportBody(
                RecordedBody(body: response.body) { body in self.record(request, status, headers, body) }
            )
        )
    }

    private func record(_ request: TransportRequest, _ status: Int, _ headers: HeaderFields, _ body: Data) {
        let secrets = request.secrets
        var target = request.target
        for secret in secrets { target = target.replacing(secret, with: Secret.placeholder) }
        // Lengths and encodings are those of the wire, and no longer true of what is kept.
        let kept = headers.redacted.filter {
            !["content-length", "content-encoding", "transfer-encoding", "connection"].contains($0.key)
        }
        let exchange = Cassette.Exchange(
            request: Cassette.Exchange.Request(
                method: request.method,
                target: target,
                body: Cassette.kept(request.body ?? Data(), striking: secrets)
            ),
            response: Cassette.Exchange.Response(
                status: status,
                headers: kept.mapValues { value in
                    secrets.reduce(value) { $0.replacing($1, with: Secret.placeholder) }
                },
                body: Cassette.kept(body, striking: secrets)
            )
        )
        cassette.withLock { cassette in
            cassette.exchanges.append(exchange)
            do {
                try write(cassette)
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
    }

    private func write(_ cassette: Cassette) throws {
        let temporary = file.deletingLastPathComponent().appendingPathComponent(".\(file.lastPathComponent).\(UUID())")
        let data = Data((try JSONValue(encoding: cassette).prettyPrinted() + "\n").utf8)
        guard
            FileManager.default.createFile(
                atPath: temporary.path,
                contents: data,
                attributes: [.posixPermissions: 0o600]
            )
        else { throw CocoaError(.fileWriteUnknown) }
        guard rename(temporary.path, file.path) == 0 else {
            throw SystemCallFailure("rename")
        }
    }
}

/// A body that is passed on, and kept for when it has ended.
private struct RecordedBody: AsyncSequence, Sendable {
    typealias Element = Data
    typealias Failure = any Error

    let body: TransportBody
    let ended: @Sendable (Data) -> Void

    struct Iterator: AsyncIteratorProtocol {
        var iterator: TransportBody.Iterator
        var kept = Data()
        let ended: @Sendable (Data) -> Void

        mutating func next() async throws -> Data? {
            guard let piece = try await iterator.next() else {
                ended(kept)
                return nil
            }
            kept.append(piece)
            return piece
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(iterator: body.makeAsyncIterator(), ended: ended) }
}

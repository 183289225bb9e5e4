import Foundation
public import Tchavi

/// Forwards requests to a transport, and records each exchange in a file once its response has been read to the end.
///
/// Secrets are redacted before anything is written: header fields that hold credentials, members of JSON bodies that
/// hold passwords, tokens or keys (such as `password`, `accessToken` and `key`), and the request's credential wherever
/// the response repeats it. Prompts and completions are not redacted. The file is replaced atomically, and only its
/// owner can read it.
public final class CassetteRecorder: HTTPTransport {
    private let transport: any HTTPTransport
    private let file: CassetteFile
    private let cassette = Locked(Cassette())
    private let failure = Locked<String?>(nil)

    /// Creates a recorder that overwrites a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file; it is written after the first exchange.
    ///   - transport: The transport that sends the requests.
    public init(to path: String, transport: any HTTPTransport = URLSessionTransport.shared) {
        file = CassetteFile(URL(fileURLWithPath: path))
        self.transport = transport
    }

    /// Why the file could not be written; `nil` if it could.
    public var writeError: String? { failure.withLock { $0 } }

    /// Sends a request with the underlying transport, and records the exchange.
    ///
    /// - Parameter request: The request to send.
    /// - Returns: The response, which is recorded when its body has been read to the end.
    /// - Throws: The transport's error, which is not recorded.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let response = try await transport.send(request)
        let (status, headers) = (response.status, response.headers)
        return TransportResponse(
            status: status,
            headers: headers,
            body: TransportBody(
                RecordedBody(body: response.body) { body in await self.record(request, status, headers, body) }
            )
        )
    }

    private func record(_ request: TransportRequest, _ status: Int, _ headers: HeaderFields, _ body: Data) async {
        let secrets = request.secrets
        var target = request.target
        for secret in secrets { target = target.replacing(secret, with: Secret.placeholder) }
        // These fields describe the body on the wire, not the recorded one.
        let wireFields: Set<HeaderFields.Name> = [
            .contentLength, "Content-Encoding", "Transfer-Encoding", "Connection",
        ]
        let recordedHeaders = headers.redacted.filter { !wireFields.contains(HeaderFields.Name($0.key)) }
        let exchange = Cassette.Exchange(
            request: Cassette.Exchange.Request(
                method: request.method,
                target: target,
                body: Cassette.redacted(request.body ?? Data(), removing: secrets)
            ),
            response: Cassette.Exchange.Response(
                status: status,
                headers: recordedHeaders.mapValues { value in
                    secrets.reduce(value) { $0.replacing($1, with: Secret.placeholder) }
                },
                body: Cassette.redacted(body, removing: secrets)
            )
        )
        let cassette = cassette.withLock { cassette in
            cassette.exchanges.append(exchange)
            return cassette
        }
        do {
            try await file.write(cassette)
        } catch {
            failure.withLock { $0 = "\(error)" }
        }
    }
}

/// A body that is forwarded chunk by chunk, and passed to a closure as a whole at its end.
private struct RecordedBody: AsyncSequence, Sendable {
    typealias Element = Data
    typealias Failure = any Error

    let body: TransportBody
    let onEnd: @Sendable (Data) async -> Void

    struct Iterator: AsyncIteratorProtocol {
        var iterator: TransportBody.Iterator
        var received = Data()
        let onEnd: @Sendable (Data) async -> Void

        mutating func next() async throws -> Data? {
            guard let chunk = try await iterator.next() else {
                await onEnd(received)
                return nil
            }
            received.append(chunk)
            return chunk
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(iterator: body.makeAsyncIterator(), onEnd: onEnd) }
}

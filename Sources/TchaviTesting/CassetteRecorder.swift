import Foundation
public import Tchavi

/// Forwards requests to a transport, and records each exchange in a file once its response has been read to the end.
///
/// Secrets are redacted before anything is written:
///
/// - header fields that hold credentials, and the values of cookies, whose names and attributes are kept;
/// - members of JSON bodies, of JSON in strings and in the data of streamed events, and items of queries and forms, whose
///   names say that they hold a password, token, key or session, in any case and with any separator (`accessToken`,
///   `id_token`, `X-Api-Key`);
/// - the credential and the other secrets of a request, wherever its response or, for credentials in header fields, a
///   later exchange repeats them, also escaped as in JSON or in a URL. Secrets of less than eight bytes are redacted by
///   name alone, because they may occur elsewhere by chance.
///
/// Prompts and completions are not redacted, and a secret that a stream repeats in several deltas is not found: read a
/// cassette before you commit it. The file is replaced atomically, and only its owner can read it.
public final class CassetteRecorder: HTTPTransport {
    private let transport: any HTTPTransport
    private let file: CassetteFile
    private let cassette = Locked(Cassette())
    private let credentials = Locked<Set<String>>([])
    /// Why a state of the cassette could not be written, and the number of exchanges that it had.
    private let failure = Locked<(exchanges: Int, reason: String)?>(nil)

    /// Creates a recorder that overwrites a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file; it is written after the first exchange.
    ///   - transport: The transport that sends the requests.
    public init(to path: String, transport: any HTTPTransport = URLSessionTransport.shared) {
        file = CassetteFile(URL(fileURLWithPath: path))
        self.transport = transport
    }

    /// Why the file does not hold all exchanges: the error of the last attempt to write it. `nil` once it has been
    /// written, because each attempt writes the whole cassette.
    public var writeError: String? { failure.withLock { $0?.reason } }

    /// Sends a request with the underlying transport, and records the exchange.
    ///
    /// - Parameter request: The request to send.
    /// - Returns: The response, which is recorded when its body has been read to the end.
    /// - Throws: The transport's error, which is not recorded.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let secrets = credentials.withLock { credentials in
            credentials.formUnion(request.headers.secrets)
            return credentials.union(request.secrets)
        }
        let response = try await transport.send(request)
        let (status, headers, now) = (response.status, response.headers, Date())
        return TransportResponse(
            status: status,
            headers: headers,
            body: TransportBody(
                RecordedBody(body: response.body) { body in
                    let redaction = CassetteRedaction(secrets)
                    await self.record(
                        Cassette.Exchange(
                            request: redaction.redacted(request),
                            response: Cassette.Exchange.Response(
                                status: status,
                                headers: redaction.redacted(headers, now: now),
                                body: redaction.redactedBody(body)
                            )
                        )
                    )
                }
            )
        )
    }

    private func record(_ exchange: Cassette.Exchange) async {
        let cassette = cassette.withLock { cassette in
            cassette.exchanges.append(exchange)
            return cassette
        }
        let count = cassette.exchanges.count
        do {
            try await file.write(cassette)
            failure.withLock { failure in
                if let failed = failure?.exchanges, failed <= count { failure = nil }
            }
        } catch {
            failure.withLock { failure in
                if failure?.exchanges ?? 0 <= count { failure = (count, "\(error)") }
            }
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
        /// Called once: a reader may ask again after the end.
        var onEnd: (@Sendable (Data) async -> Void)?

        mutating func next() async throws -> Data? {
            guard let chunk = try await iterator.next() else {
                let onEnd = self.onEnd.take()
                await onEnd?(received)
                return nil
            }
            received.append(chunk)
            return chunk
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(iterator: body.makeAsyncIterator(), onEnd: onEnd) }
}

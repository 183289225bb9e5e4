public import Foundation

/// A response's body as it arrives: a sequence of chunks, split anywhere, to be iterated once.
///
/// Dropping the iterator, or the body before it is iterated, ends the request. A second iterator throws.
public struct TransportBody: AsyncSequence, Sendable {
    /// A chunk of the body.
    public typealias Element = Data

    private enum Source: Sendable {
        case buffer(BodyBuffer, owner: BodyBuffer.Owner)
        case sequence(any AsyncSequence<Data, any Error> & Sendable)
    }

    private let source: Source
    private let singlePass = SinglePass()

    /// A body that is there as a whole.
    ///
    /// - Parameter data: The body.
    public init(_ data: Data) {
        let buffer = BodyBuffer(limit: .max, onCancel: {})
        _ = buffer.write(data)
        buffer.finish(nil)
        self.init(buffer: buffer)
    }

    /// A body from another sequence, at the pace at which it is read.
    ///
    /// - Parameter sequence: The chunks. It has to end with `CancellationError` when the reading task is cancelled.
    public init(_ sequence: any AsyncSequence<Data, any Error> & Sendable) {
        source = .sequence(sequence)
    }

    private init(buffer: BodyBuffer) {
        source = .buffer(buffer, owner: BodyBuffer.Owner(buffer))
    }

    /// A body that a transport pushes into, for libraries that call back with each chunk.
    ///
    /// - Parameters:
    ///   - limit: How many bytes may wait unread; beyond it the body fails.
    ///   - onCancel: Called once, from any thread, when nobody will read any further.
    /// - Returns: The body, and the end to write to.
    public static func buffered(
        limit: Int,
        onCancel: @escaping @Sendable () -> Void
    ) -> (body: TransportBody, writer: Writer) {
        let buffer = BodyBuffer(limit: limit, onCancel: onCancel)
        return (TransportBody(buffer: buffer), Writer(buffer: buffer))
    }

    /// The end of a buffered body that a transport writes to.
    public struct Writer: Sendable {
        fileprivate let buffer: BodyBuffer

        /// Adds a chunk.
        ///
        /// - Parameter data: The chunk.
        /// - Returns: Whether the body takes more. It does not once it was cancelled, has ended, or has more unread
        ///   bytes than its limit; the transport then ends the request.
        @discardableResult
        public func write(_ data: Data) -> Bool { buffer.write(data) }

        /// Ends the body.
        ///
        /// - Parameter error: Why it ended before it was complete, or `nil`.
        public func finish(throwing error: (any Error)? = nil) { buffer.finish(error) }
    }

    /// Reads the body chunk by chunk.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate enum Source: Sendable {
            case buffer(BodyBuffer, body: BodyBuffer.Owner, iterator: BodyBuffer.Owner)
            case sequence(SequenceReader)
            /// The body has another iterator.
            case none
        }

        fileprivate let source: Source

        /// The next chunk, or `nil` at the end.
        ///
        /// - Returns: At least one byte, or `nil`.
        /// - Throws: `CancellationError`, or what the transport failed with.
        public func next() async throws -> Data? {
            switch source {
            case .buffer(let buffer, _, _): try await buffer.next()
            case .sequence(let reader): try await reader.next()
            case .none: throw TchaviError.iteratedTwice("The response body")
            }
        }

        /// A chunk that has already arrived, taken without waiting.
        package func nextIfReady() -> Data? {
            if case .buffer(let buffer, _, _) = source { buffer.nextIfReady() } else { nil }
        }
    }

    /// Begins to read. A body is read once; a second iterator throws.
    public func makeAsyncIterator() -> Iterator {
        guard singlePass.take() else { return Iterator(source: .none) }
        return switch source {
        case .buffer(let buffer, let owner):
            Iterator(source: .buffer(buffer, body: owner, iterator: BodyBuffer.Owner(buffer)))
        case .sequence(let sequence): Iterator(source: .sequence(SequenceReader(sequence)))
        }
    }

    /// The whole body.
    ///
    /// - Parameter limit: How many bytes are accepted.
    /// - Returns: The body.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/transport`` where it is larger, or what the transport
    ///   failed with.
    public func collect(upTo limit: Int) async throws -> Data {
        var whole = Data()
        for try await chunk in self {
            guard whole.count + chunk.count <= limit else { throw TchaviError.tooLarge(limit, "maximumResponseBytes") }
            if whole.isEmpty { whole = chunk } else { whole.append(chunk) }
        }
        return whole
    }
}

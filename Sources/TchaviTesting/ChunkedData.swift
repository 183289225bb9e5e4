import Foundation

/// Data returned chunk by chunk, at the pace of the reader.
struct ChunkedData: AsyncSequence, Sendable {
    typealias Element = Data
    typealias Failure = any Error

    private let chunks: [Data]
    private let error: (any Error)?

    /// - Parameters:
    ///   - events: The data, one chunk per element unless a size is given.
    ///   - chunkBytes: The size of the chunks in bytes.
    ///   - error: What the sequence throws after the last chunk.
    init(_ events: [Data], chunkBytes: Int?, endingWith error: (any Error)? = nil) {
        self.error = error
        guard let chunkBytes else {
            chunks = events
            return
        }
        let whole = events.reduce(into: Data()) { $0.append($1) }
        chunks = stride(from: 0, to: whole.count, by: Swift.max(1, chunkBytes)).map { start in
            whole.subdata(in: start..<Swift.min(whole.count, start + Swift.max(1, chunkBytes)))
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: ArraySlice<Data>
        var error: (any Error)?

        mutating func next() async throws -> Data? {
            try Task.checkCancellation()
            if let chunk = chunks.popFirst() { return chunk }
            if let error = error.take() { throw error }
            return nil
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(chunks: chunks[...], error: error) }
}

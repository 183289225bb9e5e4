import Foundation

/// Data returned chunk by chunk, at the pace of the reader.
struct ChunkedData: AsyncSequence, Sendable {
    typealias Element = Data
    typealias Failure = any Error

    private let chunks: [Data]

    /// - Parameters:
    ///   - events: The data, one chunk per element unless a size is given.
    ///   - chunkBytes: The size of the chunks in bytes.
    init(_ events: [Data], chunkBytes: Int?) {
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

        mutating func next() async throws -> Data? {
            try Task.checkCancellation()
            return chunks.popFirst()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(chunks: chunks[...]) }
}

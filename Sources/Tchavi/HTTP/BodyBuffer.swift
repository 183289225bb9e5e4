import Foundation

/// What has arrived and was not read yet, between a transport that pushes and one reader that pulls.
final class BodyBuffer: Sendable {
    /// Cancels a buffer when the last reader that could read it is gone.
    final class Owner: Sendable {
        private let buffer: BodyBuffer
        init(_ buffer: BodyBuffer) { self.buffer = buffer }
        deinit { buffer.cancel(CancellationError()) }
    }

    private struct State {
        var chunks: [Data] = []
        var first = 0
        var bytes = 0
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<Data?, any Error>?
        var onCancel: (@Sendable () -> Void)?

        mutating func takeFirst() -> Data? {
            guard first < chunks.count else { return nil }
            let chunk = chunks[first]
            chunks[first] = Data()
            bytes -= chunk.count
            first += 1
            if first == chunks.count {
                chunks.removeAll(keepingCapacity: true)
                first = 0
            } else if first >= 64, first * 2 >= chunks.count {
                chunks.removeFirst(first)
                first = 0
            }
            return chunk
        }

        mutating func drop() {
            chunks = []
            first = 0
            bytes = 0
        }
    }

    private let limit: Int
    private let state: Locked<State>

    init(limit: Int, onCancel: @escaping @Sendable () -> Void) {
        self.limit = limit
        state = Locked(State(onCancel: onCancel))
    }

    func write(_ data: Data) -> Bool {
        guard !data.isEmpty else { return true }
        enum Outcome {
            case accepted, refused
            case overflown
            case handed(CheckedContinuation<Data?, any Error>)
        }
        let outcome: Outcome = state.withLock { state in
            if state.end != nil { return .refused }
            if let reader = state.reader.take() { return .handed(reader) }
            if state.bytes + data.count > limit { return .overflown }
            state.chunks.append(data)
            state.bytes += data.count
            return .accepted
        }
        switch outcome {
        case .accepted: return true
        case .refused: return false
        case .handed(let reader):
            reader.resume(returning: data)
            return true
        case .overflown:
            cancel(TchaviError.tooLarge(limit, "streamBufferBytes"))
            return false
        }
    }

    func finish(_ error: (any Error)?) {
        let reader = state.withLock { state -> CheckedContinuation<Data?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = error.map { .failure($0) } ?? .success(())
            state.onCancel = nil
            return state.reader.take()
        }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
    }

    /// Drops what was not read, fails the reader and tells the transport.
    func cancel(_ error: any Error) {
        let (reader, onCancel) = state.withLock { state in
            guard state.end == nil else {
                // It had ended before. What was not read is let go, and must not be taken for the end.
                if error is CancellationError, state.bytes > 0 {
                    state.drop()
                    state.end = .failure(error)
                }
                return (CheckedContinuation<Data?, any Error>?.none, (@Sendable () -> Void)?.none)
            }
            state.drop()
            state.end = .failure(error)
            return (state.reader.take(), state.onCancel.take())
        }
        onCancel?()
        reader?.resume(throwing: error)
    }

    func nextIfReady() -> Data? {
        state.withLock { $0.takeFirst() }
    }

    func next() async throws -> Data? {
        try Task.checkCancellation()
        if let chunk = nextIfReady() { return chunk }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready: Result<Data?, any Error>? = state.withLock { state in
                    if let chunk = state.takeFirst() { return .success(chunk) }
                    switch state.end {
                    case .success: return .success(nil)
                    case .failure(let error): return .failure(error)
                    case nil:
                        guard state.reader == nil else {
                            return .failure(TchaviError.iteratedTwice("The response body"))
                        }
                        state.reader = continuation
                        return nil
                    }
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            cancel(CancellationError())
        }
    }
}

/// Keeps the iterator of a sequence where tasks that take turns can call it.
actor SequenceReader {
    private var iterator: any AsyncIteratorProtocol<Data, any Error>

    init(_ sequence: any AsyncSequence<Data, any Error> & Sendable) {
        iterator = sequence.makeAsyncIterator()
    }

    func next() async throws -> Data? {
        var current = iterator
        defer { iterator = current }
        while let chunk = try await current.next(isolation: self) {
            if !chunk.isEmpty { return chunk }
        }
        return nil
    }
}

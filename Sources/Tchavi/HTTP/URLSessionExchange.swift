import Foundation

/// One request in progress: who waits for the response headers, and where the body goes.
final class URLSessionExchange: Sendable {
    private enum State {
        case idle
        case awaitingHeaders(CheckedContinuation<TransportResponse, any Error>)
        case receiving(TransportBody.Writer)
        case ended
    }

    private struct Guarded {
        var state = State.idle
        /// A task that was never resumed must not be cancelled.
        var isResumed = false
        /// Why the request is about to be cancelled, to be told instead of the cancellation.
        var failure: TchaviError?
    }

    private let guarded = Locked(Guarded())
    private let limit: Int
    private let endRequest: @Sendable () -> Void

    init(limit: Int, endRequest: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.endRequest = endRequest
    }

    /// Orders what the delegate's queue has written before what the caller reads, in a way that ThreadSanitizer sees: it
    /// does not see a continuation that is resumed before its task has suspended.
    func synchronize() { guarded.withLock { _ in } }

    func begin(_ continuation: CheckedContinuation<TransportResponse, any Error>) {
        let isCancelled = guarded.withLock { guarded in
            if case .ended = guarded.state { return true }
            guarded.state = .awaitingHeaders(continuation)
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    func didResume() {
        let isCancelled = guarded.withLock { guarded in
            guarded.isResumed = true
            if case .ended = guarded.state { return true }
            return false
        }
        if isCancelled { endRequest() }
    }

    func cancel() {
        let (continuation, isResumed) = guarded.withLock { guarded in
            switch guarded.state {
            case .awaitingHeaders(let continuation):
                guarded.state = .ended
                return (CheckedContinuation<TransportResponse, any Error>?.some(continuation), guarded.isResumed)
            case .idle:
                guarded.state = .ended
                return (nil, false)
            case .receiving, .ended:
                return (nil, false)
            }
        }
        continuation?.resume(throwing: CancellationError())
        if isResumed { endRequest() }
    }

    func receive(status: Int, headers: HeaderFields) {
        let continuation = guarded.withLock { guarded -> CheckedContinuation<TransportResponse, any Error>? in
            guard case .awaitingHeaders(let continuation) = guarded.state else { return nil }
            return continuation
        }
        guard let continuation else { return }
        let (body, writer) = TransportBody.buffered(limit: limit, onCancel: endRequest)
        let isCurrent = guarded.withLock { guarded in
            guard case .awaitingHeaders = guarded.state else { return false }
            guarded.state = .receiving(writer)
            return true
        }
        // Otherwise a cancellation came in between, and has resumed the continuation.
        if isCurrent { continuation.resume(returning: TransportResponse(status: status, headers: headers, body: body)) }
    }

    /// Whether the body takes more.
    func receive(_ data: Data) -> Bool {
        let writer = guarded.withLock { guarded -> TransportBody.Writer? in
            if case .receiving(let writer) = guarded.state { writer } else { nil }
        }
        return writer?.write(data) ?? false
    }

    func fail(with failure: TchaviError) {
        guarded.withLock { $0.failure = $0.failure ?? failure }
    }

    func complete(_ error: TchaviError?) {
        let (state, failure) = guarded.withLock { guarded in
            defer { guarded.state = .ended }
            return (guarded.state, guarded.failure ?? error)
        }
        switch state {
        case .awaitingHeaders(let continuation):
            continuation.resume(
                throwing: failure ?? .connectionLost("The connection closed before a response arrived.")
            )
        case .receiving(let writer): writer.finish(throwing: failure)
        case .idle, .ended: break
        }
    }
}

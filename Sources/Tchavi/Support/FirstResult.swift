/// The first of several results, and the continuation that waits for it.
///
/// For work that may not respond to cancellation: the waiting task resumes at once, and a later result of the work is
/// ignored.
final class FirstResult<Value: Sendable>: Sendable {
    private enum State {
        case pending(CheckedContinuation<Value, any Error>?)
        case finished(Result<Value, any Error>)
    }

    private let state = Locked(State.pending(nil))

    /// Sets the result, unless it is already set, and resumes the waiter.
    func finish(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard case .pending(let waiter) = state else { return nil }
            state = .finished(result)
            return waiter
        }
        waiter?.resume(with: result)
    }

    /// Runs an operation in a task of its own and waits for the first result: the operation's, another one, or
    /// `CancellationError` when the waiting task is cancelled. The operation is then cancelled and not waited for.
    func value(orOf operation: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let work = Task {
            do {
                finish(.success(try await operation()))
            } catch {
                finish(.failure(error))
            }
        }
        defer { work.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0) }
        } onCancel: {
            finish(.failure(CancellationError()))
        }
    }

    private func wait(_ waiter: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state -> Result<Value, any Error>? in
            if case .finished(let result) = state { return result }
            state = .pending(waiter)
            return nil
        }
        if let result { waiter.resume(with: result) }
    }
}

extension Task where Failure == any Error {
    /// Waits for the task's value. A waiter that is cancelled resumes at once; the task keeps running for the others.
    package func sharedValue() async throws -> Success {
        try await FirstResult().value(orOf: { try await value })
    }
}

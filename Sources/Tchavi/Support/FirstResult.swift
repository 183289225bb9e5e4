/// The first of several results, and the one who waits for it.
///
/// For waiting on work that may not heed cancellation: the waiter goes on at once, and the work's own result, when it
/// comes, is dropped.
final class FirstResult<Value: Sendable>: Sendable {
    private enum State {
        case pending(CheckedContinuation<Value, any Error>?)
        case finished(Result<Value, any Error>)
    }

    private let state = Locked(State.pending(nil))

    /// Sets the result, unless there is one.
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
    /// Waits for the task. A waiter that is cancelled goes on at once, and the task goes on for the others.
    package func sharedValue() async throws -> Success {
        try await FirstResult().value(orOf: { try await value })
    }
}

/// The first of several results, and the continuation that waits for it.
///
/// For work that may not respond to cancellation: the waiting task resumes at once, and a later result of the work is
/// ignored.
final class FirstResult<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiter: CheckedContinuation<Value, any Error>?
        var work: Task<Void, Never>?
    }

    private let state = Locked(State())

    /// Sets the result, unless it is already set, cancels the work, and resumes the waiter.
    func finish(_ result: Result<Value, any Error>) {
        let (work, waiter) = state.withLock { state in
            guard state.result == nil else {
                return (Task<Void, Never>?.none, CheckedContinuation<Value, any Error>?.none)
            }
            state.result = result
            return (state.work.take(), state.waiter.take())
        }
        // Here and not where the waiter goes on: its actor may be busy.
        work?.cancel()
        waiter?.resume(with: result)
    }

    /// Runs an operation in a task of its own and waits for the first result: the operation's, another one, or
    /// `CancellationError` when the waiting task is cancelled. The operation is then cancelled and not waited for.
    func value(orOf operation: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let work = Task {
            do {
                finish(.success(try await operation()))
            } catch {
                finish(.failure(error))
            }
        }
        let isFinished = state.withLock { state in
            if state.result == nil { state.work = work }
            return state.result != nil
        }
        if isFinished { work.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0) }
        } onCancel: {
            finish(.failure(CancellationError()))
        }
    }

    private func wait(_ waiter: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state in
            if state.result == nil { state.waiter = waiter }
            return state.result
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

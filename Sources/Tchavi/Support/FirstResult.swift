/// Takes the first of several results, and wakes the one who waits for it.
///
/// For waiting on work that may not heed cancellation: the waiter goes on at once, and the work's own result, when it
/// comes, is dropped.
package final class Race<Value: Sendable>: Sendable {
    private enum State {
        case running(CheckedContinuation<Value, any Error>?)
        case decided(Result<Value, any Error>)
    }

    private let state = Locked(State.running(nil))

    package init() {}

    /// Decides the race, unless it was decided before.
    package func finish(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard case .running(let waiter) = state else { return nil }
            state = .decided(result)
            return waiter
        }
        waiter?.resume(with: result)
    }

    /// Waits for the first result. Cancelling the waiting task decides the race with `CancellationError`.
    package func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let decided = state.withLock { state -> Result<Value, any Error>? in
                    if case .decided(let result) = state { return result }
                    state = .running(continuation)
                    return nil
                }
                if let decided { continuation.resume(with: decided) }
            }
        } onCancel: {
            finish(.failure(CancellationError()))
        }
    }
}

extension Task where Failure == any Error {
    /// Waits for the task. A waiter that is cancelled goes on at once, and the task goes on for the others.
    package func sharedValue() async throws -> Success {
        let race = Race<Success>()
        let wait = Task<Void, Never> { race.finish(await result) }
        defer { wait.cancel() }
        return try await race.value()
    }
}

extension TimeSource {
    /// Runs an operation in a task of its own and waits for it, for a limited time. When the time is up, or the waiting
    /// task is cancelled, the operation is cancelled and not waited for.
    package func abandoning<Value: Sendable>(
        after limit: Duration?,
        orThrow timeout: any Error,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let race = Race<Value>()
        let work = Task {
            do {
                race.finish(.success(try await operation()))
            } catch {
                race.finish(.failure(error))
            }
        }
        defer { work.cancel() }
        guard let limit else { return try await race.value() }
        let withdraw = callBack(after: limit) { race.finish(.failure(timeout)) }
        defer { withdraw() }
        return try await race.value()
    }
}

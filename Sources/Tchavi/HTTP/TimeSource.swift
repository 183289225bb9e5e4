/// A clock reduced to what the client needs of it: how much time has passed, and a sleep that can be cancelled.
package struct TimeSource: Sendable {
    /// The time since the source was made.
    package let elapsed: @Sendable () -> Duration
    /// Sleeps, and throws `CancellationError` when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    package init(_ clock: any Clock<Duration>) {
        self = Self.make(clock)
    }

    private init(
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
    }

    private static func make(_ clock: some Clock<Duration>) -> TimeSource {
        let start = clock.now
        return TimeSource(
            elapsed: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) }
        )
    }

    /// Runs an operation, and cancels it when the time is up.
    ///
    /// - Parameters:
    ///   - limit: How long it may take; `nil` for as long as it likes.
    ///   - timeout: What is thrown when the time is up.
    ///   - operation: What to run. It has to end promptly when it is cancelled.
    /// - Returns: What the operation returns.
    /// - Throws: What the operation throws, or the timeout.
    package func run<Value: Sendable>(
        within limit: Duration?,
        orThrow timeout: @autoclosure @Sendable () -> TchaviError,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await operation() }
        let value = try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try await sleep(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let value else { throw timeout() }
        return value
    }
}

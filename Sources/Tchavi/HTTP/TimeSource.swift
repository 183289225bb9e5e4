/// A clock that can skip the waits between retries: a test's.
package protocol RetryDelaySkipping: Clock<Duration> {
    /// Skips a wait between two attempts, and records that it did, if the clock skips waits of this length.
    ///
    /// - Parameter retryDelay: The length of the wait.
    /// - Returns: Whether the wait was skipped; if not, the caller has to sleep.
    func skip(retryDelay: Duration) -> Bool
}

/// A clock reduced to what the client needs of it: how much time has passed, and a sleep that can be cancelled.
package struct TimeSource: Sendable {
    /// The time since the source was created.
    package let elapsed: @Sendable () -> Duration
    /// Sleeps, and throws `CancellationError` when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void
    /// Sleeps until `elapsed` has this value.
    private let sleepUntil: @Sendable (_ elapsed: Duration) async throws -> Void
    private let skip: @Sendable (_ retryDelay: Duration) -> Bool
    /// For the system's clock; any other clock has only its sleeps.
    private let timers: TimerQueue?

    package init(_ clock: any Clock<Duration>) {
        self = Self.make(clock)
    }

    private init(
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        sleepUntil: @escaping @Sendable (Duration) async throws -> Void,
        skip: @escaping @Sendable (Duration) -> Bool,
        timers: TimerQueue?
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
        self.sleepUntil = sleepUntil
        self.skip = skip
        self.timers = timers
    }

    private static func make(_ clock: some Clock<Duration>) -> TimeSource {
        let start = clock.now
        let skipping = clock as? any RetryDelaySkipping
        return TimeSource(
            elapsed: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) },
            sleepUntil: { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) },
            skip: { skipping?.skip(retryDelay: $0) ?? false },
            timers: clock is ContinuousClock ? .shared : nil
        )
    }

    /// Waits between two attempts.
    ///
    /// A wait that the clock skips does not change its time, which other calls and all timeouts share: it would end
    /// them too early.
    ///
    /// - Parameter delay: How long to wait.
    /// - Returns: How much of the wait was skipped, to be counted toward the call's deadline.
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleepBetweenRetries(_ delay: Duration) async throws -> Duration {
        try Task.checkCancellation()
        if skip(delay) { return delay }
        try await sleep(delay)
        return .zero
    }

    /// Runs an operation in a task of its own and waits for it, for a limited time.
    ///
    /// When the time is up, or the waiting task is cancelled, the operation is cancelled and not waited for: it may be
    /// one that does not heed cancellation.
    ///
    /// - Parameters:
    ///   - limit: How long it may take; `nil` for no limit, and no task of its own either. Without any time left, the
    ///     operation is not started.
    ///   - timeout: What is thrown when the time is up.
    ///   - operation: What to run.
    /// - Returns: What the operation returns.
    /// - Throws: What the operation throws, the timeout, or `CancellationError`.
    package func run<Value: Sendable>(
        within limit: Duration?,
        orThrow timeout: @escaping @autoclosure @Sendable () -> any Error,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await operation() }
        guard limit > .zero else { throw timeout() }
        let first = FirstResult<Value>()
        let cancelTimer = schedule(after: limit) { first.finish(.failure(timeout())) }
        defer { cancelTimer() }
        return try await first.value(orOf: operation)
    }

    /// Calls back after a time, unless it is cancelled before through the closure returned.
    private func schedule(after duration: Duration, _ fire: @escaping @Sendable () -> Void) -> () -> Void {
        if let timers {
            let timer = timers.schedule(after: duration, fire)
            return { timers.withdraw(timer) }
        }
        // From now on, not from when the task begins.
        let end = elapsed() + duration
        let timer = Task {
            try await sleepUntil(end)
            fire()
        }
        return { timer.cancel() }
    }
}

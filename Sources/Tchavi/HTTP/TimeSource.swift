/// A clock reduced to what the client needs of it: how much time has passed, and a sleep that can be cancelled.
package struct TimeSource: Sendable {
    /// The time since the source was made.
    package let elapsed: @Sendable () -> Duration
    /// Sleeps, and throws `CancellationError` when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void
    /// For the system's clock; a clock of somebody's own has only its sleeps.
    private let timers: TimerQueue?

    package init(_ clock: any Clock<Duration>) {
        self = Self.make(clock)
    }

    private init(
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        timers: TimerQueue?
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
        self.timers = timers
    }

    private static func make(_ clock: some Clock<Duration>) -> TimeSource {
        let start = clock.now
        return TimeSource(
            elapsed: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) },
            timers: clock is ContinuousClock ? .shared : nil
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
        if let timers { return try await run(within: limit, timers, orThrow: timeout(), operation) }
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

    private func run<Value: Sendable>(
        within limit: Duration,
        _ timers: TimerQueue,
        orThrow timeout: @autoclosure @Sendable () -> TchaviError,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let isLate = Locked(false)
        let work = Task { try await operation() }
        let timer = timers.schedule(after: limit) {
            isLate.withLock { $0 = true }
            work.cancel()
        }
        defer { timers.withdraw(timer) }
        do {
            return try await withTaskCancellationHandler {
                try await work.value
            } onCancel: {
                work.cancel()
            }
        } catch {
            guard isLate.withLock({ $0 }), !Task.isCancelled else { throw error }
            throw timeout()
        }
    }

    /// Calls back after a time, unless that is withdrawn before.
    func callBack(after duration: Duration, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        if let timers {
            let timer = timers.schedule(after: duration, body)
            return { timers.withdraw(timer) }
        }
        let timer = Task {
            try await sleep(duration)
            body()
        }
        return { timer.cancel() }
    }
}

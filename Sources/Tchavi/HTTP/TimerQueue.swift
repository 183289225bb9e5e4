/// Calls back after a time, for any number of deadlines with few timers.
///
/// A sleep that is cancelled leaves its timer with the system until it would have ended: with a deadline of a minute and a
/// thousand calls a second, sixty thousand of them. Here one task sleeps until the earliest deadline, and a deadline that
/// is withdrawn leaves nothing behind.
final class TimerQueue: Sendable {
    /// The queue of the whole process.
    static let shared = TimerQueue()

    private struct Timer {
        let deadline: ContinuousClock.Instant
        let fire: @Sendable () -> Void
    }

    private struct State {
        var timers: [UInt64: Timer] = [:]
        var lastID: UInt64 = 0
        /// When the sleeping task wakes; `nil` where none sleeps.
        var wakesAt: ContinuousClock.Instant?
    }

    private let state = Locked(State())

    /// Calls back after a time, from any thread.
    ///
    /// - Parameters:
    ///   - duration: The time.
    ///   - fire: Called once, unless the timer is withdrawn before. It must be quick.
    /// - Returns: The timer's id.
    func schedule(after duration: Duration, _ fire: @escaping @Sendable () -> Void) -> UInt64 {
        let deadline = ContinuousClock.now + duration
        let (id, isEarliest) = state.withLock { state in
            state.lastID += 1
            state.timers[state.lastID] = Timer(deadline: deadline, fire: fire)
            let isEarliest = state.wakesAt.map { deadline < $0 } ?? true
            if isEarliest { state.wakesAt = deadline }
            return (state.lastID, isEarliest)
        }
        if isEarliest { sleep(until: deadline) }
        return id
    }

    /// Withdraws a timer. One that has fired is left alone.
    func withdraw(_ id: UInt64) {
        state.withLock { _ = $0.timers.removeValue(forKey: id) }
    }

    private func sleep(until deadline: ContinuousClock.Instant) {
        Task {
            try? await ContinuousClock().sleep(until: deadline)
            wake(at: deadline)
        }
    }

    private func wake(at deadline: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let (due, next) = state.withLock { state -> ([Timer], ContinuousClock.Instant?) in
            // Another task sleeps for an earlier deadline that came after this one.
            guard state.wakesAt == deadline else { return ([], nil) }
            let due = state.timers.filter { $0.value.deadline <= now }
            for id in due.keys { state.timers[id] = nil }
            state.wakesAt = state.timers.values.map(\.deadline).min()
            return (due.values.sorted { $0.deadline < $1.deadline }, state.wakesAt)
        }
        if let next { sleep(until: next) }
        for timer in due { timer.fire() }
    }
}

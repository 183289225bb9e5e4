/// Calls back after a time, for any number of deadlines with few timers.
///
/// A sleep that is cancelled leaves its timer with the system until it would have ended: with a deadline of a minute and a
/// thousand calls a second, sixty thousand of them. Here one task sleeps until the earliest deadline, and of a timer that
/// is withdrawn only its deadline is kept, until it comes up or most deadlines are such.
final class TimerQueue: Sendable {
    /// The queue of the whole process.
    static let shared = TimerQueue()

    private struct State {
        var timers: [UInt64: @Sendable () -> Void] = [:]
        /// The deadlines of these timers, and of some that were withdrawn.
        var deadlines = DeadlineHeap()
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
            state.timers[state.lastID] = fire
            state.deadlines.insert(DeadlineHeap.Entry(deadline: deadline, timer: state.lastID))
            let isEarliest = state.wakesAt.map { deadline < $0 } ?? true
            if isEarliest { state.wakesAt = deadline }
            return (state.lastID, isEarliest)
        }
        if isEarliest { sleep(until: deadline) }
        return id
    }

    /// Withdraws a timer. One that has fired is left alone.
    func withdraw(_ id: UInt64) {
        // Released after the lock: what the closure holds may end in anything.
        _ = state.withLock { state in
            let withdrawn = state.timers.removeValue(forKey: id)
            if state.deadlines.count > 2 * state.timers.count + 64 {
                state.deadlines.removeAll { state.timers[$0.timer] == nil }
            }
            return withdrawn
        }
    }

    private func sleep(until deadline: ContinuousClock.Instant) {
        Task {
            try? await ContinuousClock().sleep(until: deadline)
            wake(at: deadline)
        }
    }

    private func wake(at deadline: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let (due, next) = state.withLock { state -> ([@Sendable () -> Void], ContinuousClock.Instant?) in
            // Another task sleeps for an earlier deadline that came after this one.
            guard state.wakesAt == deadline else { return ([], nil) }
            var due: [@Sendable () -> Void] = []
            while let first = state.deadlines.first, first.deadline <= now || state.timers[first.timer] == nil {
                state.deadlines.removeFirst()
                if let fire = state.timers.removeValue(forKey: first.timer) { due.append(fire) }
            }
            state.wakesAt = state.deadlines.first?.deadline
            return (due, state.wakesAt)
        }
        if let next { sleep(until: next) }
        for fire in due { fire() }
    }
}

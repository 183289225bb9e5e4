/// Calls back after a time, for any number of deadlines with few timers.
///
/// A sleep that is cancelled leaves its timer with the system until it would have ended: with a deadline of a minute and a
/// thousand calls a second, sixty thousand of them. Here a task sleeps until the earliest deadline, and of a timer that is
/// withdrawn only its deadline is kept, until it comes up or most deadlines are such.
final class TimerQueue: Sendable {
    /// The queue of the whole process.
    static let shared = TimerQueue()

    private struct State {
        var timers: [UInt64: @Sendable () -> Void] = [:]
        /// The deadlines of these timers, and of some that were withdrawn.
        var deadlines = DeadlineHeap()
        var lastID: UInt64 = 0
        /// When the sleeping tasks wake: more than one only where a deadline came that is earlier than those before it.
        var wakes: Set<ContinuousClock.Instant> = []

        /// Whether a task has to be started that sleeps until a deadline; if so, it counts as sleeping.
        mutating func mustSleep(until deadline: ContinuousClock.Instant) -> Bool {
            guard !wakes.contains(where: { $0 <= deadline }) else { return false }
            wakes.insert(deadline)
            return true
        }
    }

    private let state = Locked(State())

    /// Calls back after a time, from any thread.
    ///
    /// - Parameters:
    ///   - duration: The time.
    ///   - fire: Called once, unless the timer is withdrawn before. It must be quick.
    /// - Returns: The timer's id.
    func schedule(after duration: Duration, _ fire: @escaping @Sendable () -> Void) -> UInt64 {
        // Thirty years is never, within what the clock can hold, and an `Int` of 32 bits too.
        let deadline = ContinuousClock.now + min(duration, .seconds(1_000_000_000))
        let (id, mustSleep) = state.withLock { state in
            state.lastID += 1
            state.timers[state.lastID] = fire
            state.deadlines.insert(DeadlineHeap.Entry(deadline: deadline, timer: state.lastID))
            return (state.lastID, state.mustSleep(until: deadline))
        }
        if mustSleep { sleep(until: deadline) }
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

    /// How many tasks are asleep.
    var sleepingTasks: Int { state.withLock { $0.wakes.count } }

    private func sleep(until deadline: ContinuousClock.Instant) {
        // Detached: the queue is the whole process's, and must not keep the first caller's task-local values and priority.
        Task.detached { [self] in
            try? await ContinuousClock().sleep(until: deadline)
            wake(at: deadline)
        }
    }

    private func wake(at deadline: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let (due, next) = state.withLock { state -> ([@Sendable () -> Void], ContinuousClock.Instant?) in
            state.wakes.remove(deadline)
            var due: [@Sendable () -> Void] = []
            while let first = state.deadlines.first, first.deadline <= now || state.timers[first.timer] == nil {
                state.deadlines.removeFirst()
                if let fire = state.timers.removeValue(forKey: first.timer) { due.append(fire) }
            }
            let next = state.deadlines.first?.deadline
            return (due, next.flatMap { state.mustSleep(until: $0) ? $0 : nil })
        }
        if let next { sleep(until: next) }
        for fire in due { fire() }
    }
}

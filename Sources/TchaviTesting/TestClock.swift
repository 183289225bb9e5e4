import Tchavi

/// A clock that a test moves, so that nothing is slept through.
///
/// Sleeps up to a bound return at once and move the time on; longer ones wait until ``advance(by:)`` reaches them, or
/// until they are cancelled.
///
/// ```swift
/// let clock = TestClock(skippingSleepsUpTo: .seconds(10))
/// configuration.clock = clock
/// // … a call that is retried twice …
/// clock.sleeps  // the waits between the attempts
/// ```
public final class TestClock: Clock {
    /// A moment of the clock.
    public struct Instant: InstantProtocol {
        /// The time since the clock was made.
        public var offset: Duration

        /// A later moment.
        ///
        /// - Parameter duration: How much later.
        /// - Returns: The moment.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }

        /// The time between two moments.
        ///
        /// - Parameter other: The later moment.
        /// - Returns: The time between them.
        public func duration(to other: Instant) -> Duration { other.offset - offset }

        /// Whether a moment is before another.
        public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private struct Sleeper {
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextID = 0
        var skipped: [Duration] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func readyWatchers() -> [CheckedContinuation<Void, Never>] {
            let ready = watchers.filter { $0.count <= sleepers.count }.map(\.continuation)
            watchers.removeAll { $0.count <= sleepers.count }
            return ready
        }
    }

    private let bound: Duration
    private let state = Locked(State())

    /// Makes a clock that stands at zero.
    ///
    /// - Parameter bound: Sleeps up to this long return at once.
    public init(skippingSleepsUpTo bound: Duration = .zero) {
        self.bound = bound
    }

    /// The moment at which the clock stands.
    public var now: Instant { Instant(offset: state.withLock { $0.now }) }

    /// The smallest step: one attosecond.
    public var minimumResolution: Duration { Duration(secondsComponent: 0, attosecondsComponent: 1) }

    /// The sleeps that returned at once, in order.
    public var sleeps: [Duration] { state.withLock { $0.skipped } }

    /// Sleeps until a moment, by this clock.
    ///
    /// - Parameters:
    ///   - deadline: The moment.
    ///   - tolerance: Not looked at.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let id: Int? = state.withLock { state in
            let duration = deadline.offset - state.now
            if duration <= bound {
                state.skipped.append(duration)
                state.now = max(state.now, deadline.offset)
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return wakeDue() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enum Outcome {
                    case cancelled, due
                    case asleep([CheckedContinuation<Void, Never>])
                }
                let outcome: Outcome = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .cancelled }
                    // The clock may have been moved since the sleep began.
                    if deadline.offset <= state.now { return .due }
                    state.sleepers[id] = Sleeper(deadline: deadline.offset, continuation: continuation)
                    return .asleep(state.readyWatchers())
                }
                switch outcome {
                case .cancelled: continuation.resume(throwing: CancellationError())
                case .due: continuation.resume()
                case .asleep(let watchers): for watcher in watchers { watcher.resume() }
                }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock on and wakes whoever sleeps until then.
    ///
    /// - Parameter duration: How far.
    public func advance(by duration: Duration) {
        state.withLock { $0.now += duration }
        wakeDue()
    }

    private func wakeDue() {
        let due = state.withLock { state in
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Waits until somebody sleeps by this clock.
    ///
    /// - Parameter count: How many have to sleep at the same time.
    public func whenSleeping(count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}

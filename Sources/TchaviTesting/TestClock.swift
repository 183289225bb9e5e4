import Tchavi

/// A clock that a test controls, so that no test has to wait.
///
/// A client's waits between retries are skipped up to a limit. Everything else that sleeps on the clock, such as a
/// client's timeouts, waits until ``advance(by:)`` reaches its end, or until it is cancelled.
///
/// ```swift
/// let clock = TestClock(skippingSleepsUpTo: .seconds(10))
/// configuration.clock = clock
/// // … a call that is retried twice …
/// clock.sleeps  // the delays between the attempts
/// ```
///
/// A skipped wait does not advance the clock, so it ends no timeout, neither of its own call nor of another one that
/// runs at the same time. It counts toward the deadline of its own call.
public final class TestClock: Clock {
    /// A point in time of a test clock.
    public struct Instant: InstantProtocol {
        /// The time since the clock's start.
        public var offset: Duration

        /// Returns a later instant.
        ///
        /// - Parameter duration: The time to add.
        /// - Returns: The later instant.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }

        /// Returns the time from this instant to another.
        ///
        /// - Parameter other: The other instant.
        /// - Returns: The time between them, negative if the other is earlier.
        public func duration(to other: Instant) -> Duration { other.offset - offset }

        /// Returns whether an instant is earlier than another.
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

    private let skipLimit: Duration
    private let state = Locked(State())

    /// Creates a clock that stands at zero.
    ///
    /// - Parameter limit: The longest wait between two attempts of a call that is skipped. No other sleep is.
    public init(skippingSleepsUpTo limit: Duration = .zero) {
        skipLimit = limit
    }

    /// The clock's current time.
    public var now: Instant { Instant(offset: state.withLock { $0.now }) }

    /// The clock's resolution: one attosecond.
    public var minimumResolution: Duration { Duration(secondsComponent: 0, attosecondsComponent: 1) }

    /// The waits between retries that were skipped, in order. Timeouts and other sleeps are not listed.
    public var sleeps: [Duration] { state.withLock { $0.skipped } }

    /// Sleeps until this clock reaches an instant.
    ///
    /// - Parameters:
    ///   - deadline: The instant at which the sleep ends.
    ///   - tolerance: Ignored.
    /// - Throws: `CancellationError` if the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let id: Int? = state.withLock { state in
            if deadline.offset <= state.now { return nil }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enum Outcome {
                    case cancelled, due
                    case asleep([CheckedContinuation<Void, Never>])
                }
                let outcome: Outcome = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .cancelled }
                    // The clock may have advanced since the sleep began.
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

    /// Advances the clock, and ends the sleeps whose deadline it reaches.
    ///
    /// - Parameter duration: The time to add.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Waits until enough tasks sleep on this clock.
    ///
    /// - Parameter count: The number of tasks that have to sleep at the same time.
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

extension TestClock: RetryDelaySkipping {
    package func skip(retryDelay: Duration) -> Bool {
        guard retryDelay <= skipLimit else { return false }
        state.withLock { $0.skipped.append(retryDelay) }
        return true
    }
}

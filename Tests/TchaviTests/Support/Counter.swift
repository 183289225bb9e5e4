import Tchavi

/// A thread-safe counter.
final class Counter: Sendable {
    private let count = Locked(0)

    func add() { count.withLock { $0 += 1 } }

    var value: Int { count.withLock { $0 } }
}

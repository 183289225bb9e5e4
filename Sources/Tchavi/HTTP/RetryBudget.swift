/// Bounds the retries of all calls of a client together, so that a gateway which is down is not hammered by many callers
/// at once.
///
/// A bucket of tokens: each retry takes ``cost``, each call that succeeds puts ``refill`` back, up to ``capacity``. A
/// call that finds too few tokens throws its error in place of a retry. With the defaults a client can retry ten times
/// in a row while nothing succeeds, and from then on once for every ten calls that do.
public struct RetryBudget: Sendable, Hashable {
    /// How many tokens the bucket holds, and has at first.
    public var capacity: Int
    /// How many tokens a retry takes.
    public var cost: Int
    /// How many tokens a call that succeeds puts back.
    public var refill: Int

    /// Creates a budget.
    ///
    /// - Parameters:
    ///   - capacity: How many tokens the bucket holds, and has at first.
    ///   - cost: How many tokens a retry takes.
    ///   - refill: How many tokens a call that succeeds puts back.
    public init(capacity: Int = 100, cost: Int = 10, refill: Int = 1) {
        self.capacity = capacity
        self.cost = cost
        self.refill = refill
    }
}

/// The tokens of one client.
final class RetryBucket: Sendable {
    private let budget: RetryBudget?
    private let tokens: Locked<Int>

    init(_ budget: RetryBudget?) {
        self.budget = budget
        tokens = Locked(budget?.capacity ?? 0)
    }

    /// Whether a retry can be paid for; if so, it is.
    func takeRetry() -> Bool {
        guard let budget else { return true }
        return tokens.withLock { tokens in
            guard tokens >= budget.cost else { return false }
            tokens -= budget.cost
            return true
        }
    }

    func succeeded() {
        guard let budget else { return }
        tokens.withLock { $0 = min(budget.capacity, $0.addingWithoutOverflow(budget.refill)) }
    }
}

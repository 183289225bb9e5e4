/// When a call is retried, and after how long.
///
/// Retried are responses of status 429, 502 and 503, and requests that never reached the gateway. The gateway's
/// `Retry-After` is obeyed up to ``maximumRetryAfter``; without one the wait before retry n (from 0) is
/// `min(initialDelay × 2ⁿ, maximumDelay)` times a random factor between 0.75 and 1.
public struct RetryPolicy: Sendable, Hashable {
    /// How many times a call is retried at most.
    public var maxRetries: Int
    /// The wait before the first retry.
    public var initialDelay: Duration
    /// The longest wait that the policy chooses by itself.
    public var maximumDelay: Duration
    /// The longest wait that the gateway may ask for; beyond it the error is thrown at once.
    public var maximumRetryAfter: Duration

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - maxRetries: How many times a call is retried at most.
    ///   - initialDelay: The wait before the first retry.
    ///   - maximumDelay: The longest wait that the policy chooses by itself.
    ///   - maximumRetryAfter: The longest wait that the gateway may ask for.
    public init(
        maxRetries: Int = 2,
        initialDelay: Duration = .milliseconds(500),
        maximumDelay: Duration = .seconds(8),
        maximumRetryAfter: Duration = .seconds(120)
    ) {
        self.maxRetries = maxRetries
        self.initialDelay = initialDelay
        self.maximumDelay = maximumDelay
        self.maximumRetryAfter = maximumRetryAfter
    }

    /// Retries nothing.
    public static let none = RetryPolicy(maxRetries: 0)

    /// How safe it is to retry a request.
    enum RetryClass: Sendable {
        /// Sending it twice does no harm, or the gateway recognizes a retry by its idempotency key.
        case idempotent
        /// The request may cost: it is retried only after a response that says it was not carried out.
        case billable
        /// The request moves money or creates keys: it is retried only after a 429, or if there was no connection.
        case nonRepeatable
    }

    /// The wait before a call is retried, or `nil` to throw the error.
    func delay(
        after error: TchaviError,
        retriesSoFar: Int,
        retryClass: RetryClass,
        random: () -> Double
    ) -> Duration? {
        guard retriesSoFar < maxRetries, isRetryable(error, retryClass) else { return nil }
        if let asked = error.retryAfter, asked > .zero {
            return asked <= maximumRetryAfter ? asked : nil
        }
        return backoff(retriesSoFar: retriesSoFar) * (0.75 + 0.25 * random())
    }

    private func isRetryable(_ error: TchaviError, _ retryClass: RetryClass) -> Bool {
        guard error.isRepeatable else { return false }
        if error.isConnectFailure { return true }
        switch error.statusCode {
        case 429: return true
        case 502, 503: return retryClass != .nonRepeatable
        case nil: return retryClass == .idempotent && (error.code == .transport || error.code == .timeout)
        default: return false
        }
    }

    package func backoff(retriesSoFar: Int) -> Duration {
        // Doubled step by step, so that no configuration overflows.
        var delay = initialDelay
        var doublings = retriesSoFar
        while doublings > 0, delay > .zero, delay < maximumDelay {
            delay += min(delay, maximumDelay - delay)
            doublings -= 1
        }
        return min(delay, maximumDelay)
    }
}

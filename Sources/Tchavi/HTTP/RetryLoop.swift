/// The attempts of one call: its request is sent until it succeeds, its error is not to be retried, or the deadline
/// passes.
///
/// It can be run again with a renewed credential, and goes on counting.
struct RetryLoop {
    var request: TransportRequest
    let endpoint: Endpoint
    let policy: RetryPolicy
    let retryClass: RetryPolicy.RetryClass
    let budget: RetryBucket
    let time: TimeSource
    /// How long one attempt may take.
    let timeout: Duration?
    /// When the call ends, by `time`.
    private var deadline: Duration?
    let random: @Sendable () -> Double
    let observer: (@Sendable (AttemptReport) -> Void)?

    /// How many times the request was sent, with any credential.
    private var attempts = 0

    init(_ request: TransportRequest, for call: HTTPPipeline.Call, _ options: RequestOptions, in pipeline: HTTPPipeline)
    {
        let configuration = pipeline.configuration
        self.request = request
        endpoint = call.endpoint
        policy = configuration.retryPolicy.limited(to: options.maxRetries)
        retryClass = call.endpoint.retryClass(honouringIdempotencyKey: configuration.honoursIdempotencyKey)
        budget = pipeline.retryBudget
        time = pipeline.time
        timeout = options.timeout ?? configuration.timeout
        deadline = (options.deadline ?? configuration.deadline).map { [time] in time.elapsed() + $0 }
        random = configuration.random
        observer = configuration.observer
    }

    /// What is left of the deadline; `nil` where there is none.
    var remaining: Duration? { deadline.map { $0 - time.elapsed() } }

    mutating func run<Value: Sendable>(
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Value
    ) async throws -> Value {
        var retries = 0
        var lastError: TchaviError?
        while true {
            try Task.checkCancellation()
            let start = time.elapsed()
            let remaining = deadline.map { $0 - start }
            let limit = [timeout, remaining].compactMap(\.self).min()
            if let limit, limit <= .zero { throw lastError ?? .notSentInTime(isDeadline: limit == remaining) }
            attempts += 1
            do {
                let value = try await send(within: limit, isDeadline: limit == remaining, attempt)
                budget.succeeded()
                report(.succeeded, since: start)
                return value
            } catch {
                guard !Task.isCancelled, !(error is CancellationError) else {
                    report(.cancelled, since: start)
                    throw CancellationError()
                }
                let failure = typed(error)
                guard let delay = delay(after: failure, retries: retries) else {
                    report(.failed(failure.code), status: failure.statusCode, since: start)
                    throw failure
                }
                report(.retrying(after: delay), status: failure.statusCode, since: start)
                lastError = failure
                retries += 1
                let skipped = try await time.sleepBetweenRetries(delay)
                deadline = deadline.map { $0 - skipped }
            }
        }
    }

    /// One attempt, within the shorter of its own limit and what is left of the deadline.
    private func send<Value: Sendable>(
        within limit: Duration?,
        isDeadline: Bool,
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Value
    ) async throws -> Value {
        try await time.run(
            within: limit,
            orThrow: TchaviError.timedOut(after: limit ?? .zero, isDeadline: isDeadline)
        ) { [request] in
            try await attempt(request)
        }
    }

    /// The wait before the next attempt, or `nil` where there is none.
    private func delay(after error: TchaviError, retries: Int) -> Duration? {
        let delay = policy.delay(after: error, retriesSoFar: retries, retryClass: retryClass, random: random)
        guard let delay, remaining.map({ delay < $0 }) ?? true, budget.takeRetry() else { return nil }
        return delay
    }

    private func typed(_ error: any Error) -> TchaviError {
        var failure = TchaviError.transportFailure(error)
        failure.attempts = attempts
        return failure
    }

    private func report(_ outcome: AttemptReport.Outcome, status: Int? = nil, since start: Duration) {
        observer?(
            AttemptReport(
                method: endpoint.method,
                path: endpoint.path,
                attempt: attempts,
                status: status,
                duration: time.elapsed() - start,
                outcome: outcome
            )
        )
    }
}

extension RetryPolicy {
    fileprivate func limited(to maxRetries: Int?) -> RetryPolicy {
        var policy = self
        if let maxRetries { policy.maxRetries = maxRetries }
        return policy
    }
}

extension Endpoint {
    fileprivate func retryClass(honouringIdempotencyKey: Bool) -> RetryPolicy.RetryClass {
        honouringIdempotencyKey && retryClass == .billable ? .idempotent : retryClass
    }
}

extension TchaviError {
    fileprivate static func notSentInTime(isDeadline: Bool) -> TchaviError {
        TchaviError(
            .timeout,
            isDeadline
                ? "The call's deadline passed before it was sent." : "The call's timeout leaves no time to send it.",
            advice: "Nothing was sent. Raise `\(isDeadline ? "deadline" : "timeout")`."
        )
    }

    fileprivate static func timedOut(after limit: Duration, isDeadline: Bool) -> TchaviError {
        let seconds = limit.roundedSeconds
        return TchaviError(
            .timeout,
            isDeadline
                ? "The call's deadline passed, \(seconds) s into its last attempt."
                : "No response arrived within \(seconds) s.",
            advice: "The request may have been carried out. Raise `timeout` or `deadline` if the model needs longer."
        )
    }
}

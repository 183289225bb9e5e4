/// What an attempt that succeeds returns.
protocol AttemptResponse: Sendable {
    var status: Int { get }
    var headers: HeaderFields { get }
}

/// The attempts of one call: its request is sent until it succeeds, its error is not to be retried, or the deadline
/// passes.
///
/// It can be run again with a renewed credential, and goes on counting.
struct RetryLoop {
    var request: TransportRequest
    /// The credential that was refused before the request's.
    var refused: Secret?
    let call: HTTPPipeline.Call
    let pipeline: HTTPPipeline
    let policy: RetryPolicy
    let retryClass: RetryPolicy.RetryClass
    let budget: RetryBucket
    let time: TimeSource
    /// How long one attempt may take.
    let timeout: Duration?
    /// When the call ends, by `time`.
    private var deadline: Duration?
    let random: @Sendable () -> Double
    /// What reports the end of the stream that the call responds with; `nil` without a stream or an observer.
    let streamReport: StreamReport?

    /// How many times the request was sent, with any credential.
    private var attempts = 0

    init(
        _ request: TransportRequest,
        for call: HTTPPipeline.Call,
        _ options: RequestOptions,
        in pipeline: HTTPPipeline,
        reportingTo streamReport: StreamReport?
    ) {
        let configuration = pipeline.configuration
        self.request = request
        self.call = call
        self.pipeline = pipeline
        self.streamReport = streamReport
        policy = configuration.retryPolicy.limited(to: options.maxRetries)
        retryClass = call.endpoint.retryClass(honouringIdempotencyKey: configuration.honoursIdempotencyKey)
        budget = pipeline.retryBudget
        time = pipeline.time
        timeout = options.timeout ?? configuration.timeout
        deadline = (options.deadline ?? configuration.deadline).map { [time] in time.elapsed() + $0 }
        random = configuration.random
    }

    /// The headers that were sent, with every credential.
    var sent: HeaderFields {
        var sent = request.headers
        if let refused { sent.add("Authorization", refused.revealed()) }
        return sent
    }

    /// What is left of the deadline; `nil` where there is none.
    var remaining: Duration? { deadline.map { $0 - time.elapsed() } }

    mutating func run<Response: AttemptResponse>(
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Response
    ) async throws -> Response {
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
                let response = try await send(within: limit, isDeadline: limit == remaining, attempt)
                budget.succeeded()
                report(response, since: start)
                return response
            } catch {
                guard !Task.isCancelled, !(error is CancellationError) else {
                    report(.cancelled, after: nil, since: start)
                    throw CancellationError()
                }
                let failure = typed(error)
                guard let delay = delay(after: failure, retries: retries) else {
                    report(.failed(failure.code), after: failure, since: start)
                    throw failure
                }
                report(.retrying(after: delay), after: failure, since: start)
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

    // MARK: Reports

    private func report(_ response: some AttemptResponse, since start: Duration) {
        guard let observer = pipeline.configuration.observer else { return }
        let outcome: AttemptReport.Outcome = streamReport == nil ? .succeeded : .began
        let report = report(outcome, response.status, requestID: response.headers.requestID, since: start)
        if let streamReport { streamReport.begin(report, since: start) } else { observer(report) }
    }

    private func report(_ outcome: AttemptReport.Outcome, after error: TchaviError?, since start: Duration) {
        guard let observer = pipeline.configuration.observer else { return }
        observer(report(outcome, error?.statusCode, requestID: error?.requestID, since: start))
    }

    private func report(
        _ outcome: AttemptReport.Outcome,
        _ status: Int?,
        requestID: String?,
        since start: Duration
    ) -> AttemptReport {
        AttemptReport(
            method: call.endpoint.method,
            path: call.endpoint.path,
            host: request.url.hostAndPort,
            attempt: attempts,
            status: status,
            requestID: requestID.map { pipeline.redacted(requestID: $0, of: ResponseOrigin(call, sent: sent)) },
            duration: time.elapsed() - start,
            outcome: outcome
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

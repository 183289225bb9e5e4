import Foundation

/// The one way to the gateway: credentials, deadlines, retries, and the reading of errors, for every resource.
package struct HTTPPipeline: Sendable {
    /// A call, before it is a request.
    package struct Call: Sendable {
        package var endpoint: Endpoint
        package var parameters: [String: String] = [:]
        package var query: [(name: String, value: String)] = []
        package var body: JSONValue?
        package var accept = "application/json"

        package init(_ endpoint: Endpoint, body: JSONValue? = nil) {
            self.endpoint = endpoint
            self.body = body
        }

        var operation: String { "\(endpoint.method) \(endpoint.path)" }
    }

    /// An answer that was read to its end.
    package struct Answer: Sendable {
        package var json: JSONValue
        package var headers: HTTPHeaders
    }

    let credential: Credential
    let configuration: TchaviClient.Configuration
    package let time: TimeSource

    init(credential: Credential, configuration: TchaviClient.Configuration) {
        self.credential = credential
        self.configuration = configuration
        time = TimeSource(configuration.clock)
    }

    /// Sends a call and reads its answer, which has to be JSON.
    package func send(_ call: Call, _ options: RequestOptions) async throws -> Answer {
        try await attempts(call, options) { request in
            let response = try await transport.send(request)
            let data = try await response.body.collect(upTo: configuration.maximumResponseBytes)
            guard (200..<300).contains(response.status) else {
                throw ErrorReader.error(status: response.status, headers: response.headers, body: data, now: now)
            }
            let json = try Self.json(data, response)
            if var error = ErrorReader.reported(in: json, status: response.status) {
                error.headers = response.headers.redacted
                error.requestID = response.headers["x-request-id"]
                throw error
            }
            return Answer(json: json, headers: response.headers)
        }
    }

    /// Sends a call and returns as soon as the head of a good answer is there.
    package func stream(_ call: Call, _ options: RequestOptions) async throws -> HTTPResponse {
        try await attempts(call, options) { request in
            let response = try await transport.send(request)
            guard !(200..<300).contains(response.status) else { return response }
            let data = try await response.body.collect(upTo: configuration.maximumResponseBytes)
            throw ErrorReader.error(status: response.status, headers: response.headers, body: data, now: now)
        }
    }

    private var transport: any HTTPTransport { configuration.transport }
    private var now: Date { configuration.now() }

    // MARK: Attempts

    private func attempts<Value: Sendable>(
        _ call: Call,
        _ options: RequestOptions,
        _ attempt: @escaping @Sendable (HTTPRequest) async throws -> Value
    ) async throws -> Value {
        do {
            let request = try request(call, options)
            return try await repeating(call, request, options, attempt)
        } catch var error as TchaviError {
            error.operation = call.operation
            throw error.strikingOut(credential.echoed)
        }
    }

    private func repeating<Value: Sendable>(
        _ call: Call,
        _ request: HTTPRequest,
        _ options: RequestOptions,
        _ attempt: @escaping @Sendable (HTTPRequest) async throws -> Value
    ) async throws -> Value {
        let start = time.elapsed()
        let deadline = options.deadline ?? configuration.deadline
        let timeout = options.timeout ?? configuration.timeout
        var policy = configuration.retryPolicy
        if let maxRetries = options.maxRetries { policy.maxRetries = maxRetries }
        var retries = 0
        while true {
            let remaining = deadline.map { $0 - (time.elapsed() - start) }
            do {
                let limit = min(timeout ?? .seconds(Int64.max / 2), remaining ?? .seconds(Int64.max / 2))
                return try await time.run(
                    within: timeout == nil && remaining == nil ? nil : limit,
                    orThrow: .timedOut(after: limit, isDeadline: remaining.map { $0 <= limit } ?? false)
                ) {
                    try await attempt(request)
                }
            } catch var error as TchaviError {
                try Task.checkCancellation()
                error.attempts = retries + 1
                let delay = policy.delay(
                    after: error,
                    retriesSoFar: retries,
                    repetition: repetition(call),
                    random: configuration.random
                )
                guard let delay, deadline.map({ time.elapsed() - start + delay < $0 }) ?? true else { throw error }
                try await time.sleep(delay)
                retries += 1
            }
        }
    }

    private func repetition(_ call: Call) -> RetryPolicy.Repetition {
        if call.endpoint.repetition == .costly, configuration.honoursIdempotencyKey { return .harmless }
        return call.endpoint.repetition
    }

    // MARK: Requests

    private func request(_ call: Call, _ options: RequestOptions) throws(TchaviError) -> HTTPRequest {
        let base = try BaseURL(configuration.baseURL, allowsInsecureHTTP: configuration.allowsInsecureHTTP)
        let endpoint = configuration.endpoints[call.endpoint] ?? call.endpoint
        let url = try base.url(path: endpoint.path(call.parameters), query: call.query)
        var request = HTTPRequest(
            method: endpoint.method,
            url: url,
            headers: configuration.headers,
            maximumBufferedBytes: configuration.streamBufferBytes
        )
        for (name, value) in options.headers.fields { request.headers[name] = value }
        request.headers["Accept"] = call.accept
        request.headers["User-Agent"] = TchaviClient.userAgent
        if endpoint.method != .get, endpoint.method != .delete {
            // A body that is not empty, also where there is nothing to say: see URLSessionTransport.
            request.body = (call.body ?? .object([:])).serializedData()
            request.headers["Content-Type"] = "application/json"
            request.headers["Idempotency-Key"] = options.idempotencyKey ?? UUID().uuidString
        }
        request.headers["Authorization"] = nil
        if !options.omitsCredential, let authorization = try credential.authorization() {
            request.headers["Authorization"] = authorization.revealed()
        }
        if let name = request.headers.unsendable {
            throw TchaviError(
                .invalidRequest,
                "The header `\(name.filter { $0.isLetter || $0.isNumber || $0 == "-" })` has a line break in its value, "
                    + "or a name that no header can have.",
                advice: "Remove it: what stands after the break would become a header of its own."
            )
        }
        return request
    }

    private static func json(_ data: Data, _ response: HTTPResponse) throws(TchaviError) -> JSONValue {
        do {
            return try JSONValue(parsing: data)
        } catch {
            var failure = TchaviError(
                .decoding,
                "The answer is no JSON: \(error.reason).",
                advice: "Check that the base URL is a gateway's, and that no proxy answers in its place.",
                statusCode: response.status
            )
            failure.headers = response.headers.redacted
            failure.requestID = response.headers["x-request-id"]
            failure.body = String(decoding: data.prefix(ErrorReader.maximumBodyBytes), as: UTF8.self)
            throw failure
        }
    }
}

extension TchaviError {
    fileprivate static func timedOut(after limit: Duration, isDeadline: Bool) -> TchaviError {
        let seconds = (limit.seconds * 1000).rounded() / 1000
        return TchaviError(
            .timeout,
            isDeadline
                ? "The call's deadline passed, \(seconds) s into its last attempt."
                : "No answer came within \(seconds) s.",
            advice: "The request may have been carried out. Raise `timeout` or `deadline` if the model needs longer."
        )
    }

    /// The error without a credential that a server echoed.
    fileprivate func strikingOut(_ secret: String?) -> TchaviError {
        guard let secret else { return self }
        var error = self
        error.message = message.replacing(secret, with: Secret.placeholder)
        error.errorCode = errorCode?.replacing(secret, with: Secret.placeholder)
        error.body = body?.replacing(secret, with: Secret.placeholder)
        error.headers = headers.mapValues { $0.replacing(secret, with: Secret.placeholder) }
        if let details, details.serialized().contains(secret) {
            error.details = try? JSONValue(parsing: details.serialized().replacing(secret, with: Secret.placeholder))
        }
        return error
    }
}

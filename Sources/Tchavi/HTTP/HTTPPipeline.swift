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

        package init(_ endpoint: Endpoint, id: String? = nil, body: JSONValue? = nil) {
            self.endpoint = endpoint
            self.body = body
            if let id { parameters["id"] = id }
        }

        /// Adds a query item; without a value none.
        package mutating func set(_ name: String, _ value: String?) {
            if let value { query.append((name, value)) }
        }

        var operation: String { "\(endpoint.method) \(endpoint.path)" }
    }

    /// An answer that was read to its end.
    package struct Answer: Sendable {
        package var json: JSONValue
        package var headers: HeaderFields
    }

    let authorizer: Authorizer
    let configuration: TchaviClient.Configuration
    package let time: TimeSource
    private let retries: RetryBucket

    init(credential: Credential, configuration: TchaviClient.Configuration) {
        authorizer = Authorizer(credential: credential, configuration: configuration)
        self.configuration = configuration
        retries = RetryBucket(configuration.retryBudget)
        time = TimeSource(configuration.clock)
    }

    /// Sends a call and reads its answer, which has to be JSON.
    package func send(_ call: Call, _ options: RequestOptions) async throws -> Answer {
        try await attempts(call, options) { request in
            var request = request
            // What may be collected may also wait to be.
            request.maximumBufferedBytes = max(request.maximumBufferedBytes, configuration.maximumResponseBytes)
            let response = try await transport.send(request)
            let data = try await response.body.collect(upTo: configuration.maximumResponseBytes)
            guard (200..<300).contains(response.status) else {
                throw ErrorReader.error(status: response.status, headers: response.headers, body: data, now: now)
            }
            // A 204, for instance, is a success that says nothing.
            let json = data.isEmpty ? .null : try Self.json(data, response)
            if var error = ErrorReader.reported(in: json, status: response.status) {
                error.headers = response.headers.redacted
                error.requestID = response.headers["x-request-id"]
                throw error
            }
            return Answer(json: json, headers: response.headers)
        }
    }

    /// Sends a call and reads its response as a value.
    package func send<Value: Decodable>(
        _ call: Call,
        _ options: RequestOptions,
        as expectation: String
    ) async throws -> Value {
        try await read(call, options, expectation) { json throws(JSONError) in try json.decoded() }
    }

    /// Sends a call and reads its response as a list: an array, or `{data: […]}`.
    package func list<Value: Decodable>(
        _ call: Call,
        _ options: RequestOptions,
        as expectation: String
    ) async throws -> [Value] {
        try await read(call, options, expectation) { json throws(JSONError) in
            guard let data = json["data"] else { return try json.decoded() }
            do throws(JSONError) {
                return try data.decoded()
            } catch {
                throw error.inside(.member("data"))
            }
        }
    }

    private func read<Value>(
        _ call: Call,
        _ options: RequestOptions,
        _ expectation: String,
        _ make: (JSONValue) throws(JSONError) -> Value
    ) async throws -> Value {
        let answer = try await send(call, options)
        do {
            return try make(answer.json)
        } catch {
            var failure = TchaviError.unreadable(error, as: expectation)
            failure.operation = call.operation
            failure.requestID = answer.headers["x-request-id"]
            throw strikingOutSecrets(of: failure)
        }
    }

    /// Sends a call and returns as soon as the head of a good answer is there.
    package func stream(_ call: Call, _ options: RequestOptions) async throws -> TransportResponse {
        try await attempts(call, options) { request in
            let response = try await transport.send(request)
            guard !(200..<300).contains(response.status) else { return response }
            let data = try await response.body.collect(upTo: configuration.maximumResponseBytes)
            throw ErrorReader.error(status: response.status, headers: response.headers, body: data, now: now)
        }
    }

    /// The error without a credential that a server echoed, and with its body cut to what is kept of one.
    func strikingOutSecrets(of error: TchaviError) -> TchaviError {
        var error = authorizer.secrets.reduce(error) { $0.strikingOut($1) }
        // Cut afterwards: a cut through a credential would leave its beginning.
        error.body = error.body.map { String(decoding: $0.utf8.prefix(ErrorReader.maximumBodyBytes), as: UTF8.self) }
        return error
    }

    private var transport: any HTTPTransport { configuration.transport }
    private var now: Date { configuration.now() }

    // MARK: Attempts

    private func attempts<Value: Sendable>(
        _ call: Call,
        _ options: RequestOptions,
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Value
    ) async throws -> Value {
        do {
            var request = try request(call, options)
            let start = time.elapsed()
            guard !options.omitsCredential else {
                return try await repeating(call, request, options, since: start, attempt)
            }
            let authorization = try await waiting(options, since: start) { try await authorizer.authorization() }
            request.headers["Authorization"] = authorization?.revealed()
            do {
                return try await repeating(call, request, options, since: start, attempt)
            } catch let error as TchaviError where error.statusCode == 401 {
                let renewed = try await waiting(options, since: start) {
                    try await authorizer.renewed(after: authorization)
                }
                guard let renewed else { throw error }
                request.headers["Authorization"] = renewed.revealed()
                return try await repeating(call, request, options, since: start, attempt)
            }
        } catch var error as TchaviError {
            error.operation = call.operation
            throw strikingOutSecrets(of: error)
        }
    }

    /// Waits for a credential, within what is left of the call's deadline. What renews it goes on for other calls.
    private func waiting<Value: Sendable>(
        _ options: RequestOptions,
        since start: Duration,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // A key is at hand: there is nothing to wait for.
        guard authorizer.mode != .apiKey, let deadline = options.deadline ?? configuration.deadline else {
            return try await work()
        }
        let timeout = TchaviError(.timeout, "The call's deadline passed while it waited for a credential.")
        return try await time.abandoning(after: deadline - (time.elapsed() - start), orThrow: timeout, work)
    }

    private func repeating<Value: Sendable>(
        _ call: Call,
        _ request: TransportRequest,
        _ options: RequestOptions,
        since start: Duration,
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Value
    ) async throws -> Value {
        let deadline = options.deadline ?? configuration.deadline
        var policy = configuration.retryPolicy
        if let maxRetries = options.maxRetries { policy.maxRetries = maxRetries }
        var sent = 0
        var lastError: TchaviError?
        while true {
            let attemptStart = time.elapsed()
            let remaining = deadline.map { $0 - (attemptStart - start) }
            if let lastError, let remaining, remaining <= .zero { throw lastError }
            sent += 1
            func report(_ outcome: AttemptReport.Outcome, status: Int? = nil) {
                configuration.observer?(
                    AttemptReport(
                        method: call.endpoint.method,
                        path: call.endpoint.path,
                        attempt: sent,
                        status: status,
                        duration: time.elapsed() - attemptStart,
                        outcome: outcome
                    )
                )
            }
            do {
                let value = try await once(
                    request,
                    timeout: options.timeout ?? configuration.timeout,
                    remaining,
                    attempt
                )
                retries.succeeded()
                report(.succeeded)
                return value
            } catch var error as TchaviError {
                if Task.isCancelled { report(.cancelled) }
                try Task.checkCancellation()
                error.attempts = sent
                let delay = policy.delay(
                    after: error,
                    retriesSoFar: sent - 1,
                    retryClass: retryClass(call),
                    random: configuration.random
                )
                let elapsed = time.elapsed() - start
                guard let delay, deadline.map({ elapsed + delay < $0 }) ?? true, retries.takeRetry() else {
                    report(.failed(error.code), status: error.statusCode)
                    throw error
                }
                report(.retrying(after: delay), status: error.statusCode)
                lastError = error
                try await time.sleep(delay)
            } catch let error as CancellationError {
                report(.cancelled)
                throw error
            }
        }
    }

    /// One attempt, within its own limit and what is left of the deadline.
    private func once<Value: Sendable>(
        _ request: TransportRequest,
        timeout: Duration?,
        _ remaining: Duration?,
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Value
    ) async throws -> Value {
        let limit = [timeout, remaining].compactMap(\.self).min()
        let isDeadline = limit != nil && limit == remaining
        return try await time.run(within: limit, orThrow: .timedOut(after: limit ?? .zero, isDeadline: isDeadline)) {
            try await Self.typed { try await attempt(request) }
        }
    }

    /// Gives what a transport throws of its own a type.
    private static func typed<Value>(_ attempt: () async throws -> Value) async throws -> Value {
        do {
            return try await attempt()
        } catch let error as TchaviError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw TchaviError.connectionLost("The transport failed: \(error)")
        }
    }

    private func retryClass(_ call: Call) -> RetryPolicy.RetryClass {
        if call.endpoint.retryClass == .billable, configuration.honoursIdempotencyKey { return .idempotent }
        return call.endpoint.retryClass
    }

    // MARK: Requests

    private func request(_ call: Call, _ options: RequestOptions) throws(TchaviError) -> TransportRequest {
        let base = try BaseURL(configuration.baseURL, allowsInsecureHTTP: configuration.allowsInsecureHTTP)
        let endpoint = configuration.endpoints[call.endpoint] ?? call.endpoint
        let url = try base.url(path: endpoint.path(call.parameters), query: call.query)
        var request = TransportRequest(
            method: endpoint.method,
            url: url,
            headers: configuration.headers,
            maximumBufferedBytes: configuration.streamBufferBytes
        )
        for (name, _) in options.headers.fields { request.headers[name] = nil }
        for (name, value) in options.headers.fields { request.headers.add(name, value) }
        request.headers["Accept"] = call.accept
        request.headers["User-Agent"] = TchaviClient.userAgent
        let takesBody: Set<TransportMethod> = [.post, .put, .patch]
        if call.body != nil, endpoint.method == .get {
            throw TchaviError(.invalidRequest, "A GET has no body.", advice: "Use query items, or another method.")
        }
        if call.body != nil || takesBody.contains(endpoint.method) {
            // A body that is not empty, also where there is nothing to say: see URLSessionTransport.
            request.body = (call.body ?? .object([:])).serializedData()
            request.headers["Content-Type"] = "application/json"
        }
        if takesBody.contains(endpoint.method) {
            request.headers["Idempotency-Key"] = options.idempotencyKey ?? UUID().uuidString
        }
        request.headers["Authorization"] = nil
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

    private static func json(_ data: Data, _ response: TransportResponse) throws(TchaviError) -> JSONValue {
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
            failure.body = ErrorReader.text(data)
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
    func strikingOut(_ secret: String) -> TchaviError {
        guard !secret.isEmpty else { return self }
        var error = self
        error.requestID = requestID?.replacing(secret, with: Secret.placeholder)
        error.message = message.replacing(secret, with: Secret.placeholder)
        error.errorCode = errorCode?.replacing(secret, with: Secret.placeholder)
        error.body = body?.replacing(secret, with: Secret.placeholder)
        error.headers = headers.mapValues { $0.replacing(secret, with: Secret.placeholder) }
        // As it stands within a JSON text, where quotation marks are escaped.
        let escaped = String(JSONValue.string(secret).serialized().dropFirst().dropLast())
        if let details, details.serialized().contains(escaped) {
            error.details = try? JSONValue(parsing: details.serialized().replacing(escaped, with: Secret.placeholder))
        }
        return error
    }
}

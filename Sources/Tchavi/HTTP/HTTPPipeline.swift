import Foundation

/// The one way to the gateway: credentials, deadlines, retries, and the reading of errors, for every resource.
package final class HTTPPipeline: Sendable {
    package let configuration: TchaviClient.Configuration
    package let time: TimeSource
    let authorizer: Authorizer
    let retryBudget: RetryBucket
    let urls: EndpointURLs

    /// - Parameters:
    ///   - credential: How calls are authorized.
    ///   - configuration: How calls behave.
    ///   - retryBudget: The retry budget of another pipeline to share; `nil` for one of its own.
    init(credential: Credential, configuration: TchaviClient.Configuration, retryBudget: RetryBucket? = nil) {
        let retryBudget = retryBudget ?? RetryBucket(configuration.retryBudget)
        self.configuration = configuration
        self.retryBudget = retryBudget
        time = TimeSource(configuration.clock)
        authorizer = Authorizer(credential: credential, configuration: configuration, retryBudget: retryBudget)
        urls = EndpointURLs(configuration)
    }

    // MARK: Responses as a whole

    /// Sends a call and reads its response, which has to be JSON.
    package func send(_ call: Call, _ options: RequestOptions) async throws -> JSONResponse {
        // What may be collected may also wait to be.
        let bufferBytes = max(configuration.streamBufferBytes, configuration.maximumResponseBytes)
        return try await perform(call, options, bufferBytes: bufferBytes) { [self] request in
            let response = try await configuration.transport.send(request)
            let body = try await collectedBody(of: response)
            do throws(TchaviError) {
                return try await JSONResponse(response, body: body, to: call, sent: request.headers)
            } catch {
                throw error.attributed(to: response.headers)
            }
        }
    }

    /// Sends a call and reads its response as a value.
    package func send<Value: Decodable & Sendable>(
        _ call: Call,
        _ options: RequestOptions,
        as expectation: String
    ) async throws -> Value {
        let response = try await send(call, options)
        return try await value(of: response, to: call, as: expectation) { json throws(JSONError) in
            try json.decoded()
        }
    }

    /// Sends a call and reads its response as a list: an array, or `{data: […]}`.
    package func list<Value: Decodable & Sendable>(
        _ call: Call,
        _ options: RequestOptions,
        as expectation: String
    ) async throws -> [Value] {
        let response = try await send(call, options)
        return try await value(of: response, to: call, as: expectation) { json throws(JSONError) in
            guard let data = json["data"] else { return try json.decoded() }
            do throws(JSONError) {
                return try data.decoded()
            } catch {
                throw error.inside(.member("data"))
            }
        }
    }

    /// Reads a response as a value. What every call's `Value` goes through.
    func value<Value: Sendable>(
        of response: JSONResponse,
        to call: Call,
        as expectation: String,
        _ decode: @escaping @Sendable (JSONValue) throws(JSONError) -> Value
    ) async throws -> Value {
        do {
            return try await response.value(decode)
        } catch {
            throw completed(.unreadable(error, as: expectation), of: response.origin)
        }
    }

    // MARK: Responses as they arrive

    /// Sends a call and returns as soon as the headers of a successful response are there.
    package func stream(_ call: Call, _ options: RequestOptions) async throws -> StreamedResponse {
        var options = options
        let deadline = options.streamDeadline.map { time.elapsed() + $0 }
        options.deadline = [options.deadline ?? configuration.deadline, options.streamDeadline].compactMap(\.self).min()
        let report = configuration.observer.map { StreamReport($0, time) }
        // The attempt does not capture the report: one that timed out may go on, and would keep the report in memory
        // when the stream of a later attempt is abandoned.
        var streamed = try await perform(
            call,
            options,
            bufferBytes: configuration.streamBufferBytes,
            reportingTo: report
        ) { [self] request in
            let response = try await configuration.transport.send(request)
            if !response.isSuccess { _ = try await collectedBody(of: response) }
            let origin = ResponseOrigin(call, sent: request.headers, received: response.headers)
            return StreamedResponse(response: response, origin: origin, deadline: deadline)
        }
        streamed.report = report
        return streamed
    }

    // MARK: A call from top to bottom

    private func perform<Response: AttemptResponse>(
        _ call: Call,
        _ options: RequestOptions,
        bufferBytes: Int,
        reportingTo streamReport: StreamReport? = nil,
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Response
    ) async throws -> Response {
        var sent = HeaderFields()
        do {
            let request = try await request(for: call, options, bufferBytes: bufferBytes)
            var loop = RetryLoop(request, for: call, options, in: self, reportingTo: streamReport)
            defer { sent = loop.sent }
            guard !options.omitsCredential else { return try await loop.run(attempt) }
            let authorization = try await authorization(within: loop.remaining)
            loop.request.headers[.authorization] = authorization?.revealed()
            do {
                return try await loop.run(attempt)
            } catch let error as TchaviError where error.statusCode == 401 && error.isRepeatable {
                guard let renewed = try await renewedAuthorization(after: authorization, within: loop.remaining) else {
                    throw error
                }
                loop.refused = authorization
                loop.request.headers[.authorization] = renewed.revealed()
                return try await loop.run(attempt)
            }
        } catch let error as TchaviError {
            throw completed(error, of: ResponseOrigin(call, sent: sent))
        }
    }

    private func authorization(within remaining: Duration?) async throws -> Secret? {
        if authorizer.isReady { return try await authorizer.authorization() }
        return try await time.run(within: remaining, orThrow: TchaviError.noCredentialInTime) { [authorizer] in
            try await authorizer.authorization()
        }
    }

    /// What renews the credential goes on for other calls when this one's time is up.
    private func renewedAuthorization(after refused: Secret?, within remaining: Duration?) async throws -> Secret? {
        try await time.run(within: remaining, orThrow: TchaviError.noCredentialInTime) { [authorizer] in
            try await authorizer.renewed(after: refused)
        }
    }

    /// Collects a response's body, and throws the error that it is where the status is not a success.
    private func collectedBody(of response: TransportResponse) async throws -> Data {
        let limit = configuration.maximumResponseBytes
        if response.isSuccess { return try await response.body.collect(upTo: limit) }
        var body = Data()
        do {
            for try await chunk in response.body {
                body.append(chunk)
                if body.count >= limit { break }
            }
        } catch let error where !(error is CancellationError) {
            // The status says what went wrong, also where the connection is lost before the whole body has arrived.
        }
        throw await ErrorReader.error(
            status: response.status,
            headers: response.headers,
            body: body,
            now: configuration.now()
        )
    }

    // MARK: Errors

    /// Completes an error before a caller sees it: every error of a call or a stream passes through here.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - origin: The call, what was sent, and the headers of the response where the error does not have them yet.
    /// - Returns: The error with operation and request id, without a credential that a server echoed, and with its
    ///   message and body cut to what is kept of one.
    package func completed(_ error: TchaviError, of origin: ResponseOrigin) -> TchaviError {
        var error = origin.received.map { error.attributed(to: $0) } ?? error
        // The credential of the request may have been replaced meanwhile, for the client or by it.
        // A secret may contain another one, of which nothing must be left.
        let secrets = Set(authorizer.secrets + origin.secrets).sorted { $0.utf8.count > $1.utf8.count }
        error.body = error.body.map { ErrorReader.withoutCutSecret($0, secrets) }
        error = secrets.reduce(error) { $0.redacting($1) }
        error.message = ErrorReader.truncated(error.message)
        error.body = error.body.map(ErrorReader.truncated)
        // A login or refresh on behalf of the call names itself.
        error.operation = error.operation ?? origin.operation
        return error.naming(configuration.baseURL)
    }

    /// A request id for a report, as an error would have it.
    func redacted(requestID: String, of origin: ResponseOrigin) -> String {
        var error = TchaviError(.api, "")
        error.requestID = requestID
        return completed(error, of: origin).requestID ?? ""
    }
}

extension TransportResponse {
    fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}

extension TchaviError {
    fileprivate static var noCredentialInTime: TchaviError {
        TchaviError(.timeout, "The call's deadline passed while it waited for a credential.")
    }
}

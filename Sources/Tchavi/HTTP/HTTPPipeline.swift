import Foundation

/// The one way to the gateway: credentials, deadlines, retries, and the reading of errors, for every resource.
package final class HTTPPipeline: Sendable {
    package let configuration: TchaviClient.Configuration
    package let time: TimeSource
    let authorizer: Authorizer
    let retryBudget: RetryBucket
    let urls: EndpointURLs

    init(credential: Credential, configuration: TchaviClient.Configuration) {
        self.configuration = configuration
        time = TimeSource(configuration.clock)
        authorizer = Authorizer(credential: credential, configuration: configuration)
        retryBudget = RetryBucket(configuration.retryBudget)
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
                return try await JSONResponse(response, body: body)
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
            throw completed(
                .unreadable(error, as: expectation),
                operation: call.operation,
                headers: response.headers
            )
        }
    }

    // MARK: Responses as they arrive

    /// Sends a call and returns as soon as the headers of a successful response are there.
    package func stream(_ call: Call, _ options: RequestOptions) async throws -> TransportResponse {
        try await perform(call, options, bufferBytes: configuration.streamBufferBytes) { [self] request in
            let response = try await configuration.transport.send(request)
            if !response.isSuccess { _ = try await collectedBody(of: response) }
            return response
        }
    }

    // MARK: A call from top to bottom

    private func perform<Value: Sendable>(
        _ call: Call,
        _ options: RequestOptions,
        bufferBytes: Int,
        _ attempt: @escaping @Sendable (TransportRequest) async throws -> Value
    ) async throws -> Value {
        do {
            let request = try await request(for: call, options, bufferBytes: bufferBytes)
            var loop = RetryLoop(request, for: call, options, in: self)
            guard !options.omitsCredential else { return try await loop.run(attempt) }
            let authorization = try await authorization(within: loop.remaining)
            loop.request.headers[.authorization] = authorization?.revealed()
            do {
                return try await loop.run(attempt)
            } catch let error as TchaviError where error.statusCode == 401 {
                guard let renewed = try await renewedAuthorization(after: authorization, within: loop.remaining) else {
                    throw error
                }
                loop.request.headers[.authorization] = renewed.revealed()
                return try await loop.run(attempt)
            }
        } catch let error as TchaviError {
            throw completed(error, operation: call.operation)
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
        let body = try await response.body.collect(upTo: configuration.maximumResponseBytes)
        guard response.isSuccess else {
            throw await ErrorReader.error(
                status: response.status,
                headers: response.headers,
                body: body,
                now: configuration.now()
            )
        }
        return body
    }

    // MARK: Errors

    /// Completes an error before a caller sees it: every error of a call or a stream passes through here.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - operation: The call's method and path.
    ///   - headers: The response's headers, where the error does not have them yet.
    /// - Returns: The error with operation and request id, without a credential that a server echoed, and with its body
    ///   cut to what is kept of one.
    package func completed(_ error: TchaviError, operation: String, headers: HeaderFields? = nil) -> TchaviError {
        let attributed = headers.map { error.attributed(to: $0) } ?? error
        var error = authorizer.secrets.reduce(attributed) { $0.redacting($1) }
        error.operation = operation
        // Cut last: a cut through a credential would leave its beginning.
        error.body = error.body.map { String(decoding: $0.utf8.prefix(ErrorReader.maximumBodyBytes), as: UTF8.self) }
        return error
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

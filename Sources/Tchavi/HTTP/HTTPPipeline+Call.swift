import Foundation

extension HTTPPipeline {
    /// What a resource asks for, before it is a request.
    package struct Call: Sendable {
        package var endpoint: Endpoint
        package var parameters: [String: String] = [:]
        package var query: [(name: String, value: String)] = []
        package var body: JSONValue?
        package var accept = "application/json"
        /// The passwords in the body, which a server may repeat.
        package var secrets: [Secret] = []

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

        /// Whether a successful response contains a credential: then no error may quote it.
        var returnsSecret: Bool { [.login, .refresh, .register, .createAPIKey].contains(endpoint) }
    }

    /// The request of a call, complete but for the credential.
    func request(
        for call: Call,
        _ options: RequestOptions,
        bufferBytes: Int
    ) async throws(TchaviError) -> TransportRequest {
        let (method, url) = try urls.target(of: call)
        let hasBody = method == .post || method == .put || method == .patch
        if call.body != nil, method == .get {
            throw TchaviError(.invalidRequest, "A GET has no body.", advice: "Use query items, or another method.")
        }
        // A body that is not empty, also where there is nothing to say: see URLSessionTransport.
        var body: Data?
        if hasBody || call.body != nil {
            let json = call.body ?? .object([:])
            let bytes = json.stringBytes(upTo: LargeData.inlineBytes)
            body = await LargeData.process(json, bytes: bytes) { $0.serializedData() }
        }

        var headers: HeaderFields = [.accept: call.accept, .userAgent: TchaviClient.userAgent]
        headers.reserveCapacity(5)
        if body != nil { headers[.contentType] = "application/json" }
        headers.replace(with: configuration.headers)
        // Streams accept something else than other calls, and one key for all calls would make each call a repetition of
        // the first: only a call itself may set these.
        headers[.accept] = call.accept
        headers[.idempotencyKey] = nil
        headers.replace(with: options.headers)
        if let key = options.idempotencyKey {
            headers[.idempotencyKey] = key
        } else if hasBody, headers[.idempotencyKey] == nil {
            headers[.idempotencyKey] = IdempotencyKey.random()
        }
        headers[.authorization] = nil
        if let name = headers.unsendable { throw .unsendable(name) }
        return TransportRequest(
            method: method,
            url: url,
            headers: headers,
            body: body,
            maximumBufferedBytes: bufferBytes
        )
    }
}

extension TchaviError {
    fileprivate static func unsendable(_ name: String) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "The header `\(name.filter { $0.isLetter || $0.isNumber || $0 == "-" })` has a line break in its value, "
                + "or a name that is not a valid header name.",
            advice: "Remove it: what follows the line break would become a header of its own."
        )
    }
}

package import Foundation

/// Fetches documents from servers other than the gateway: without the gateway's credential, headers and cookies.
///
/// Sends each request once; whoever fetches decides when to try again.
package struct DocumentFetcher: Sendable {
    /// A response with a status of 200 to 299, or 304.
    package struct Document: Sendable {
        package let status: Int
        package let headers: HeaderFields
        package let body: Data

        package var isUnchanged: Bool { status == 304 }
    }

    private static let maximumRedirects = 5
    private static let redirects: Set<Int> = [301, 302, 303, 307, 308]
    /// The headers that a host gets to which the server redirects. Any other one may hold a credential.
    private static let publicHeaders: [HeaderFields.Name] = [.accept, "If-None-Match", "If-Modified-Since"]

    package var transport: any HTTPTransport
    package var allowsInsecureHTTP = false
    /// The hosts to which a server may redirect, beside its own; compared without regard to case.
    package var redirectHosts: Set<String> = []
    /// The limit on the time from the request to the end of the body.
    package var timeout: Duration
    /// The largest body that is read.
    package var maximumBytes: Int
    private let time: TimeSource
    private let now: @Sendable () -> Date

    package init(
        transport: any HTTPTransport,
        timeout: Duration,
        maximumBytes: Int,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.transport = transport
        self.timeout = timeout
        self.maximumBytes = maximumBytes
        time = TimeSource(clock)
        self.now = now
    }

    /// Fetches a document.
    ///
    /// - Parameters:
    ///   - url: The document's URL.
    ///   - headers: Headers for the server of the URL. Of these, a host to which it redirects gets only `Accept`,
    ///     `If-None-Match` and `If-Modified-Since`.
    /// - Returns: The document; its body is empty where it has not changed.
    /// - Throws: `TchaviError`, with the server's message and `Retry-After`; `CancellationError`. An error contains neither
    ///   the values of the other headers nor those of the URL's query.
    package func get(_ url: URL, headers: HeaderFields = HeaderFields()) async throws -> Document {
        do {
            return try await time.run(within: timeout, orThrow: timeoutError()) {
                try await follow(url, headers: headers)
            }
        } catch let error where !(error is CancellationError) {
            throw reported(TchaviError.transportFailure(error), url, headers)
        }
    }

    /// Adds the operation and the advice that concern a source, and removes credentials that a server has repeated.
    private func reported(_ error: TchaviError, _ url: URL, _ headers: HeaderFields) -> TchaviError {
        var error = error
        if error.code == .transport {
            if error.isRepeatable {
                error.advice = "Check the URL of the source, and that its server can be reached from here."
            } else {
                // Of the limits, the transport knows only the one on bytes that wait to be read.
                error = .tooLarge(maximumBytes, "maximumBytes")
            }
        }
        let secrets = Self.secrets(of: url, headers)
        error.body = error.body.map { ErrorReader.withoutCutSecret($0, secrets) }
        error = secrets.reduce(error) { $0.redacting($1) }
        error.body = error.body.map(ErrorReader.truncated)
        error.message = ErrorReader.truncated(error.message)
        error.operation = "GET \(url.withoutCredentials)"
        return error
    }

    /// What may be a credential: a server's own name for its header cannot be known, and the query of a presigned URL is one.
    private static func secrets(of url: URL, _ headers: HeaderFields) -> [String] {
        let components = URLComponents(url: url, resolvingAgainstBaseURL: false)
        let values =
            headers.fields.filter { !publicHeaders.contains(HeaderFields.Name($0.name)) }.map(\.value)
            + (components?.queryItems ?? []).compactMap(\.value)
            + (components?.percentEncodedQueryItems ?? []).compactMap(\.value) + [url.password ?? ""]
        // The longest first, because one may contain another.
        return (headers.secrets + values).filter { $0.utf8.count >= Secret.minimumRedactedBytes }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    private func follow(_ url: URL, headers: HeaderFields) async throws -> Document {
        var request = TransportRequest(url: url, headers: headers, maximumBufferedBytes: max(maximumBytes, 1 << 20))
        request.headers[.userAgent] = TchaviClient.userAgent
        for _ in 0...Self.maximumRedirects {
            try check(request.url)
            if request.headers.unsendable != nil {
                throw TchaviError(
                    .invalidRequest,
                    "A header of the source has a line break, or a name that is not valid.",
                    advice: "Check the headers of the source."
                )
            }
            let response = try await transport.send(request)
            guard Self.redirects.contains(response.status) else { return try await document(response) }
            guard let location = response.headers["Location"],
                let target = URL(string: location, relativeTo: request.url)?.absoluteURL
            else {
                throw TchaviError(
                    .api,
                    "The server redirects without saying where to.",
                    advice: "Check the URL of the source.",
                    statusCode: response.status
                )
            }
            try checkRedirect(from: url, to: target, status: response.status)
            if !target.hasSameOrigin(as: url) {
                request.headers = [.userAgent: TchaviClient.userAgent]
                for name in Self.publicHeaders { request.headers[name] = headers[name] }
            }
            request.url = target
        }
        throw TchaviError(
            .api,
            "The server redirected more than \(Self.maximumRedirects) times.",
            advice: "Check the URL of the source."
        )
    }

    private func check(_ url: URL) throws(TchaviError) {
        let scheme = url.scheme?.lowercased()
        guard scheme == "https" || scheme == "http", let host = url.host, !host.isEmpty else {
            throw TchaviError(
                .invalidRequest,
                "`\(url.withoutCredentials)` is not an http or https URL with a host.",
                advice: "Check the URL of the source."
            )
        }
        guard scheme == "https" || allowsInsecureHTTP || BaseURL.isLoopback(host) else {
            throw TchaviError(
                .invalidRequest,
                "The prompts would be fetched from `\(url.withoutCredentials)` over plain http, where anybody on the way "
                    + "can change them.",
                advice: "Use https, or set allowsInsecureHTTP if the network is trusted."
            )
        }
    }

    private func checkRedirect(from url: URL, to target: URL, status: Int) throws(TchaviError) {
        if target.hasSameOrigin(as: url) { return }
        let host = target.host?.lowercased() ?? ""
        guard redirectHosts.contains(where: { $0.lowercased() == host }) else {
            throw TchaviError(
                .api,
                "The server redirects to the host `\(host)`, which is not among the redirectHosts.",
                advice: "Set the URL that it leads to, or add the host to redirectHosts.",
                statusCode: status
            )
        }
    }

    private func document(_ response: TransportResponse) async throws -> Document {
        if response.status == 304 { return Document(status: 304, headers: response.headers, body: Data()) }
        guard (200..<300).contains(response.status) else {
            var body = Data()
            do {
                for try await chunk in response.body {
                    body.append(chunk)
                    if body.count >= 64 << 10 { break }
                }
            } catch let error where !(error is CancellationError) {
                // The status says what went wrong, also where the connection is lost before the whole body has arrived.
            }
            throw await error(response, body)
        }
        var body = Data()
        for try await chunk in response.body {
            guard body.count + chunk.count <= maximumBytes else {
                throw TchaviError.tooLarge(maximumBytes, "maximumBytes")
            }
            if body.isEmpty { body = chunk } else { body.append(chunk) }
        }
        return Document(status: response.status, headers: response.headers, body: body)
    }

    private func error(_ response: TransportResponse, _ body: Data) async -> TchaviError {
        var error = await ErrorReader.error(
            status: response.status,
            headers: response.headers,
            body: body,
            now: now()
        )
        error.advice =
            switch response.status {
            case 401, 403: "Check the key or header of the source, and that it may read the prompts."
            case 404: "Check the URL of the source."
            case 429: "Refresh less often, or fetch from a cache in front of the server."
            case 500...: "The server failed to respond properly: look at its logs, and try again later."
            default: "Check the URL of the source."
            }
        return error
    }

    private func timeoutError() -> TchaviError {
        TchaviError(
            .timeout,
            "The source did not respond completely within \(timeout).",
            advice: "Raise its timeout, or check the server."
        )
    }
}

extension URL {
    fileprivate func hasSameOrigin(as other: URL) -> Bool {
        scheme?.lowercased() == other.scheme?.lowercased() && host?.lowercased() == other.host?.lowercased()
            && effectivePort == other.effectivePort
    }
}

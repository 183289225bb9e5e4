import Foundation

/// The requests that begin, renew and end a session.
struct SessionRequests: Sendable {
    /// What a login or a refresh returns.
    struct Grant: Sendable {
        let token: AccessToken
        let cookies: CookieJar
        let response: JSONResponse
    }

    /// What is needed of a response's body.
    private struct TokenBody: Decodable {
        let accessToken: Secret
    }

    let configuration: TchaviClient.Configuration
    /// The client's, which its calls share.
    let retryBudget: RetryBucket

    func logIn(email: String, password: Secret) async throws -> Grant {
        guard !email.isEmpty, !password.isEmpty else {
            throw TchaviError(
                .authentication,
                "The e-mail address or the password is empty.",
                advice: "Pass both to `auth.login`, or to `.account(email:password:)`."
            )
        }
        let body: JSONValue = ["email": .string(email), "password": .string(password.revealed())]
        var call = HTTPPipeline.Call(.login, body: body)
        call.secrets = [password]
        do {
            return try await grant(call, CookieJar(), RequestOptions())
        } catch var error as TchaviError {
            if error.code == .authentication { error.advice = "Check the e-mail address and the password." }
            throw error
        }
    }

    func refresh(_ cookies: CookieJar, _ options: RequestOptions = RequestOptions()) async throws -> Grant {
        try await grant(HTTPPipeline.Call(.refresh), cookies, options)
    }

    @discardableResult
    func logOut(
        _ token: AccessToken,
        _ cookies: CookieJar,
        _ options: RequestOptions
    ) async throws -> JSONResponse {
        var options = options
        options.headers[.cookie] = cookies.header
        return try await pipeline(.token { token.secret }).send(HTTPPipeline.Call(.logout), options)
    }

    private func pipeline(_ credential: Credential) -> HTTPPipeline {
        HTTPPipeline(credential: credential, configuration: configuration, retryBudget: retryBudget)
    }

    private func grant(
        _ call: HTTPPipeline.Call,
        _ cookies: CookieJar,
        _ options: RequestOptions
    ) async throws -> Grant {
        let pipeline = pipeline(.none)
        var options = options
        options.omitsCredential = true
        options.headers[.cookie] = cookies.header
        let response = try await pipeline.send(call, options)
        let token: Secret = try await pipeline.value(of: response, to: call, as: "an access token") {
            json throws(JSONError) in
            let token = try (json.decoded() as TokenBody).accessToken
            // Kept, it would fail every call until it expires.
            guard (try? token.authorization("access token", "")) != nil else {
                throw JSONError("the access token is empty, or cannot stand in a header", at: [.member("accessToken")])
            }
            return token
        }
        var cookies = cookies
        cookies.update(response.headers, now: configuration.now())
        return Grant(token: AccessToken(token, now: configuration.now()), cookies: cookies, response: response)
    }
}

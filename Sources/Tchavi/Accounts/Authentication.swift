/// Login, logout and registration.
///
/// A client with `.account(email:password:)` logs in by itself; these calls are for apps with a login form.
public struct Authentication: Sendable {
    let pipeline: HTTPPipeline

    /// Logs in (`POST /auth/login`). The new session replaces the one that the client has, if any; a login that fails
    /// leaves that one as it is.
    ///
    /// - Parameters:
    ///   - email: The e-mail address.
    ///   - password: The password.
    /// - Returns: The access token and the account.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/authentication`` if the e-mail address or the password is
    ///   wrong, ``TchaviError/Code/invalidRequest`` if the client has an API key or a token provider, or another code;
    ///   or `CancellationError`.
    @discardableResult
    public func login(email: String, password: Secret) async throws -> LoginResponse {
        let login = try await pipeline.authorizer.logIn(email: email, password: password)
        let response: LoginResponse = try await pipeline.value(
            of: login.grant.response,
            to: HTTPPipeline.Call(.login),
            as: "a login response"
        ) { json throws(JSONError) in try json.decoded() }
        try pipeline.authorizer.begin(login)
        return response
    }

    /// Logs in (`POST /auth/login`) with a password that is a string, which is kept as a ``Secret``.
    ///
    /// - Parameters:
    ///   - email: The e-mail address.
    ///   - password: The password.
    /// - Returns: The access token and the account.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    @discardableResult
    public func login(email: String, password: String) async throws -> LoginResponse {
        try await login(email: email, password: Secret(password))
    }

    /// Registers an account (`POST /auth/register`).
    ///
    /// - Parameters:
    ///   - registration: The account to register.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The account, and the gateway's message.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func register(
        _ registration: Registration,
        options: RequestOptions = RequestOptions()
    ) async throws -> RegistrationResponse {
        var options = options
        options.omitsCredential = true
        var call = HTTPPipeline.Call(.register, body: registration.body)
        call.secrets = [registration.password]
        return try await pipeline.send(call, options, as: "a registration response")
    }

    /// Renews the access token now (`POST /auth/refresh`), before it expires.
    ///
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func refresh() async throws { try await pipeline.authorizer.refresh() }

    /// Logs out (`POST /auth/logout`).
    ///
    /// The client's session ends at once, even if the gateway cannot be reached. If the access token has expired, the
    /// session is refreshed first, because the gateway would refuse to end it. A refresh in progress is not waited for:
    /// the session that it gives is ended as soon as it arrives.
    /// Later calls throw until the program logs in again.
    ///
    /// - Parameter options: Options that override the client's configuration for this call.
    /// - Returns: The gateway's message, or one of the client's own if there was nothing to tell the gateway.
    /// - Throws: ``TchaviError`` or `CancellationError`, if the gateway was not notified.
    @discardableResult
    public func logout(options: RequestOptions = RequestOptions()) async throws -> Acknowledgement {
        guard let response = try await pipeline.authorizer.logOut(options) else {
            return Acknowledgement(message: "The client is logged out.")
        }
        return try await pipeline.value(of: response, to: HTTPPipeline.Call(.logout), as: "an acknowledgement") {
            json throws(JSONError) in try json.decoded()
        }
    }

    /// Sets an access token obtained elsewhere, which replaces the client's session, if any.
    ///
    /// - Parameters:
    ///   - token: The access token.
    ///   - expiresIn: How long the token is valid; `nil` for the token's own expiry or, without one, 15 minutes.
    /// - Throws: ``TchaviError`` if the token is invalid, or the client has an API key or a token provider.
    public func setAccessToken(_ token: Secret, expiresIn: Duration? = nil) throws(TchaviError) {
        try pipeline.authorizer.setAccessToken(token, expiresIn: expiresIn)
    }

    /// Sets an access token obtained elsewhere, which replaces the client's session, if any.
    ///
    /// - Parameters:
    ///   - token: The access token, kept as a ``Secret``.
    ///   - expiresIn: How long the token is valid; `nil` for the token's own expiry or, without one, 15 minutes.
    /// - Throws: ``TchaviError`` if the token is invalid, or the client has an API key or a token provider.
    public func setAccessToken(_ token: String, expiresIn: Duration? = nil) throws(TchaviError) {
        try setAccessToken(Secret(token), expiresIn: expiresIn)
    }

    /// How the client authenticates.
    public var mode: AuthenticationMode { pipeline.authorizer.mode }
}

/// The response to a login.
public struct LoginResponse: Codable, Sendable, Hashable {
    /// The access token, which the client keeps and uses for its calls.
    public var accessToken: Secret
    /// The account that logged in; `nil` if the gateway sent none, or only parts of one. ``Users/me(options:)`` fetches
    /// it.
    public var user: AccountUser?

    /// Decodes the access token, and the account, which may be missing.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error if the access token is missing or invalid.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        accessToken = try container.decode(Secret.self, forKey: .accessToken)
        user = try? container.decodeIfPresent(AccountUser.self, forKey: .user)
    }
}

/// An account to register.
public struct Registration: Sendable, Hashable {
    /// The e-mail address, with which the user logs in.
    public var email: String
    /// The password.
    public var password: Secret
    /// The user's name.
    public var name: String?

    /// Creates a registration; the name is optional.
    public init(email: String, password: Secret, name: String? = nil) {
        self.email = email
        self.password = password
        self.name = name
    }

    /// Creates a registration; the name is optional. The password is kept as a ``Secret``.
    public init(email: String, password: String, name: String? = nil) {
        self.init(email: email, password: Secret(password), name: name)
    }

    /// The request body, with the password.
    var body: JSONValue {
        JSONValue.object(
            [
                "email": .string(email), "password": .string(password.revealed()), "name": name.map { .string($0) },
            ].compactMapValues(\.self)
        )
    }
}

/// The response to a registration.
public struct RegistrationResponse: Codable, Sendable, Hashable {
    /// The gateway's message, often a request to confirm the e-mail address; empty if it sent none.
    public var message: String
    /// The registered account; `nil` if the gateway sent none, or only parts of one.
    public var user: AccountUser?

    /// Decodes the account and the message, both of which may be missing.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error if the response is not an object.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        user = try? container.decodeIfPresent(AccountUser.self, forKey: .user)
    }
}

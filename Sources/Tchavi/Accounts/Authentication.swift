/// Logging in and out, and registering.
///
/// A client with `.account(email:password:)` logs in by itself; these calls are for programs that ask a person.
public struct Authentication: Sendable {
    let pipeline: HTTPPipeline

    /// Logs in (`POST /auth/login`), in place of whatever session the client has. Its further calls use the new one.
    ///
    /// - Parameters:
    ///   - email: The e-mail address.
    ///   - password: The password.
    /// - Returns: The access token and the account.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/authentication`` where they are wrong, of code
    ///   ``TchaviError/Code/invalidRequest`` on a client with an API key or with tokens of the program's own, or another;
    ///   `CancellationError`.
    @discardableResult
    public func login(email: String, password: Secret) async throws -> LoginResponse {
        try await pipeline.authorizer.logIn(as: email, password: password)
    }

    /// Makes an account (`POST /auth/register`).
    ///
    /// - Parameters:
    ///   - registration: The account to make.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The account, and what the gateway says.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func register(
        _ registration: Registration,
        options: RequestOptions = RequestOptions()
    ) async throws -> RegistrationResponse {
        var options = options
        options.omitsCredential = true
        do {
            return try await pipeline.send(
                HTTPPipeline.Call(.register, body: registration.body),
                options,
                as: "a registered account"
            )
        } catch let error as TchaviError {
            throw error.strikingOut(registration.password.revealed())
        }
    }

    /// Renews the access token now (`POST /auth/refresh`), before it expires.
    ///
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func refresh() async throws { try await pipeline.authorizer.refresh() }

    /// Logs out (`POST /auth/logout`).
    ///
    /// The session is forgotten at once, also where the gateway cannot be told, and a refresh under way is void. From
    /// then on calls throw until the program logs in again.
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: What the gateway says.
    /// - Throws: ``TchaviError``, or `CancellationError`, where the gateway was not told.
    @discardableResult
    public func logout(options: RequestOptions = RequestOptions()) async throws -> Acknowledgement {
        try await pipeline.authorizer.logOut(options)
    }

    /// Uses an access token that the program has from elsewhere, in place of whatever session the client has.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - expiresIn: How long it is valid; `nil` for what the token says, or else 15 minutes.
    /// - Throws: ``TchaviError`` where the token cannot be used, or the client does not log in.
    public func setAccessToken(_ token: Secret, expiresIn: Duration? = nil) throws(TchaviError) {
        try pipeline.authorizer.setAccessToken(token, expiresIn: expiresIn)
    }

    /// How the client proves who is calling.
    public var mode: AuthenticationMode { pipeline.authorizer.mode }
}

/// How a client proves who is calling.
public struct AuthenticationMode: OpenEnum, JSONScalar {
    /// The mode's name.
    public let rawValue: String
    /// A mode by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// With an API key.
    public static let apiKey: AuthenticationMode = "api-key"
    /// With a session of an account, by JSON Web Tokens.
    public static let session: AuthenticationMode = "jwt"
    /// With tokens that the program gives.
    public static let token: AuthenticationMode = "token"
    /// Not at all.
    public static let none: AuthenticationMode = "none"
}

/// The response to a login.
public struct LoginResponse: Codable, Sendable, Hashable {
    /// The access token, which the client keeps and uses by itself.
    public var accessToken: Secret
    /// The account.
    public var user: AccountUser
}

/// An account to make.
public struct Registration: Sendable, Hashable {
    /// The e-mail address.
    public var email: String
    /// The password.
    public var password: Secret
    /// The name.
    public var name: String?

    /// Creates a registration.
    public init(email: String, password: Secret, name: String? = nil) {
        self.email = email
        self.password = password
        self.name = name
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
    /// The gateway's message, often a request to confirm the e-mail address; empty where it sent none.
    public var message: String
    /// The account.
    public var user: AccountUser

    /// Reads `{message?, user}`.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error where the account is missing or cannot be read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        user = try container.decode(AccountUser.self, forKey: .user)
    }
}

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
    /// With tokens that the program provides.
    public static let token: AuthenticationMode = "token"
    /// Without a credential.
    public static let none: AuthenticationMode = "none"
}

/// How a client proves to the gateway who is calling.
///
/// A credential that cannot be used (empty, or with a line break) is reported by the first call, in words that name it.
public struct Credential: Sendable {
    enum Kind: Sendable {
        case apiKey(Secret)
        case password(email: String, password: Secret)
        case token(@Sendable () async throws -> Secret)
        case none
    }

    let kind: Kind

    /// An API key, `sk-tch-…`, sent as `Authorization: Bearer`.
    ///
    /// - Parameter key: The key.
    /// - Returns: The credential.
    public static func apiKey(_ key: Secret) -> Credential { Credential(kind: .apiKey(key)) }

    /// An API key, `sk-tch-…`, sent as `Authorization: Bearer`.
    ///
    /// - Parameter key: The key, kept as a ``Secret``.
    /// - Returns: The credential.
    public static func apiKey(_ key: String) -> Credential { apiKey(Secret(key)) }

    /// An account's e-mail address and password.
    ///
    /// The client logs in at its first call, keeps the access token in memory and the refresh cookie to itself, refreshes
    /// the token before it expires and once after a 401, and logs in again where that fails. Calls that need a token at
    /// the same time share one refresh.
    ///
    /// - Parameters:
    ///   - email: The e-mail address.
    ///   - password: The password.
    /// - Returns: The credential.
    public static func account(email: String, password: Secret) -> Credential {
        Credential(kind: .password(email: email, password: password))
    }

    /// An account's e-mail address and password, for a password that is a string.
    ///
    /// - Parameters:
    ///   - email: The e-mail address.
    ///   - password: The password, kept as a ``Secret``.
    /// - Returns: The credential.
    public static func account(email: String, password: String) -> Credential {
        account(email: email, password: Secret(password))
    }

    /// Access tokens that the program gets elsewhere, so that an app ships no key.
    ///
    /// - Parameter provider: Returns a token that is valid now; it keeps and renews tokens as it likes. Asked for every
    ///   call, and once more after a 401.
    /// - Returns: The credential.
    public static func token(_ provider: @escaping @Sendable () async throws -> Secret) -> Credential {
        Credential(kind: .token(provider))
    }

    /// No credential: for registration, or a gateway that asks for none.
    public static let none = Credential(kind: .none)
}

extension Secret {
    /// The secret as a bearer's authorization, if it can stand in a header.
    func authorization(_ name: String, _ advice: String) throws(TchaviError) -> Secret {
        guard !isEmpty else { throw TchaviError(.authentication, "The \(name) is empty.", advice: advice) }
        guard revealed().utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw TchaviError(
                .authentication,
                "The \(name) holds white space, a line break or a character outside ASCII.",
                advice: "\(advice) Trim it: a file's last line break often comes along."
            )
        }
        return Secret("Bearer " + revealed())
    }
}

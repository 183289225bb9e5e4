/// The account that is calling.
public struct Users: Sendable {
    let pipeline: HTTPPipeline

    /// The account (`GET /users/me`).
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: The account.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func me(options: RequestOptions = RequestOptions()) async throws -> AccountUser {
        try await pipeline.send(HTTPPipeline.Call(.currentUser), options, as: "an account")
    }

    /// Changes the account (`PATCH /users/me`). What is `nil` stays as it is.
    ///
    /// - Parameters:
    ///   - changes: What changes.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The account as it is then.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func update(
        _ changes: AccountChanges,
        options: RequestOptions = RequestOptions()
    ) async throws -> AccountUser {
        do {
            let call = HTTPPipeline.Call(.updateCurrentUser, body: changes.body)
            return try await pipeline.send(call, options, as: "an account")
        } catch let error as TchaviError {
            let passwords = [changes.currentPassword, changes.newPassword].compactMap { $0?.revealed() }
            throw passwords.reduce(error) { $0.redacting($1) }
        }
    }
}

/// What changes of an account; what is `nil` stays as it is.
public struct AccountChanges: Sendable, Hashable {
    /// Another name.
    public var name: String?
    /// Another e-mail address.
    public var email: String?
    /// Another language of the gateway's mail.
    public var language: AccountLanguage?
    /// The password that is valid now, which a new one needs.
    public var currentPassword: Secret?
    /// Another password.
    public var newPassword: Secret?

    /// Creates changes; a member that is `nil` stays as it is.
    public init(
        name: String? = nil,
        email: String? = nil,
        language: AccountLanguage? = nil,
        currentPassword: Secret? = nil,
        newPassword: Secret? = nil
    ) {
        self.name = name
        self.email = email
        self.language = language
        self.currentPassword = currentPassword
        self.newPassword = newPassword
    }

    /// The request body, with the passwords.
    var body: JSONValue {
        let members: [String: String?] = [
            "name": name, "email": email, "language": language?.rawValue,
            "currentPassword": currentPassword?.revealed(), "newPassword": newPassword?.revealed(),
        ]
        return .object(members.compactMapValues { $0 }.mapValues { .string($0) })
    }
}

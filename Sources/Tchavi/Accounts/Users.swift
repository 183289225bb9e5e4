/// The account that the client authenticates as.
public struct Users: Sendable {
    let pipeline: HTTPPipeline

    /// Fetches the account (`GET /users/me`).
    ///
    /// - Parameter options: Options that override the client's configuration for this call.
    /// - Returns: The account.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func me(options: RequestOptions = RequestOptions()) async throws -> AccountUser {
        try await pipeline.send(HTTPPipeline.Call(.currentUser), options, as: "an account")
    }

    /// Changes the account (`PATCH /users/me`). Members that are `nil` stay as they are.
    ///
    /// - Parameters:
    ///   - changes: The members to change.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The changed account.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func update(
        _ changes: AccountChanges,
        options: RequestOptions = RequestOptions()
    ) async throws -> AccountUser {
        var call = HTTPPipeline.Call(.updateCurrentUser, body: changes.body)
        call.secrets = [changes.currentPassword, changes.newPassword].compactMap(\.self)
        return try await pipeline.send(call, options, as: "an account")
    }
}

/// Changes to an account; members that are `nil` stay as they are.
public struct AccountChanges: Sendable, Hashable {
    /// The new name.
    public var name: String?
    /// The new e-mail address.
    public var email: String?
    /// The new language of the gateway's e-mails.
    public var language: AccountLanguage?
    /// The current password, which is required to set a new one.
    public var currentPassword: Secret?
    /// The new password.
    public var newPassword: Secret?

    /// Creates changes; members that are `nil` stay as they are.
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

    /// Creates a change of the password. Both passwords are kept as ``Secret``s.
    public init(currentPassword: String, newPassword: String) {
        self.init(currentPassword: Secret(currentPassword), newPassword: Secret(newPassword))
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

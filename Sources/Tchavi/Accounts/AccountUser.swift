public import Foundation

/// What an account may do.
public struct AccountRole: OpenEnum, JSONScalar {
    /// The role's name on the wire.
    public let rawValue: String
    /// A role by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// What every account may.
    public static let user: AccountRole = "USER"
    /// What administrators may.
    public static let admin: AccountRole = "ADMIN"
}

/// Whether an account is in order.
public struct AccountStatus: OpenEnum, JSONScalar {
    /// The status's name on the wire.
    public let rawValue: String
    /// A status by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It is.
    public static let active: AccountStatus = "ACTIVE"
    /// It was suspended.
    public static let suspended: AccountStatus = "SUSPENDED"
    /// It was banned.
    public static let banned: AccountStatus = "BANNED"
    /// It was deleted.
    public static let deleted: AccountStatus = "DELETED"
}

/// The language of the gateway's mail.
public struct AccountLanguage: OpenEnum, JSONScalar {
    /// The language's name on the wire.
    public let rawValue: String
    /// A language by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// French.
    public static let french: AccountLanguage = "fr"
    /// English.
    public static let english: AccountLanguage = "en"
}

/// An account.
public struct AccountUser: Sendable, Hashable, Identifiable {
    /// The account's id.
    public var id: String
    /// The e-mail address.
    public var email: String
    /// The name.
    public var name: String?
    /// What it may do.
    public var role: AccountRole
    /// Whether it is in order.
    public var status: AccountStatus
    /// Whether the e-mail address was confirmed.
    public var emailVerified: Bool
    /// The credits that are left.
    public var creditsBalance: Decimal
    /// When it was made.
    public var createdAt: Timestamp

    /// Makes an account, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The account's id.
    ///   - email: The e-mail address.
    ///   - name: The name.
    ///   - role: What it may do.
    ///   - status: Whether it is in order.
    ///   - emailVerified: Whether the e-mail address was confirmed.
    ///   - creditsBalance: The credits that are left.
    ///   - createdAt: When it was made.
    public init(
        id: String,
        email: String,
        name: String? = nil,
        role: AccountRole,
        status: AccountStatus,
        emailVerified: Bool,
        creditsBalance: Decimal,
        createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.status = status
        self.emailVerified = emailVerified
        self.creditsBalance = creditsBalance
        self.createdAt = createdAt
    }
}

extension AccountUser: JSONRepresentable {
    /// Reads `{id, email, name?, role, status, emailVerified, creditsBalance, createdAt}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        email = try object.required("email")
        name = try object.optional("name")
        role = try object.required("role")
        status = try object.required("status")
        emailVerified = try object.required("emailVerified")
        creditsBalance = try object.required("creditsBalance")
        createdAt = try object.required("createdAt")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("email", email)
        object.set("name", name)
        object.set("role", role)
        object.set("status", status)
        object.set("emailVerified", emailVerified)
        object.set("creditsBalance", creditsBalance)
        object.set("createdAt", createdAt)
        return object.json
    }
}

public import Foundation

/// The permissions of an account.
public struct AccountRole: OpenEnum {
    /// The role's name on the wire.
    public let rawValue: String
    /// Creates a role from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// An ordinary account.
    public static let user: AccountRole = "USER"
    /// An administrator's account.
    public static let admin: AccountRole = "ADMIN"
}

/// Whether an account may be used.
public struct AccountStatus: OpenEnum {
    /// The status's name on the wire.
    public let rawValue: String
    /// Creates a status from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The account is active.
    public static let active: AccountStatus = "ACTIVE"
    /// The account was suspended.
    public static let suspended: AccountStatus = "SUSPENDED"
    /// The account was banned.
    public static let banned: AccountStatus = "BANNED"
    /// The account was deleted.
    public static let deleted: AccountStatus = "DELETED"
}

/// The language of the gateway's e-mails.
public struct AccountLanguage: OpenEnum {
    /// The language's name on the wire.
    public let rawValue: String
    /// Creates a language from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// French.
    public static let french: AccountLanguage = "fr"
    /// English.
    public static let english: AccountLanguage = "en"
}

/// An account of the gateway.
public struct AccountUser: Codable, Sendable, Hashable, Identifiable {
    /// The account's id.
    public var id: String
    /// The e-mail address, with which the user logs in.
    public var email: String
    /// The user's name.
    public var name: String?
    /// The account's permissions.
    public var role: AccountRole
    /// Whether the account may be used.
    public var status: AccountStatus
    /// Whether the user has confirmed the e-mail address.
    public var emailVerified: Bool
    /// The number of credits that are left.
    public var creditsBalance: Decimal
    /// When the account was created.
    public var createdAt: Timestamp
}

public import Foundation

/// How long the credits of a pack remain valid.
public struct PackDuration: OpenEnum {
    /// The duration's name on the wire.
    public let rawValue: String
    /// Creates a duration from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Until they are used.
    public static let oneShot: PackDuration = "ONE_SHOT"
    /// One month.
    public static let monthly: PackDuration = "MONTHLY"
    /// One year.
    public static let annual: PackDuration = "ANNUAL"
}

/// A pack of credits that can be bought with ``Payments/initiate(_:options:)``.
public struct CreditPack: Codable, Sendable, Hashable, Identifiable {
    /// The pack's id.
    public var id: String
    /// The pack's name.
    public var name: String
    /// The number of credits in the pack.
    public var credits: Decimal
    /// The price, in ``currency``.
    public var price: Decimal
    /// The currency's ISO 4217 code.
    public var currency: String
    /// How long the credits remain valid.
    public var duration: PackDuration
    /// The number of API keys that the account may have with this pack.
    public var maxKeys: Int
    /// The number of requests a minute that the account may make with this pack.
    public var rateLimit: Int
    /// Whether the pack can be bought now.
    public var isActive: Bool
    /// What the pack is meant for.
    public var description: String?
}

public import Foundation

/// How many credits are left.
public struct CreditBalance: Sendable, Hashable {
    /// The credits that are left.
    public var creditsBalance: Decimal

    /// Makes a balance, for tests and gateways of your own.
    ///
    /// - Parameter creditsBalance: The credits that are left.
    public init(
        creditsBalance: Decimal
    ) {
        self.creditsBalance = creditsBalance
    }
}

extension CreditBalance: JSONRepresentable {
    /// Reads `{creditsBalance}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        creditsBalance = try object.required("creditsBalance")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("creditsBalance", creditsBalance)
        return object.json
    }
}

/// How long a pack lasts.
public struct PackDuration: OpenEnum, JSONScalar {
    /// The duration's name on the wire.
    public let rawValue: String
    /// A duration by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Until it is used up.
    public static let oneShot: PackDuration = "ONE_SHOT"
    /// A month.
    public static let monthly: PackDuration = "MONTHLY"
    /// A year.
    public static let annual: PackDuration = "ANNUAL"
}

/// A pack of credits that can be bought.
public struct CreditPack: Sendable, Hashable, Identifiable {
    /// The pack's id.
    public var id: String
    /// The pack's name.
    public var name: String
    /// How many credits it has.
    public var credits: Decimal
    /// What it costs, in its currency.
    public var price: Decimal
    /// The currency, as ISO 4217 has it.
    public var currency: String
    /// How long it lasts.
    public var duration: PackDuration
    /// How many API keys come with it.
    public var maxKeys: Int
    /// How many requests a minute come with it.
    public var rateLimit: Int
    /// Whether it can be bought now.
    public var isActive: Bool
    /// What it is for.
    public var description: String?

    /// Makes a pack, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The pack's id.
    ///   - name: The pack's name.
    ///   - credits: How many credits it has.
    ///   - price: What it costs, in its currency.
    ///   - currency: The currency, as ISO 4217 has it.
    ///   - duration: How long it lasts.
    ///   - maxKeys: How many API keys come with it.
    ///   - rateLimit: How many requests a minute come with it.
    ///   - isActive: Whether it can be bought now.
    ///   - description: What it is for.
    public init(
        id: String,
        name: String,
        credits: Decimal,
        price: Decimal,
        currency: String,
        duration: PackDuration,
        maxKeys: Int,
        rateLimit: Int,
        isActive: Bool,
        description: String? = nil
    ) {
        self.id = id
        self.name = name
        self.credits = credits
        self.price = price
        self.currency = currency
        self.duration = duration
        self.maxKeys = maxKeys
        self.rateLimit = rateLimit
        self.isActive = isActive
        self.description = description
    }
}

extension CreditPack: JSONRepresentable {
    /// Reads `{id, name, credits, price, currency, duration, maxKeys, rateLimit, isActive, description?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        name = try object.required("name")
        credits = try object.required("credits")
        price = try object.required("price")
        currency = try object.required("currency")
        duration = try object.required("duration")
        maxKeys = try object.required("maxKeys")
        rateLimit = try object.required("rateLimit")
        isActive = try object.required("isActive")
        description = try object.optional("description")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("name", name)
        object.set("credits", credits)
        object.set("price", price)
        object.set("currency", currency)
        object.set("duration", duration)
        object.set("maxKeys", maxKeys)
        object.set("rateLimit", rateLimit)
        object.set("isActive", isActive)
        object.set("description", description)
        return object.json
    }
}

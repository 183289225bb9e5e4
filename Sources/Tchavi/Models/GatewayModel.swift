public import Foundation

/// A model's price tier.
public struct ModelTier: OpenEnum, JSONScalar {
    /// The tier's name on the wire.
    public let rawValue: String
    /// A tier by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The cheapest.
    public static let nano: ModelTier = "NANO"
    /// The usual.
    public static let standard: ModelTier = "STANDARD"
    /// Above the usual.
    public static let pro: ModelTier = "PRO"
    /// The dearest.
    public static let premium: ModelTier = "PREMIUM"
}

/// What a model makes.
public struct ModelType: OpenEnum, JSONScalar {
    /// The type's name on the wire.
    public let rawValue: String
    /// A type by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Answers.
    public static let chat: ModelType = "chat"
    /// Embeddings.
    public static let embedding: ModelType = "embedding"
    /// Images.
    public static let image: ModelType = "image"
}

/// A model that the gateway offers, and what it costs.
public struct GatewayModel: Sendable, Hashable, Identifiable {
    /// The entry's id.
    public var id: String
    /// The model's name in requests.
    public var modelID: String
    /// The price tier.
    public var tier: ModelTier
    /// The credits that a thousand tokens of a request cost.
    public var creditsPerThousandInputTokens: Decimal
    /// The credits that a thousand tokens of an answer cost.
    public var creditsPerThousandOutputTokens: Decimal
    /// The model's name for people.
    public var displayName: String
    /// Who provides the model.
    public var provider: String
    /// Whether it can run in the cheaper, slower mode.
    public var supportsFlex: Bool
    /// Whether it is in service.
    public var isActive: Bool

    /// Makes an entry, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The entry's id.
    ///   - modelID: The model's name in requests.
    ///   - tier: The price tier.
    ///   - creditsPerThousandInputTokens: The credits that a thousand tokens of a request cost.
    ///   - creditsPerThousandOutputTokens: The credits that a thousand tokens of an answer cost.
    ///   - displayName: The model's name for people.
    ///   - provider: Who provides the model.
    ///   - supportsFlex: Whether it can run in the cheaper, slower mode.
    ///   - isActive: Whether it is in service.
    public init(
        id: String,
        modelID: String,
        tier: ModelTier,
        creditsPerThousandInputTokens: Decimal,
        creditsPerThousandOutputTokens: Decimal,
        displayName: String,
        provider: String,
        supportsFlex: Bool,
        isActive: Bool
    ) {
        self.id = id
        self.modelID = modelID
        self.tier = tier
        self.creditsPerThousandInputTokens = creditsPerThousandInputTokens
        self.creditsPerThousandOutputTokens = creditsPerThousandOutputTokens
        self.displayName = displayName
        self.provider = provider
        self.supportsFlex = supportsFlex
        self.isActive = isActive
    }
}

extension GatewayModel: JSONRepresentable {
    /// Reads the API's JSON.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        modelID = try object.required("modelId")
        tier = try object.required("tier")
        creditsPerThousandInputTokens = try object.required("creditsPerKInput")
        creditsPerThousandOutputTokens = try object.required("creditsPerKOutput")
        displayName = try object.required("displayName")
        provider = try object.required("provider")
        supportsFlex = try object.required("supportsFlex")
        isActive = try object.required("isActive")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("modelId", modelID)
        object.set("tier", tier)
        object.set("creditsPerKInput", creditsPerThousandInputTokens)
        object.set("creditsPerKOutput", creditsPerThousandOutputTokens)
        object.set("displayName", displayName)
        object.set("provider", provider)
        object.set("supportsFlex", supportsFlex)
        object.set("isActive", isActive)
        return object.json
    }
}

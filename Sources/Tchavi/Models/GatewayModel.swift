public import Foundation

/// A model's price tier.
public struct ModelTier: OpenEnum, JSONScalar {
    /// The tier's name on the wire.
    public let rawValue: String
    /// Creates a tier from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The cheapest tier.
    public static let nano: ModelTier = "NANO"
    /// The second cheapest tier.
    public static let standard: ModelTier = "STANDARD"
    /// The second most expensive tier.
    public static let pro: ModelTier = "PRO"
    /// The most expensive tier.
    public static let premium: ModelTier = "PREMIUM"
}

/// What a model produces.
public struct ModelType: OpenEnum, JSONScalar {
    /// The type's name on the wire.
    public let rawValue: String
    /// Creates a type from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Chat completions.
    public static let chat: ModelType = "chat"
    /// Embeddings.
    public static let embedding: ModelType = "embedding"
    /// Images.
    public static let image: ModelType = "image"
}

/// A model that the gateway offers, and what it costs.
public struct GatewayModel: Codable, Sendable, Hashable, Identifiable {
    /// The entry's id.
    public var id: String
    /// The model's name in requests.
    public var modelID: String
    /// The price tier.
    public var tier: ModelTier
    /// The credits that a thousand tokens of a request cost.
    public var creditsPerThousandInputTokens: Decimal
    /// The credits that a thousand tokens of a response cost.
    public var creditsPerThousandOutputTokens: Decimal
    /// The model's name for people.
    public var displayName: String
    /// The provider's name.
    public var provider: String
    /// Whether the model can run in the cheaper, slower mode.
    public var supportsFlex: Bool
    /// Whether the model is in service.
    public var isActive: Bool

    private enum CodingKeys: String, CodingKey {
        case id, tier, displayName, provider, supportsFlex, isActive
        case modelID = "modelId"
        case creditsPerThousandInputTokens = "creditsPerKInput"
        case creditsPerThousandOutputTokens = "creditsPerKOutput"
    }
}

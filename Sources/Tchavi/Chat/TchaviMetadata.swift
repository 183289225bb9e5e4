public import Foundation

/// How the gateway routed a call, and what it charged.
public struct TchaviMetadata: Sendable, Hashable {
    /// The model's price tier.
    public var tier: ModelTier
    /// What the model produces.
    public var modelType: ModelType
    /// The mode that was requested.
    public var mode: String
    /// The mode in which the call ran.
    public var modeEffective: String
    /// The credits that the call cost.
    public var creditsUsed: Decimal
    /// The credits that are left.
    public var creditsRemaining: Decimal
    /// Unrecognized fields of the metadata.
    public var additionalFields: [String: JSONValue]

    /// Creates metadata, for tests and for gateways of your own.
    public init(
        tier: ModelTier,
        modelType: ModelType,
        mode: String,
        modeEffective: String,
        creditsUsed: Decimal,
        creditsRemaining: Decimal
    ) {
        self.tier = tier
        self.modelType = modelType
        self.mode = mode
        self.modeEffective = modeEffective
        self.creditsUsed = creditsUsed
        self.creditsRemaining = creditsRemaining
        additionalFields = [:]
    }
}

extension TchaviMetadata: JSONMapped {
    package init() {
        self.init(tier: "", modelType: "", mode: "", modeEffective: "", creditsUsed: 0, creditsRemaining: 0)
    }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("tier", &tier)
        json.defaulted("model_type", &modelType)
        json.defaulted("mode", &mode)
        json.defaulted("mode_effective", &modeEffective)
        json.field("credits_used", &creditsUsed)
        json.field("credits_remaining", &creditsRemaining)
        json.rest(&additionalFields)
    }
}

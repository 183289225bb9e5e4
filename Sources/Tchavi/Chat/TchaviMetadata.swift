public import Foundation

/// What the gateway says of every call that it passes on: how it was routed, and what it cost.
public struct TchaviMetadata: Sendable, Hashable {
    /// The model's price tier.
    public var tier: ModelTier
    /// What the model produces.
    public var modelType: ModelType
    /// The mode that was asked for.
    public var mode: String
    /// The mode that the call ran in.
    public var modeEffective: String
    /// The credits that the call cost.
    public var creditsUsed: Decimal
    /// The credits that are left.
    public var creditsRemaining: Decimal
    /// What else the gateway says.
    public var additionalFields: [String: JSONValue]

    /// Makes metadata, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - tier: The model's price tier.
    ///   - modelType: What kind of model it was.
    ///   - mode: The mode that was asked for.
    ///   - modeEffective: The mode that the call ran in.
    ///   - creditsUsed: The credits that the call cost.
    ///   - creditsRemaining: The credits that are left.
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

public import Foundation

/// What the gateway says of every call that it passes on: how it was routed, and what it cost.
public struct TchaviMetadata: Sendable, Hashable {
    /// The model's price tier.
    public var tier: String
    /// What kind of model it was: `chat`, `embedding`, `image`.
    public var modelType: String
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
        tier: String,
        modelType: String,
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

extension TchaviMetadata: JSONRepresentable {
    /// Reads `{tier, model_type, mode, mode_effective, credits_used, credits_remaining}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the credits are missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        tier = try object.optional("tier") ?? ""
        modelType = try object.optional("model_type") ?? ""
        mode = try object.optional("mode") ?? ""
        modeEffective = try object.optional("mode_effective") ?? ""
        creditsUsed = try object.required("credits_used")
        creditsRemaining = try object.required("credits_remaining")
        additionalFields = object.remaining
    }

    /// `{tier, model_type, mode, mode_effective, credits_used, credits_remaining}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("tier", tier)
        object.set("model_type", modelType)
        object.set("mode", mode)
        object.set("mode_effective", modeEffective)
        object.set("credits_used", creditsUsed)
        object.set("credits_remaining", creditsRemaining)
        return object.json
    }
}

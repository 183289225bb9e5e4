public import Tchavi

/// A deployment of a version: the queries that it applies to, when it was deployed, and its share in a split.
public struct Deployment: Sendable, Hashable, Identifiable {
    /// The deployment's id, which selections and explanations name.
    public var id: String
    /// When the version was deployed. Of deployments that match equally well, the newest is selected.
    public var timestamp: Timestamp?
    /// The version's number as the JSON repeats it. Selection ignores it and uses the key in
    /// ``PromptRecord/deployments``.
    public var version: Int?
    /// The rules that a query has to satisfy; without rules the deployment is unconditional.
    public var query: RuleGroup?
    /// A flag of Maxim's JSON, kept but ignored: the fallback is ``PromptRecord/fallbackVersion``.
    public var isFallback: Bool
    /// The weight in a split with the other deployments that match equally well; a negative weight counts as 0.
    public var weight: Double?
    /// The name of the experiment, which is the salt of the split; an empty name counts as `nil`.
    public var experiment: String?
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue]
    /// Why the deployment could not be read; `nil` if it could. Such a deployment is never selected.
    public var unreadableReason: String?
    /// Unrecognized fields of its `rules`.
    var additionalRuleFields: [String: JSONValue]

    /// Creates a deployment, which is unconditional if `query` is `nil`.
    public init(
        id: String,
        timestamp: Timestamp? = nil,
        query: RuleGroup? = nil,
        weight: Double? = nil,
        experiment: String? = nil
    ) {
        self.id = id
        self.timestamp = timestamp
        version = nil
        self.query = query
        isFallback = false
        self.weight = weight
        self.experiment = experiment
        additionalFields = [:]
        additionalRuleFields = [:]
    }

    /// Whether the deployment has no rules, so that it applies to every query that no other deployment matches.
    public var isUnconditional: Bool { unreadableReason == nil && query?.rules.isEmpty ?? true }
}

extension Deployment: JSONMapped {
    package init() { self.init(id: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("id", &id)
        json.field("timestamp", &timestamp)
        json.object("rules") { rules in
            rules.lenient("version", &version)
            rules.field("query", &query)
            rules.rest(&additionalRuleFields)
        }
        json.defaulted("isFallback", &isFallback)
        json.field("weight", &weight)
        json.field("experiment", &experiment)
        json.rest(&additionalFields)
    }
}

public import Tchavi

/// A version put into service: for whom, since when, and with what share.
public struct Deployment: Sendable, Hashable {
    /// The deployment's id.
    public var id: String
    /// When it was made; of deployments that match equally well the newest wins.
    public var timestamp: Timestamp?
    /// The number of the version, as the wire form repeats it. Not read: the record's key decides.
    public var version: Int?
    /// For which queries it is; without rules it is for all.
    public var query: RuleGroup?
    /// Carried from the wire form and not read: a record's fallback is ``PromptRecord/fallbackVersion``.
    public var isFallback: Bool
    /// Its share in a split with the other deployments that match equally well; below 0 counts as 0.
    public var weight: Double?
    /// The experiment, whose name is the salt of the split; empty counts as absent.
    public var experiment: String?
    /// What else the deployment has.
    public var additionalFields: [String: JSONValue]
    /// What else its `rules` have.
    var additionalRuleFields: [String: JSONValue]

    /// Makes a deployment.
    ///
    /// - Parameters:
    ///   - id: The deployment's id.
    ///   - timestamp: When it was made.
    ///   - query: For which queries it is.
    ///   - weight: Its share in a split.
    ///   - experiment: The experiment that the split belongs to.
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

    /// Whether the deployment is for all queries.
    public var isUnconditional: Bool { query?.rules.isEmpty ?? true }
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

public import Tchavi

/// The operator of a rule. The set is open: unknown operators are kept, and a rule with one is never satisfied.
public struct RuleOperator: OpenEnum, JSONScalar {
    /// The operator in JSON.
    public let rawValue: String
    /// Creates an operator from its form in JSON.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The query's value equals the rule's.
    public static let equal: RuleOperator = "="
    /// The query's value differs from the rule's.
    public static let notEqual: RuleOperator = "!="
    /// The query's value is greater than the rule's.
    public static let greater: RuleOperator = ">"
    /// The query's value is less than the rule's.
    public static let less: RuleOperator = "<"
    /// The query's value is greater than or equal to the rule's.
    public static let atLeast: RuleOperator = ">="
    /// The query's value is less than or equal to the rule's.
    public static let atMost: RuleOperator = "<="
    /// The rule's array includes the query's value, or the rule's string contains it as a substring.
    public static let includes: RuleOperator = "includes"
    /// The rule's array or string does not include the query's value.
    public static let excludes: RuleOperator = "does not include"

    /// Both values are the same version: `2.10` is `2.10.0`. For `appVersion` and the like, which the operators above
    /// compare as text, so that `2.10` comes before `2.9`. The five version operators are this package's own. Write
    /// versions as strings, because the number `2.10` is 2.1.
    public static let versionEqual: RuleOperator = "version ="
    /// The query's value is a later version than the rule's.
    public static let versionGreater: RuleOperator = "version >"
    /// The query's value is an earlier version than the rule's.
    public static let versionLess: RuleOperator = "version <"
    /// The query's value is the rule's version or a later one.
    public static let versionAtLeast: RuleOperator = "version >="
    /// The query's value is the rule's version or an earlier one.
    public static let versionAtMost: RuleOperator = "version <="

    static let known: Set<RuleOperator> = versions.union(
        [.equal, .notEqual, .greater, .less, .atLeast, .atMost, .includes, .excludes]
    )
    /// The operators that compare values as versions.
    static let versions: Set<RuleOperator> = [
        .versionEqual, .versionGreater, .versionLess, .versionAtLeast, .versionAtMost,
    ]
}

extension RuleOperator {
    /// What ends the operator of a rule whose value is null, which makes it one that nothing satisfies.
    fileprivate static let nullSuffix = " null"

    fileprivate var comparesWithNull: Bool { rawValue.hasSuffix(Self.nullSuffix) }
}

/// A rule of a deployment, which compares a field of the query with a value.
///
/// A rule whose value is `null` in JSON compares with nothing, so no query satisfies it, whether it is negated or not. Its
/// operator has the ending ` null` here, as in `= null`, and its ``value`` is empty; it is encoded as it was.
public struct Rule: Sendable, Hashable {
    /// The name of the query's field.
    public var field: String
    /// How the query's value is compared with the rule's.
    public var `operator`: RuleOperator
    /// The value to compare with. The query's value is converted to its type.
    public var value: ConditionValue
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a rule: `Rule("plan", .equal, "enterprise")`.
    public init(_ field: String, _ operator: RuleOperator, _ value: ConditionValue) {
        self.field = field
        self.operator = `operator`
        self.value = value
    }
}

extension Rule: JSONMapped {
    package init() { self.init("", .equal, "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("field", &field)
        let isValueNull = json.isReading ? json.members["value"] == .null : self.operator.comparesWithNull
        guard isValueNull else {
            json.field("operator", &self.operator)
            json.field("value", &value)
            return json.rest(&additionalFields)
        }
        var name = self.operator.rawValue
        if !json.isReading { name.removeLast(RuleOperator.nullSuffix.count) }
        json.field("operator", &name)
        if json.isReading { self.operator = RuleOperator(rawValue: name + RuleOperator.nullSuffix) }
        var null: JSONValue? = .null
        json.raw("value", &null)
        json.rest(&additionalFields)
    }
}

extension Rule: CustomStringConvertible {
    /// The rule in readable form: `plan = enterprise`.
    public var description: String { "\(field) \(self.operator) \(value)" }
}

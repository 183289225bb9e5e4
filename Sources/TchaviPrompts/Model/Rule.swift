public import Tchavi

/// How a rule compares. The set is open: an operator that is not known satisfies nothing, and is kept as it was read.
public struct RuleOperator: OpenEnum, JSONScalar {
    /// The operator on the wire.
    public let rawValue: String
    /// An operator as it stands on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The given value equals the rule's.
    public static let equal: RuleOperator = "="
    /// The given value differs from the rule's.
    public static let notEqual: RuleOperator = "!="
    /// The given value is greater than the rule's.
    public static let greater: RuleOperator = ">"
    /// The given value is less than the rule's.
    public static let less: RuleOperator = "<"
    /// The given value is at least the rule's.
    public static let atLeast: RuleOperator = ">="
    /// The given value is at most the rule's.
    public static let atMost: RuleOperator = "<="
    /// The rule's value includes the given one.
    public static let includes: RuleOperator = "includes"
    /// The rule's value does not include the given one.
    public static let excludes: RuleOperator = "does not include"

    static let known: Set<RuleOperator> = [
        .equal, .notEqual, .greater, .less, .atLeast, .atMost, .includes, .excludes,
    ]
}

/// One comparison of a deployment: a field of the query, an operator and a value.
public struct Rule: Sendable, Hashable {
    /// The query's field that is compared.
    public var field: String
    /// How it is compared.
    public var `operator`: RuleOperator
    /// What it is compared with. Its kind decides how the given value is read.
    public var value: ConditionValue
    /// What else the rule has.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - field: The query's field that is compared.
    ///   - operator: How it is compared.
    ///   - value: What it is compared with.
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
        json.field("operator", &self.operator)
        json.field("value", &value)
        json.rest(&additionalFields)
    }
}

extension Rule: CustomStringConvertible {
    /// The rule as a person would write it: `plan = enterprise`.
    public var description: String { "\(field) \(self.operator) \(value)" }
}

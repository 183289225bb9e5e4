public import Tchavi

/// A group of rules and nested groups, combined by AND or OR.
public struct RuleGroup: Sendable, Hashable {
    /// How the members of a group are combined. The set is open: unknown combinators are kept, and a deployment that
    /// has one at any depth is never selected.
    public struct Combinator: OpenEnum, JSONScalar {
        /// The combinator in JSON.
        public let rawValue: String
        /// Creates a combinator from its form in JSON, in upper or lower case.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Every member has to be satisfied.
        public static let and: Combinator = "AND"
        /// At least one member has to be satisfied.
        public static let or: Combinator = "OR"

        /// Whether every member has to be satisfied; `nil` for an unknown combinator.
        var isConjunction: Bool? {
            switch rawValue.lowercased() {
            case "and": true
            case "or": false
            default: nil
            }
        }
    }

    /// A member of a group: a rule or a nested group.
    public enum Member: Sendable, Hashable {
        /// A single rule.
        case rule(Rule)
        /// A nested group.
        case group(RuleGroup)
    }

    /// Whether the group is negated.
    public var not: Bool
    /// How the members are combined.
    public var combinator: Combinator
    /// The rules and nested groups.
    public var rules: [Member]
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a group: `RuleGroup(.or, [.rule(first), .rule(second)])`.
    public init(_ combinator: Combinator = .and, _ rules: [Member], not: Bool = false) {
        self.not = not
        self.combinator = combinator
        self.rules = rules
    }
}

extension RuleGroup: JSONMapped {
    package init() { self.init(.and, []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("not", &not)
        json.defaulted("combinator", &combinator)
        json.defaulted("rules", &rules)
        json.rest(&additionalFields)
    }
}

extension RuleGroup.Member: JSONRepresentable, JSONConvertible {
    /// Creates a group from a JSON object that has `rules`, or else a rule.
    ///
    /// - Parameter json: The JSON object.
    /// - Throws: `JSONError` if the object is not a valid group or rule.
    public init(json: JSONValue) throws(JSONError) {
        if let rules = json["rules"], !rules.isNull {
            self = .group(try RuleGroup(json: json))
        } else {
            self = .rule(try Rule(json: json))
        }
    }

    /// The JSON form of the rule or the group.
    public var json: JSONValue {
        switch self {
        case .rule(let rule): rule.json
        case .group(let group): group.json
        }
    }
}

extension RuleGroup: CustomStringConvertible {
    /// The group in readable form: `not (plan = pro or beta = true)`.
    public var description: String {
        let word = " \(combinator.rawValue.lowercased()) "
        let members = rules.map { member in
            switch member {
            case .rule(let rule): rule.description
            case .group(let group): group.not ? group.description : "(\(group))"
            }
        }
        let text = members.isEmpty ? "anything" : members.joined(separator: word)
        return not ? "not (\(text))" : text
    }
}

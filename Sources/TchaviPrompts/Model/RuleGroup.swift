public import Tchavi

/// Rules and groups of rules, of which all or one must hold.
public struct RuleGroup: Sendable, Hashable {
    /// How the members of a group are combined. The set is open: with a combinator that is not known, at any depth, a
    /// deployment does not compete.
    public struct Combinator: OpenEnum, JSONScalar {
        /// The combinator on the wire.
        public let rawValue: String
        /// A combinator as it stands on the wire, in any case.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Every member must hold.
        public static let and: Combinator = "AND"
        /// One member must hold.
        public static let or: Combinator = "OR"

        /// Whether every member must hold; `nil` for a combinator that is not known.
        var isConjunction: Bool? {
            switch rawValue.lowercased() {
            case "and": true
            case "or": false
            default: nil
            }
        }
    }

    /// A rule, or a group within the group.
    public enum Member: Sendable, Hashable {
        /// A rule.
        case rule(Rule)
        /// A group.
        case group(RuleGroup)
    }

    /// Whether the group must not hold.
    public var not: Bool
    /// How the members are combined.
    public var combinator: Combinator
    /// The members.
    public var rules: [Member]
    /// What else the group has.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a group.
    ///
    /// - Parameters:
    ///   - combinator: How the members are combined.
    ///   - rules: The members.
    ///   - not: Whether the group must not hold.
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
    /// Reads a group, which is what has `rules`, or else a rule.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where it is neither.
    public init(json: JSONValue) throws(JSONError) {
        if let rules = json["rules"], !rules.isNull {
            self = .group(try RuleGroup(json: json))
        } else {
            self = .rule(try Rule(json: json))
        }
    }

    /// The rule or the group.
    public var json: JSONValue {
        switch self {
        case .rule(let rule): rule.json
        case .group(let group): group.json
        }
    }
}

extension RuleGroup: CustomStringConvertible {
    /// The group as a person would write it: `not (plan = pro or beta = true)`.
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

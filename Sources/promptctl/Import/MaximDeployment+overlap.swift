import Tchavi
import TchaviPrompts

extension MaximDeployment {
    /// Whether a query may match both deployments: no rule or tag that one of them needs is known to contradict one that
    /// the other needs.
    func mayOverlap(_ other: MaximDeployment) -> Bool {
        let needed = required + tags.filter { isUsed($0, other) }
        let otherNeeded = other.required + other.tags.filter { isUsed($0, other) }
        return !needed.contains { leaf in otherNeeded.contains { leaf.contradicts($0) } }
    }

    /// How many rules and tags the deployment may count as, given a number of rules, for a query that another one matches
    /// as well: tags count where the query has their field. A field that both versions are tagged with is left out, because
    /// it counts for both.
    func range(_ counts: ClosedRange<Int>, with other: MaximDeployment) -> ClosedRange<Int> {
        let certain = tags.count { isUsed($0, other) }
        let possible = tags.count { tag in
            !isUsed(tag, other) && !other.tags.contains { $0.rule.field == tag.rule.field }
        }
        return counts.lowerBound + certain...counts.upperBound + certain + possible
    }

    /// Whether a query that matches both deployments has the field of a tag.
    private func isUsed(_ tag: Leaf, _ other: MaximDeployment) -> Bool {
        fields.contains(tag.rule.field) || other.fields.contains(tag.rule.field)
    }
}

extension MaximDeployment.Leaf {
    /// Whether it is certain that no value satisfies both; only for rules that allow a few values.
    fileprivate func contradicts(_ other: Self) -> Bool {
        guard rule.field == other.rule.field else { return false }
        return allowsNone(of: other) || other.allowsNone(of: self)
    }

    /// Whether the other allows a few values only, none of which this one does.
    private func allowsNone(of other: Self) -> Bool {
        // Values of other types can be equal although they are not written alike, such as `20` and `"20.0"`.
        guard let values = other.few, rule.value.kind.isComparable(with: other.rule.value.kind) else { return false }
        if let own = few { return values.isDisjoint(with: own) }
        switch effectiveOperator {
        case .notEqual: return values == [rule.value.description]
        case .includes:
            guard case .string(let text) = rule.value else { return false }
            return values.allSatisfy { !text.contains($0) }
        case .excludes:
            switch rule.value {
            case .strings(let excluded): return values.isSubset(of: excluded)
            case .string(let text): return values.allSatisfy { text.contains($0) }
            default: return false
            }
        default: return false
        }
    }

    /// The values that satisfy the rule, if these are a few.
    private var few: Set<String>? {
        switch (effectiveOperator, rule.value) {
        case (.equal, .strings), (.notEqual, _): nil
        case (.equal, let value): [value.description]
        case (.includes, .strings(let values)): Set(values)
        default: nil
        }
    }

    private var effectiveOperator: RuleOperator {
        guard isNegated else { return rule.operator }
        return switch rule.operator {
        case .equal: .notEqual
        case .notEqual: .equal
        case .includes: .excludes
        case .excludes: .includes
        default: RuleOperator(rawValue: "not " + rule.operator.rawValue)
        }
    }
}

extension ConditionValue {
    /// The types that Maxim's SDKs convert a query's value to.
    enum Kind: String {
        case string = "a string"
        case number = "a number"
        case boolean = "a Boolean"
        case array = "an array"

        fileprivate func isComparable(with other: Kind) -> Bool {
            self == other || [self, other].allSatisfy { [.string, .array].contains($0) }
        }
    }

    var kind: Kind {
        switch self {
        case .string: .string
        case .integer, .number: .number
        case .boolean: .boolean
        case .strings: .array
        }
    }
}

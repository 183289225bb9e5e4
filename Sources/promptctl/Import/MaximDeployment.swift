import Tchavi
import TchaviPrompts

/// A deployment with what the comparison with Maxim's selection needs to know about its rules.
struct MaximDeployment {
    /// A rule, or a tag of the version, which is one on the tag's name.
    struct Leaf {
        let rule: Rule
        let isTag: Bool
        /// Whether an odd number of negated groups contains it.
        let isNegated: Bool

        var text: String { isTag ? "tag \(rule)" : rule.description }
        /// A rule whose value is `null` in JSON, which nothing satisfies.
        var comparesWithNull: Bool { rule.operator.rawValue.hasSuffix(" null") }
    }

    let version: PromptVersion
    let deployment: Deployment
    /// Every rule, at any depth, and every tag.
    private(set) var leaves: [Leaf] = []
    /// The groups inside the deployment's group, at any depth.
    private(set) var nestedGroups: [RuleGroup] = []
    /// The rules that every query satisfies that the deployment matches.
    private(set) var required: [Leaf] = []
    /// How many rules the deployment's group counts as in this package, for some query that it matches.
    private(set) var specificity = 0...0
    /// The version's tags, in the order of their names.
    let tags: [Leaf]
    /// The fields of the rules.
    private(set) var fields: Set<String> = []

    init(_ deployment: Deployment, of version: PromptVersion) {
        self.deployment = deployment
        self.version = version
        tags = (version.config?.tags ?? [:]).sorted { $0.key < $1.key }.map { name, value in
            Leaf(rule: Rule(name, .equal, value), isTag: true, isNegated: false)
        }
        if let group = deployment.query {
            specificity = visit(group, isNegated: false, isRequired: true)
        }
        fields = Set(leaves.map(\.rule.field))
        leaves += tags
    }

    var id: String { deployment.id }
    /// The deployment's group and those inside it.
    var groups: [RuleGroup] { [deployment.query].compactMap(\.self) + nestedGroups }
    /// The number of rules in the deployment's group itself, by which Maxim ranks it.
    var ruleCount: Int { deployment.query?.rules.count ?? 0 }
    /// Whether the group's combinators are all known, without which it is never selected in this package.
    var isSelectable: Bool { groups.allSatisfy { $0.combinator.isAnd || $0.combinator.isOr } }

    private mutating func visit(_ group: RuleGroup, isNegated: Bool, isRequired: Bool) -> ClosedRange<Int> {
        let isNegated = isNegated != group.not
        let isConjunction = group.combinator.isAnd != isNegated
        let isRequired = isRequired && (isConjunction || group.rules.count == 1)
        let counts = group.rules.map { member in
            switch member {
            case .rule(let rule):
                leaves.append(Leaf(rule: rule, isTag: false, isNegated: isNegated))
                if isRequired { required += leaves.suffix(1) }
                return 1...1
            case .group(let inner):
                nestedGroups.append(inner)
                return visit(inner, isNegated: isNegated, isRequired: isRequired)
            }
        }
        if isConjunction {
            return counts.reduce(0...0) { $0.lowerBound + $1.lowerBound...$0.upperBound + $1.upperBound }
        }
        return (counts.map(\.lowerBound).min() ?? 0)...(counts.map(\.upperBound).max() ?? 0)
    }
}

extension RuleGroup.Combinator {
    var isAnd: Bool { rawValue.lowercased() == "and" }
    var isOr: Bool { rawValue.lowercased() == "or" }
}

/// A deployment with its rules and its version's tags compiled.
struct CompiledDeployment: Sendable {
    let candidate: Candidate
    let tree: RuleTree
    /// The field of each rule, without those of tags.
    let fields: [Int]
    /// The first combinator that is neither AND nor OR. A deployment that has one is never selected.
    let unknownCombinator: RuleGroup.Combinator?

    /// Whether some query can select the deployment by its rules and tags.
    var canCompete: Bool { unknownCombinator == nil && candidate.deployment.unreadableReason == nil }

    /// Compiles a deployment, and adds the fields of its rules and tags to a table.
    init(_ candidate: Candidate, _ table: inout FieldTable) {
        self.candidate = candidate
        var compiler = RuleCompiler(table: table)
        let tags = candidate.tags.map { RuleTree.tag(compiler.test($0.field, .equal, $0.value, wanted: true)) }
        tree =
            if let group = candidate.deployment.query, !group.rules.isEmpty {
                compiler.tree(group, tags)
            } else {
                .all(tags)
            }
        unknownCombinator = compiler.unknownCombinator
        table = compiler.table
        fields = tree.rules.map(\.field)
    }
}

/// Numbers for the fields of a record's rules and tags.
struct FieldTable: Sendable {
    private var numbers: [ByteText: Int] = [:]
    /// The fields' names, by their numbers.
    private(set) var names: [String] = []

    /// Returns the number of a field, or `nil` if no rule and no tag uses it.
    func number(of name: String) -> Int? { numbers[ByteText(name)] }

    /// Returns the number of a field, which is added if it is new.
    mutating func add(_ name: String) -> Int {
        let key = ByteText(name)
        if let number = numbers[key] { return number }
        numbers[key] = names.count
        names.append(name)
        return names.count - 1
    }

    /// Returns the rule that a test was compiled from.
    func rule(_ test: RuleTest) -> Rule { Rule(names[test.field], test.comparison, test.value) }
}

/// Compiles rule groups into trees.
private struct RuleCompiler {
    var table: FieldTable
    var unknownCombinator: RuleGroup.Combinator?

    mutating func test(_ field: String, _ comparison: RuleOperator, _ value: ConditionValue, wanted: Bool) -> RuleTest {
        RuleTest(field: table.add(field), comparison: comparison, value: value, wanted: wanted)
    }

    /// Compiles a deployment's group together with its version's tags: *Selecting versions*, step 3.
    mutating func tree(_ group: RuleGroup, _ tags: [RuleTree]) -> RuleTree {
        let tree = tree(group, isNegated: false)
        guard !tags.isEmpty else { return tree }
        return switch tree {
        case .all(let members) where !group.not: .all(members + tags)
        case .any(let members) where !group.not: .any(members + tags)
        default: .all([tree] + tags)
        }
    }

    private mutating func tree(_ group: RuleGroup, isNegated: Bool) -> RuleTree {
        let isNegated = isNegated != group.not
        var members: [RuleTree] = []
        members.reserveCapacity(group.rules.count)
        for member in group.rules {
            switch member {
            case .rule(let rule): members.append(.rule(test(rule.field, rule.operator, rule.value, wanted: !isNegated)))
            case .group(let group): members.append(tree(group, isNegated: isNegated))
            }
        }
        guard let isConjunction = group.combinator.isConjunction else {
            unknownCombinator = unknownCombinator ?? group.combinator
            return .any([])
        }
        // De Morgan: a negated AND is the OR of its negated members, and vice versa.
        return isConjunction != isNegated ? .all(members) : .any(members)
    }
}

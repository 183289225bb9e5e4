/// A deployment with its rules and tags in the form that the checks need.
struct CheckedDeployment {
    /// A rule or tag, and whether its comparison has to be true or false.
    struct Condition {
        let field: Int
        let rule: Rule
        let wanted: Bool

        var text: String { (wanted ? "" : "not ") + rule.description }
    }

    let candidate: Candidate
    let unknownCombinator: RuleGroup.Combinator?
    /// Every rule, at any depth.
    private(set) var rules: [Condition] = []
    /// The rules that every query has to satisfy that the deployment matches.
    private(set) var required: [Condition] = []
    /// The version's tags, in the order of their names.
    private(set) var tags: [Condition] = []
    /// The numbers of the fields of the rules and tags.
    private(set) var fields: Set<Int> = []
    /// The number of its audience among all of the record.
    let audienceNumber: Int
    /// The number of its audience without the tags that no rule of the record is on, because they only describe.
    let splitNumber: Int
    /// Whether groups that have no alternatives, such as an OR group without rules, keep it from ever matching.
    let hasNoAlternatives: Bool
    /// Whether no query matches it, whatever the values are: because of such groups, or of impossible rules.
    let isNeverTrue: Bool
    private let tagsAreAlternatives: Bool

    init(_ compiled: CompiledDeployment, _ fields: FieldTable, audienceNumber: Int, splitNumber: Int) {
        candidate = compiled.candidate
        unknownCombinator = compiled.unknownCombinator
        self.audienceNumber = audienceNumber
        self.splitNumber = splitNumber
        tagsAreAlternatives = if case .any = compiled.tree { true } else { false }
        hasNoAlternatives = compiled.tree.isNeverTrue { _ in false }
        isNeverTrue = compiled.tree.isNeverTrue { test in
            Condition(field: test.field, rule: fields.rule(test), wanted: test.wanted).isImpossible
        }
        visit(compiled.tree, fields, isRequired: true)
    }

    private mutating func visit(_ tree: RuleTree, _ table: FieldTable, isRequired: Bool) {
        switch tree {
        case .rule(let test):
            let condition = Condition(field: test.field, rule: table.rule(test), wanted: test.wanted)
            rules.append(condition)
            fields.insert(test.field)
            if isRequired { required.append(condition) }
        case .tag(let test):
            tags.append(Condition(field: test.field, rule: table.rule(test), wanted: true))
            fields.insert(test.field)
        case .all(let members):
            for member in members { visit(member, table, isRequired: isRequired) }
        case .any(let members):
            for member in members { visit(member, table, isRequired: isRequired && members.count == 1) }
        }
    }

    var id: String { candidate.deployment.id }
    var version: PromptVersion { candidate.version }
    var hasWeight: Bool { candidate.deployment.weight != nil }
    var isArm: Bool { candidate.weight > 0 }

    /// Whether every rule has to be satisfied.
    var isConjunction: Bool { required.count == rules.count }

    /// The tags that every query has to satisfy that the deployment matches, because a rule is on the same field.
    var requiredTags: [Condition] {
        guard !tags.isEmpty, !tagsAreAlternatives else { return [] }
        let fields = Set(required.map(\.field))
        return tags.filter { fields.contains($0.field) }
    }
}

extension RuleTree {
    /// Whether no query makes the tree true, because of groups without members and of rules that cannot be satisfied.
    fileprivate func isNeverTrue(_ isImpossible: (RuleTest) -> Bool) -> Bool {
        switch self {
        case .rule(let test): isImpossible(test)
        case .tag: false
        case .all(let members): members.contains { $0.isNeverTrue(isImpossible) }
        case .any(let members): members.allSatisfy { $0.isNeverTrue(isImpossible) }
        }
    }
}

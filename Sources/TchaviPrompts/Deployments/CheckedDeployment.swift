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
    let audience: Int
    /// The number of its audience without the tags that no rule of the record is on, because they only describe.
    let split: Int
    private let tagsAreAlternatives: Bool

    init(_ compiled: CompiledDeployment, _ fields: FieldTable, audience: Int, split: Int) {
        candidate = compiled.candidate
        unknownCombinator = compiled.unknownCombinator
        self.audience = audience
        self.split = split
        tagsAreAlternatives = if case .any = compiled.tree { true } else { false }
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

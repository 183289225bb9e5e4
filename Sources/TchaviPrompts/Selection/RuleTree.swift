/// A deployment's rules and its version's tags, compiled: `not` is pushed down to the rules, fields are numbers, and the
/// tags stand where they join the rules. `SELECTION.md`, step 3 and "Evaluation".
enum RuleTree: Sendable {
    /// A rule.
    case rule(RuleTest)
    /// A tag of the version. It is a member of its group only if the query mentions its field.
    case tag(RuleTest)
    /// A group that holds if every member does, also if it has none.
    case all([RuleTree])
    /// A group that holds if one member does.
    case any([RuleTree])
}

/// A comparison, and the outcome that it has to have.
struct RuleTest: Sendable {
    /// The field's number in the record's ``FieldTable``.
    let field: Int
    let comparison: RuleOperator
    let value: ConditionValue
    /// False for a rule under an odd number of negations.
    let wanted: Bool
}

/// What a query makes of a tree.
struct Evaluation {
    /// Whether the tree holds.
    var isTrue: Bool
    /// How many satisfied rules and tags its truth rests on.
    var specificity = 0
    /// The conditions that those have consumed.
    var consumed = ConditionSet()
}

extension RuleTree {
    /// `SELECTION.md`, "Evaluation" and step 5.
    func evaluate(_ query: CompiledQuery) -> Evaluation {
        switch self {
        case .rule(let test), .tag(let test):
            guard let condition = query.condition(satisfying: test) else { return Evaluation(isTrue: false) }
            var result = Evaluation(isTrue: true, specificity: 1)
            result.consumed.insert(condition)
            return result
        case .all(let members):
            var result = Evaluation(isTrue: true)
            for member in members where member.isPresent(query) {
                let evaluation = member.evaluate(query)
                guard evaluation.isTrue else { return Evaluation(isTrue: false) }
                result.specificity += evaluation.specificity
                result.consumed.formUnion(evaluation.consumed)
            }
            return result
        case .any(let members):
            var result = Evaluation(isTrue: false)
            for member in members where member.isPresent(query) {
                let evaluation = member.evaluate(query)
                guard evaluation.isTrue else { continue }
                result.isTrue = true
                result.specificity = max(result.specificity, evaluation.specificity)
                result.consumed.formUnion(evaluation.consumed)
            }
            return result
        }
    }

    /// Whether the node is part of its group for this query.
    private func isPresent(_ query: CompiledQuery) -> Bool {
        if case .tag(let test) = self { query.condition(on: test.field) != nil } else { true }
    }

    /// Why a tree does not hold.
    indirect enum Failure {
        /// This rule or tag, which would have to be satisfied, is not.
        case unsatisfied(RuleTest, isTag: Bool)
        /// None of several alternatives holds; the first one for this reason.
        case alternatives(count: Int, first: Failure)
    }

    /// The first rule or tag that keeps the tree from holding; `nil` where it holds, or has nothing that could hold.
    func failure(_ query: CompiledQuery) -> Failure? {
        switch self {
        case .rule(let test): return query.condition(satisfying: test) == nil ? .unsatisfied(test, isTag: false) : nil
        case .tag(let test): return query.condition(satisfying: test) == nil ? .unsatisfied(test, isTag: true) : nil
        case .all(let members):
            for member in members where member.isPresent(query) {
                if let failure = member.failure(query) { return failure }
            }
            return nil
        case .any(let members):
            let members = members.filter { $0.isPresent(query) }
            var first: Failure?
            for member in members {
                guard let failure = member.failure(query) else { return nil }
                first = first ?? failure
            }
            return members.count == 1 ? first : first.map { .alternatives(count: members.count, first: $0) }
        }
    }

    /// Every rule, in order; tags are not rules.
    var rules: [RuleTest] {
        switch self {
        case .rule(let test): [test]
        case .tag: []
        case .all(let members), .any(let members): members.flatMap(\.rules)
        }
    }

    /// Every tag, in order.
    var tags: [RuleTest] {
        switch self {
        case .rule: []
        case .tag(let test): [test]
        case .all(let members), .any(let members): members.flatMap(\.tags)
        }
    }
}

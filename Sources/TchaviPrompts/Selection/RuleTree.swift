/// The compiled rules of a deployment and tags of its version: *Selecting versions*, step 3.
///
/// Negations are pushed down to the rules, fields are numbers, and the tags are members of the groups that they join.
enum RuleTree: Sendable {
    /// A rule.
    case rule(RuleTest)
    /// A tag of the version. It is a member of its group only if the query mentions its field.
    case tag(RuleTest)
    /// A group that is true if all its members are, also if it has none.
    case all([RuleTree])
    /// A group that is true if at least one member is.
    case any([RuleTree])
}

/// A comparison, and whether it has to be true or false.
struct RuleTest: Sendable {
    /// The field's number in the record's ``FieldTable``.
    let field: Int
    let comparison: RuleOperator
    let value: ConditionValue
    /// False for a rule under an odd number of negations.
    let wanted: Bool
}

/// The result of evaluating a tree for a query.
struct Evaluation {
    /// Whether the tree is true.
    var isTrue: Bool
    /// The number of satisfied rules and tags that make the tree true.
    var specificity = 0
    /// The query's conditions that those rules and tags use.
    var consumed = ConditionSet()
}

extension RuleTree {
    /// Evaluates the tree for a query: *Selecting versions*, step 5.
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

    /// The reason why a tree is false.
    indirect enum Failure {
        /// A rule or tag that has to be satisfied is not.
        case unsatisfied(RuleTest, isTag: Bool)
        /// None of several alternatives is true; `first` is the reason of the first one.
        case alternatives(count: Int, first: Failure)
    }

    /// Returns the first rule or tag that makes the tree false, or `nil` if the tree is true, or has no rule and no
    /// tag.
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

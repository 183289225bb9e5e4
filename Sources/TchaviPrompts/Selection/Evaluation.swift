/// A rule group with `not` pushed down to its leaves, and a version's tags added: what is evaluated.
struct EffectiveGroup {
    indirect enum Node {
        /// A rule, and the outcome that its test is wanted to have.
        case leaf(Rule, wanted: Bool, isTag: Bool)
        case all([Node])
        case any([Node])
    }

    let root: Node
    /// A combinator that is not known, which keeps the deployment out.
    let unknownCombinator: RuleGroup.Combinator?

    /// `SELECTION.md`, step 3.
    init(_ deployment: Deployment, tags: [String: ConditionValue], query: PromptQuery) {
        let leaves = query.conditions.compactMap { condition -> Node? in
            guard let tag = tags.first(where: { $0.key.isSameText(as: condition.field) }) else { return nil }
            return .leaf(Rule(tag.key, .equal, tag.value), wanted: true, isTag: true)
        }
        guard let group = deployment.query, !group.rules.isEmpty else {
            root = .all(leaves)
            unknownCombinator = nil
            return
        }
        var unknown: RuleGroup.Combinator?
        let node = Self.node(group, isNegated: false, &unknown)
        unknownCombinator = unknown
        switch node {
        case _ where leaves.isEmpty: root = node
        case _ where group.not: root = .all([node] + leaves)
        case .all(let members): root = .all(members + leaves)
        case .any(let members): root = .any(members + leaves)
        case .leaf: root = node
        }
    }

    private static func node(
        _ group: RuleGroup,
        isNegated: Bool,
        _ unknown: inout RuleGroup.Combinator?
    ) -> Node {
        let isNegated = isNegated != group.not
        var members: [Node] = []
        members.reserveCapacity(group.rules.count)
        for member in group.rules {
            switch member {
            case .rule(let rule): members.append(.leaf(rule, wanted: !isNegated, isTag: false))
            case .group(let group): members.append(node(group, isNegated: isNegated, &unknown))
            }
        }
        guard let isConjunction = group.combinator.isConjunction else {
            unknown = unknown ?? group.combinator
            return .any([])
        }
        // De Morgan: a negated AND is the OR of its negated members, and the other way round.
        return isConjunction != isNegated ? .all(members) : .any(members)
    }
}

/// What a query makes of a group.
struct Evaluation {
    /// Whether the group holds.
    var isTrue: Bool
    /// How many satisfied leaves its truth rests on.
    var specificity = 0
    /// The indices of the conditions that its satisfied leaves have consumed.
    var consumed: Set<Int> = []

    static func of(_ node: EffectiveGroup.Node, _ query: PromptQuery) -> Evaluation {
        switch node {
        case .leaf(let rule, let wanted, _):
            guard let index = query.index(of: rule.field),
                Comparison.test(query.conditions[index].value, rule.operator, rule.value) == wanted
            else { return Evaluation(isTrue: false) }
            return Evaluation(isTrue: true, specificity: 1, consumed: [index])
        case .all(let members):
            var result = Evaluation(isTrue: true)
            for member in members {
                let evaluation = of(member, query)
                guard evaluation.isTrue else { return Evaluation(isTrue: false) }
                result.specificity += evaluation.specificity
                result.consumed.formUnion(evaluation.consumed)
            }
            return result
        case .any(let members):
            var result = Evaluation(isTrue: false)
            for member in members {
                let evaluation = of(member, query)
                guard evaluation.isTrue else { continue }
                result.isTrue = true
                result.specificity = max(result.specificity, evaluation.specificity)
                result.consumed.formUnion(evaluation.consumed)
            }
            return result
        }
    }
}

extension EffectiveGroup.Node {
    /// Every leaf, in order.
    var leaves: [(rule: Rule, wanted: Bool, isTag: Bool)] {
        switch self {
        case .leaf(let rule, let wanted, let isTag): [(rule, wanted, isTag)]
        case .all(let members), .any(let members): members.flatMap(\.leaves)
        }
    }
}

extension PromptQuery {
    /// The index of the condition on a field.
    func index(of field: String) -> Int? {
        conditions.firstIndex { $0.field.isSameText(as: field) }
    }
}

/// A query whose fields are the numbers of a record's ``FieldTable``.
struct CompiledQuery {
    let query: PromptQuery
    /// The field of each condition; -1 for a field that no deployment uses.
    private let fields: [Int]
    private let enforced: ConditionSet
    private let all: ConditionSet

    init(_ query: PromptQuery, _ table: FieldTable) {
        self.query = query
        fields = query.conditions.map { table.number(of: $0.field) ?? -1 }
        var enforced = ConditionSet()
        var all = ConditionSet()
        for (index, condition) in query.conditions.enumerated() {
            all.insert(index)
            if condition.isEnforced { enforced.insert(index) }
        }
        self.enforced = enforced
        self.all = all
    }

    /// Returns the index of the condition on a field.
    func condition(on field: Int) -> Int? { fields.firstIndex(of: field) }

    /// Returns the index of the condition that satisfies a test, or `nil` if none does.
    func condition(satisfying test: RuleTest) -> Int? {
        guard let index = condition(on: test.field),
            Comparison.test(query.conditions[index].value, test.comparison, test.value) == test.wanted
        else { return nil }
        return index
    }

    /// Returns why a deployment is excluded, given the evaluation of its rules: *Selecting versions*, step 4.
    ///
    /// - Returns: `nil` if the deployment competes.
    func exclusion(of deployment: CompiledDeployment, _ evaluation: Evaluation) -> Exclusion? {
        guard deployment.candidate.deployment.unreadableReason == nil else { return .unreadable }
        guard deployment.unknownCombinator == nil else { return .unknownCombinator }
        guard evaluation.isTrue else { return .rulesDoNotHold }
        guard evaluation.specificity > 0 else {
            return deployment.candidate.deployment.isUnconditional ? .unconditional : .nothingSatisfied
        }
        switch query.enforcement {
        case .all:
            guard evaluation.consumed.isSuperset(of: enforced) else { return .enforcedNotConsumed }
        case .any:
            guard enforced.isEmpty || !evaluation.consumed.isDisjoint(with: enforced) else {
                return .enforcedNotConsumed
            }
        }
        if query.isExactMatch {
            guard evaluation.consumed.isSuperset(of: all) else { return .notExact }
            guard deployment.fields.allSatisfy({ condition(on: $0) != nil }) else { return .notExact }
        }
        return nil
    }

    /// Calls a closure with every key that this query looks up in an index: each of its values, converted to each type
    /// for which the index has keys of the field.
    func eachKey(in index: DeploymentIndex, _ body: (DeploymentIndex.Key) -> Void) {
        for (condition, field) in zip(query.conditions, fields) where field >= 0 {
            let kinds = index.kinds(of: field)
            let value = condition.value
            if kinds.contains(.present) { body(.present(field: field)) }
            if kinds.contains(.boolean), let value = value.asBoolean { body(.boolean(field: field, value)) }
            if kinds.contains(.number), let value = value.asNumber { body(.number(field: field, value)) }
            if kinds.contains(.text), let value = value.asText { body(.text(field: field, ByteText(value))) }
            if kinds.contains(.texts), let value = value.asTexts {
                body(.texts(field: field, value.map(ByteText.init)))
            }
        }
    }
}

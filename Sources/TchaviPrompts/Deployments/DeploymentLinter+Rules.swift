import Tchavi

/// Checks of the rules of each deployment.
extension DeploymentLinter {
    mutating func checkOperators(_ deployment: CheckedDeployment) {
        for condition in deployment.conditions where !RuleOperator.known.contains(condition.rule.operator) {
            report(
                .unknownOperator,
                .error,
                deployment,
                rule: condition.rule,
                "The operator `\(condition.rule.operator)` is unknown, so no query satisfies the rule.",
                "Use one of \(RuleOperator.known.map(\.rawValue).sorted().joined(separator: ", "))."
            )
        }
        if let combinator = deployment.unknownCombinator {
            report(
                .unknownOperator,
                .error,
                deployment,
                "The combinator `\(combinator)` is unknown, so the deployment is never selected.",
                "Use AND or OR."
            )
        }
    }

    mutating func checkComparability(_ deployment: CheckedDeployment) {
        for condition in deployment.conditions {
            let isOrder = [.greater, .less, .atLeast, .atMost].contains(condition.rule.operator)
            let isInclusion = [.includes, .excludes].contains(condition.rule.operator)
            let isImpossible =
                switch condition.rule.value {
                case .boolean: isOrder || isInclusion
                case .strings: isOrder
                case .integer, .number: isInclusion
                case .string: false
                }
            guard isImpossible else { continue }
            report(
                .incomparable,
                .error,
                deployment,
                rule: condition.rule,
                "The operator `\(condition.rule.operator)` does not apply to its value, so no query satisfies the rule.",
                isOrder ? "Compare with a number or a string." : "Use a string or an array of strings as its value."
            )
        }
    }

    mutating func checkContradictions(_ deployment: CheckedDeployment) {
        guard deployment.isConjunction else { return }
        for (index, first) in deployment.conditions.enumerated() {
            for second in deployment.conditions.dropFirst(index + 1) where first.contradicts(second) {
                report(
                    .contradiction,
                    .error,
                    deployment,
                    rule: second.rule,
                    "No value satisfies both `\(first.text)` and `\(second.text)`, so the deployment never matches.",
                    "Remove one of them, or combine them with OR."
                )
            }
        }
        guard !deployment.tagsAreAlternatives else { return }
        for tag in deployment.tags {
            let required = CheckedDeployment.Condition(rule: tag, wanted: true)
            for condition in deployment.conditions where required.contradicts(condition) {
                report(
                    .contradiction,
                    .error,
                    deployment,
                    rule: condition.rule,
                    "The version's tag `\(tag)` is a condition as well, and no value satisfies both.",
                    "Change the tag or the rule."
                )
            }
        }
    }

    /// Reports rules that compare one field with a Boolean and with a number, which no value of a query can both be
    /// read as.
    mutating func checkKinds() {
        let all = deployments.flatMap { deployment in deployment.conditions.map { (deployment, $0.rule) } }
        for (deployment, rule) in all {
            guard case .boolean = rule.value else { continue }
            let other = all.first { _, other in
                other.field.isSameText(as: rule.field) && other.value.isNumber
            }
            guard let other else { continue }
            report(
                .incomparable,
                .warning,
                deployment,
                rule: rule,
                "It compares `\(rule.field)` with a Boolean, and `\(other.1)` of \(other.0.id) with a number: "
                    + "no value satisfies one of each.",
                "Use values of one type for the field."
            )
        }
    }
}

extension CheckedDeployment.Condition {
    /// Whether both are on the same field, and no value satisfies both.
    ///
    /// Tries sample values: if any value satisfies both comparisons, so does one of their own values, or one next to or
    /// between them.
    fileprivate func contradicts(_ other: Self) -> Bool {
        guard rule.field.isSameText(as: other.rule.field) else { return false }
        let conditions = [self, other]
        guard conditions.allSatisfy({ RuleOperator.known.contains($0.rule.operator) }) else { return false }
        var samples = conditions.flatMap { $0.rule.value.samples }
        if let low = rule.value.asNumber, let high = other.rule.value.asNumber {
            samples.append(.number((low + high) / 2))
        }
        return !samples.contains { value in
            conditions.allSatisfy { Comparison.test(value, $0.rule.operator, $0.rule.value) == $0.wanted }
        }
    }
}

extension ConditionValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .number: true
        case .string, .boolean, .strings: false
        }
    }

    /// The value itself and values next to it, at least one of which satisfies any given comparison with it.
    fileprivate var samples: [ConditionValue] {
        switch self {
        case .boolean: [true, false, "?"]
        case .integer(let number): ConditionValue.number(Double(number)).samples
        case .number(let number): [.number(number), .number(number.nextUp), .number(number.nextDown), "?"]
        case .string(let text):
            [self, .string(text + "\u{0}"), .string(String(text.dropLast())), "", "\u{10FFFF}", "?"]
                // A string includes its substrings; every suffix is enough to try.
                + text.indices.prefix(64).map { .string(String(text[$0...])) }
        case .strings(let texts):
            [self, "?", []] + texts.map { .string($0) } + texts.map { .strings([$0]) }
        }
    }
}

import Tchavi

/// Checks of rules that no query can satisfy together.
extension DeploymentLinter {
    private typealias Condition = CheckedDeployment.Condition

    /// Conditions that exclude each other.
    private struct Contradiction {
        let first: Condition
        let second: Condition
        let isTag: Bool
    }

    mutating func checkContradictions() {
        // Of one audience, the deployments have the same rules and tags.
        for audience in audiences {
            guard let first = audience.first else { continue }
            let found = Self.contradictions(deployments[first])
            guard !found.isEmpty else { continue }
            unreachable.insert(deployments[first].audience)
            for index in audience {
                for contradiction in found { report(contradiction, deployments[index]) }
            }
        }
    }

    private mutating func report(_ contradiction: Contradiction, _ deployment: CheckedDeployment) {
        if contradiction.isTag {
            report(
                .contradiction,
                .error,
                deployment,
                rule: contradiction.second.rule,
                "The version's tag `\(contradiction.first.text)` is a condition as well, and no value satisfies both.",
                "Change the tag or the rule."
            )
        } else {
            report(
                .contradiction,
                .error,
                deployment,
                rule: contradiction.second.rule,
                "No value satisfies both `\(contradiction.first.text)` and `\(contradiction.second.text)`, so the "
                    + "deployment never matches.",
                "Remove one of them, or combine them with OR."
            )
        }
    }

    /// Returns contradictions between rules that every matching query has to satisfy, at most one for each field.
    private static func contradictions(_ deployment: CheckedDeployment) -> [Contradiction] {
        var contradictions: [Contradiction] = []
        var byField: [Int: [Condition]] = [:]
        var order: [Int] = []
        for condition in deployment.required where !condition.isImpossible {
            if byField[condition.field] == nil { order.append(condition.field) }
            byField[condition.field, default: []].append(condition)
        }
        let tags = Dictionary(deployment.requiredTags.map { ($0.field, $0) }) { first, _ in first }
        for field in order {
            let conditions = byField[field] ?? []
            if let (first, second) = contradiction(conditions) {
                contradictions.append(Contradiction(first: first, second: second, isTag: false))
            } else if let tag = tags[field], let other = conditions.first(where: tag.contradicts) {
                contradictions.append(Contradiction(first: tag, second: other, isTag: true))
            }
        }
        return contradictions
    }

    /// Returns two conditions on the same field that no value satisfies both.
    private static func contradiction(_ conditions: [Condition]) -> (Condition, Condition)? {
        guard conditions.count > 1 else { return nil }
        // Most rules are satisfied together by a value of one of them, or by one that none mentions.
        let likely = conditions.prefix(4).map(\.rule.value) + ["\u{10FFFF}"]
        if likely.contains(where: { value in conditions.allSatisfy { $0.isSatisfied(by: value) } }) { return nil }
        // With an equality, each of the others has to accept its value.
        if let equality = conditions.firstIndex(where: \.isEquality) {
            let first = conditions[equality]
            for (index, second) in conditions.enumerated() where index != equality && first.contradicts(second) {
                return index < equality ? (second, first) : (first, second)
            }
        }
        // Beyond these, only the pairs with an equality are compared.
        let compared = conditions.prefix(48)
        for (index, first) in compared.enumerated() {
            for second in compared.dropFirst(index + 1) where first.contradicts(second) { return (first, second) }
        }
        return nil
    }
}

import Tchavi

/// Checks of the rules of each deployment.
extension DeploymentLinter {
    mutating func checkRules(_ deployment: CheckedDeployment) {
        for condition in deployment.rules {
            checkOperator(condition, deployment)
            checkOrder(condition, deployment)
            checkNumericVersion(condition, deployment)
        }
        if let weight = deployment.candidate.deployment.weight, weight < 0 {
            report(
                .negativeWeight,
                .warning,
                deployment,
                "Its weight is \(weight.ecmaScriptDescription), which counts as 0: no user is assigned to it.",
                "Write the weight that is meant, or 0."
            )
        }
        if deployment.isNeverTrue { unreachable.insert(deployment.audienceNumber) }
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

    private mutating func checkOperator(_ condition: CheckedDeployment.Condition, _ deployment: CheckedDeployment) {
        if !RuleOperator.known.contains(condition.rule.operator) {
            report(
                .unknownOperator,
                .error,
                deployment,
                rule: condition.rule,
                "The operator `\(condition.rule.operator)` is unknown, so no query satisfies the rule.",
                "Use one of \(RuleOperator.known.map(\.rawValue).sorted().joined(separator: ", "))."
            )
        } else if condition.isIncomparable {
            report(
                .incomparable,
                .error,
                deployment,
                rule: condition.rule,
                condition.isVersionComparison
                    ? "`\(condition.rule.value)` is not a valid version, so no query satisfies the rule."
                    : "The operator `\(condition.rule.operator)` does not apply to its value, so no query satisfies the rule.",
                condition.isVersionComparison
                    ? "Use a version such as `2.10.0` as its value."
                    : condition.isOrder
                        ? "Compare with a number or a string."
                        : "Use a string or an array of strings as its value."
            )
        }
    }

    /// Reports a comparison of versions or numbers that are strings, which compares them as text.
    private mutating func checkOrder(_ condition: CheckedDeployment.Condition, _ deployment: CheckedDeployment) {
        guard condition.isOrder, case .string(let text) = condition.rule.value else { return }
        if text.isOrderedAsVersion {
            let number = Double(text).map { ", or the number \($0.ecmaScriptDescription) if it is one" } ?? ""
            report(
                .lexicographicComparison,
                .warning,
                deployment,
                rule: condition.rule,
                "It compares `\(text)` as text, so that `2.10` comes before `2.9`.",
                "Use the operator `version \(condition.rule.operator)`\(number)."
            )
        } else if text.isOrderedAsNumber {
            report(
                .lexicographicComparison,
                .warning,
                deployment,
                rule: condition.rule,
                "It compares `\(text)` as text, so that `10` comes before `9`.",
                "Use the number \(text), without quotation marks."
            )
        }
    }

    /// Reports a comparison of versions with a number, which does not keep a zero at the end of its fraction.
    private mutating func checkNumericVersion(
        _ condition: CheckedDeployment.Condition,
        _ deployment: CheckedDeployment
    ) {
        guard condition.isVersionComparison, !condition.isIncomparable, let number = condition.rule.value.number,
            number != number.rounded()
        else { return }
        let text = number.ecmaScriptDescription
        report(
            .numericVersion,
            .warning,
            deployment,
            rule: condition.rule,
            "Its value is a number: if version \(text)0 is meant, it is compared with \(text), because a number does not keep "
                + "the zero.",
            "Write the version as a string: `\"\(text)0\"` or `\"\(text)\"`, whichever is meant."
        )
    }

    /// Reports fields that a rule of one deployment requires to be a Boolean, and a rule of another one a number.
    mutating func checkKinds() {
        typealias Use = (rule: Rule, deployment: Int)
        let matchable = deployments.indices.filter { !unreachable.contains(deployments[$0].audienceNumber) }
        var numbers: [Int: (first: Use, last: Use)] = [:]
        for index in matchable {
            for condition in deployments[index].rules where condition.reading == .number {
                let use = (condition.rule, index)
                numbers[condition.field] = (numbers[condition.field]?.first ?? use, use)
            }
        }
        guard !numbers.isEmpty else { return }
        for index in matchable {
            for condition in deployments[index].rules where condition.reading == .boolean {
                // Alternatives of one deployment may accept values of both types.
                guard let uses = numbers[condition.field],
                    let other = [uses.first, uses.last].first(where: { $0.deployment != index })
                else { continue }
                numbers[condition.field] = nil
                report(
                    .mixedTypes,
                    .warning,
                    deployments[index],
                    rule: condition.rule,
                    "It compares `\(condition.rule.field)` with a Boolean, and `\(other.rule)` of "
                        + "\(deployments[other.deployment].id) with a number: no value satisfies one of each.",
                    "Use values of one type for the field."
                )
            }
        }
    }
}

extension String {
    /// Whether the string is a version with several numbers, whose order is probably meant to be that of versions.
    ///
    /// Padded numbers and dates are not, as their text has the same order.
    fileprivate var isOrderedAsVersion: Bool {
        guard DottedVersion(self) != nil else { return false }
        let numbers = drop { $0 == "v" || $0 == "V" }.prefix { $0 != "-" && $0 != "+" }.split(separator: ".")
        guard numbers.count > 1, !numbers.contains(where: \.isPadded) else { return false }
        let isDate = numbers.count == 3 && numbers.map(\.count) == [4, 2, 2]
        return !isDate
    }

    /// Whether the string is a whole number, whose order is probably meant to be that of numbers.
    ///
    /// Padded numbers and dates such as `20260105` are not, as their text has the same order.
    fileprivate var isOrderedAsNumber: Bool {
        let digits = hasPrefix("-") ? dropFirst() : self[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            !digits.isPadded
        else { return false }
        let isDate =
            digits.count == 8 && ["19", "20"].contains(digits.prefix(2))
            && ("01"..."12").contains(digits.dropFirst(4).prefix(2)) && ("01"..."31").contains(digits.suffix(2))
        return !isDate
    }
}

extension Substring {
    /// Whether a number is written with leading zeros.
    fileprivate var isPadded: Bool { count > 1 && hasPrefix("0") }
}

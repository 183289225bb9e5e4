import Foundation
import Tchavi

/// Looks at one record from every side.
struct DeploymentLinter {
    let record: PromptRecord
    let syntax: VariableSyntax
    private let deployments: [Deployed]
    private var findings: [DeploymentFinding] = []

    private struct Deployed {
        let deployment: Deployment
        let version: PromptVersion
        /// The rules and tags that have to hold, if the group is a flat AND; `nil` for any other group.
        let conjunction: [Leaf]?
        let leaves: [Leaf]
        /// Tags join a group of alternatives as one more of them, and not as a condition.
        let tagsAreAlternatives: Bool
    }

    private struct Leaf: Hashable {
        let rule: Rule
        let wanted: Bool

        var text: String { (wanted ? "" : "not ") + rule.description }
    }

    init(record: PromptRecord, syntax: VariableSyntax) {
        self.record = record
        self.syntax = syntax
        deployments = record.orderedDeployments().map { deployment, version in
            let root = EffectiveGroup(deployment, tags: [:], query: PromptQuery()).root
            let leaves = root.leaves.map { Leaf(rule: $0.rule.plain, wanted: $0.wanted) }
            // A lone rule is a conjunction whatever the combinator.
            let isConjunction = root.isFlatConjunction || root.isOneLeaf
            var tagsAreAlternatives = false
            if case .any = root { tagsAreAlternatives = !(deployment.query?.not ?? false) }
            return Deployed(
                deployment: deployment,
                version: version,
                conjunction: isConjunction ? leaves : nil,
                leaves: leaves,
                tagsAreAlternatives: tagsAreAlternatives
            )
        }
    }

    mutating func run() -> [DeploymentFinding] {
        missingVersions()
        for deployed in deployments {
            unknownOperators(deployed)
            incomparable(deployed)
            contradictions(deployed)
        }
        outranked()
        ties()
        experiments()
        zeroWeights()
        fallback()
        kinds()
        newVariables()
        return findings.enumerated()
            .sorted {
                $0.element.severity != $1.element.severity
                    ? $0.element.severity > $1.element.severity : $0.offset < $1.offset
            }
            .map(\.element)
    }

    private mutating func report(
        _ kind: DeploymentFinding.Kind,
        _ severity: DeploymentFinding.Severity,
        _ deployed: Deployed? = nil,
        rule: Rule? = nil,
        _ message: String,
        _ advice: String
    ) {
        findings.append(
            DeploymentFinding(
                kind: kind,
                severity: severity,
                promptID: record.promptID,
                versionID: deployed?.version.id,
                deploymentID: deployed?.deployment.id,
                rule: rule,
                message: message,
                advice: advice
            )
        )
    }

    // MARK: One deployment

    private mutating func missingVersions() {
        let known = Set(record.versions.map { ByteText($0.id) })
        for (version, deployments) in record.deployments.sorted(by: { $0.key < $1.key })
        where !known.contains(ByteText(version)) {
            for deployment in deployments {
                findings.append(
                    DeploymentFinding(
                        kind: .missingVersion,
                        severity: .error,
                        promptID: record.promptID,
                        versionID: version,
                        deploymentID: deployment.id,
                        message: "It deploys a version that the prompt does not have, so it serves nobody.",
                        advice: "Bring the version back, or remove the deployment."
                    )
                )
            }
        }
    }

    private mutating func unknownOperators(_ deployed: Deployed) {
        for leaf in deployed.leaves where !RuleOperator.known.contains(leaf.rule.operator) {
            report(
                .unknownOperator,
                .error,
                deployed,
                rule: leaf.rule,
                "The operator `\(leaf.rule.operator)` is not known: the rule holds for nobody.",
                "Write it with one of \(RuleOperator.known.map(\.rawValue).sorted().joined(separator: ", "))."
            )
        }
        let group = EffectiveGroup(deployed.deployment, tags: [:], query: PromptQuery())
        if let combinator = group.unknownCombinator {
            report(
                .unknownOperator,
                .error,
                deployed,
                "The combinator `\(combinator)` is not known: the deployment never competes.",
                "Use AND or OR."
            )
        }
    }

    private mutating func incomparable(_ deployed: Deployed) {
        for leaf in deployed.leaves {
            let isOrder = [.greater, .less, .atLeast, .atMost].contains(leaf.rule.operator)
            let isInclusion = [.includes, .excludes].contains(leaf.rule.operator)
            let isImpossible =
                switch leaf.rule.value {
                case .boolean: isOrder || isInclusion
                case .strings: isOrder
                case .integer, .number: isInclusion
                case .string: false
                }
            guard isImpossible else { continue }
            report(
                .incomparable,
                .error,
                deployed,
                rule: leaf.rule,
                "No value can be compared with it by `\(leaf.rule.operator)`: the rule holds for nobody.",
                isOrder ? "Compare with a number or a text." : "Give the value as a text or an array of texts."
            )
        }
    }

    private mutating func contradictions(_ deployed: Deployed) {
        guard let leaves = deployed.conjunction else { return }
        for (index, first) in leaves.enumerated() {
            for second in leaves.dropFirst(index + 1)
            where first.rule.field.isSameText(as: second.rule.field) && Self.exclude(first, second) {
                report(
                    .contradiction,
                    .error,
                    deployed,
                    rule: second.rule,
                    "No value satisfies both `\(first.text)` and `\(second.text)`: the deployment serves nobody.",
                    "Remove one of them, or combine them with OR."
                )
            }
        }
        guard !deployed.tagsAreAlternatives else { return }
        for (name, tag) in deployed.version.config?.tags ?? [:] {
            let leaf = Leaf(rule: Rule(name, .equal, tag), wanted: true)
            for other in leaves where other.rule.field.isSameText(as: name) && Self.exclude(leaf, other) {
                report(
                    .contradiction,
                    .error,
                    deployed,
                    rule: other.rule,
                    "The version's tag `\(leaf.rule)` is a condition as well, and no value satisfies both.",
                    "Change the tag or the rule."
                )
            }
        }
    }

    /// Whether no value satisfies both leaves, which are on the same field. Found by trial: a value that satisfies two
    /// comparisons can be had from the values they compare with, and those beside and between them.
    private static func exclude(_ first: Leaf, _ second: Leaf) -> Bool {
        let rules = [first, second]
        guard rules.allSatisfy({ RuleOperator.known.contains($0.rule.operator) }) else { return false }
        let candidates = rules.flatMap { samples($0.rule.value) } + between(first.rule.value, second.rule.value)
        return !candidates.contains { value in
            rules.allSatisfy { Comparison.test(value, $0.rule.operator, $0.rule.value) == $0.wanted }
        }
    }

    private static func samples(_ value: ConditionValue) -> [ConditionValue] {
        switch value {
        case .boolean: [true, false, "?"]
        case .integer(let number): samples(.number(Double(number)))
        case .number(let number): [.number(number), .number(number.nextUp), .number(number.nextDown), "?"]
        case .string(let text):
            [value, .string(text + "\u{0}"), .string(String(text.dropLast())), "", "\u{10FFFF}", "?"]
                // What stands anywhere in a text is included by it.
                + text.indices.prefix(64).map { .string(String(text[$0...])) }
        case .strings(let texts):
            [value, "?", []] + texts.map { .string($0) } + texts.map { .strings([$0]) }
        }
    }

    private static func between(_ first: ConditionValue, _ second: ConditionValue) -> [ConditionValue] {
        guard let low = first.asNumber, let high = second.asNumber else { return [] }
        return [.number((low + high) / 2)]
    }

    // MARK: Several deployments

    /// Two deployments that are for the same queries: the same rules and the same tags.
    private func isSameAudience(_ first: Deployed, _ second: Deployed) -> Bool {
        Set(first.leaves) == Set(second.leaves) && isSameShape(first, second)
            && first.version.config?.tags ?? [:] == second.version.config?.tags ?? [:]
    }

    private func isSameShape(_ first: Deployed, _ second: Deployed) -> Bool {
        let isTagged = !(first.version.config?.tags.isEmpty ?? true)
        if isTagged, first.tagsAreAlternatives != second.tagsAreAlternatives { return false }
        if first.conjunction != nil, second.conjunction != nil { return true }
        return first.deployment.query == second.deployment.query
    }

    private func beatsInTie(_ winner: Deployed, _ loser: Deployed) -> Bool {
        Finalist(deployment: winner.deployment, version: winner.version)
            .wins(over: Finalist(deployment: loser.deployment, version: loser.version))
    }

    private func hasWeight(_ deployed: Deployed) -> Bool { deployed.deployment.weight != nil }

    private mutating func outranked() {
        for loser in deployments where !hasWeight(loser) {
            if let arm = arm(besides: loser) {
                report(
                    .neverSelected,
                    .warning,
                    loser,
                    "\(arm.deployment.id) has a weight for the same queries, so only deployments with one are picked.",
                    "Give it a weight as well, or remove it."
                )
                continue
            }
            for winner in deployments
            where !hasWeight(winner) && isSameAudience(winner, loser) && beatsInTie(winner, loser) {
                let isOlder =
                    (winner.deployment.timestamp?.date ?? .distantPast)
                    > (loser.deployment.timestamp?.date ?? .distantPast)
                guard isOlder else { continue }
                report(
                    .neverSelected,
                    .warning,
                    loser,
                    "It is for the same queries as \(winner.deployment.id), which is newer and is always picked.",
                    "Remove it, or give both a weight to split their users."
                )
                break
            }
        }
    }

    /// An arm of a split for the same queries.
    private func arm(besides deployed: Deployed) -> Deployed? {
        deployments.first { ($0.deployment.weight ?? 0) > 0 && isSameAudience($0, deployed) }
    }

    private mutating func ties() {
        for (index, first) in deployments.enumerated() where !hasWeight(first) && arm(besides: first) == nil {
            for second in deployments.dropFirst(index + 1)
            where !hasWeight(second) && isSameAudience(first, second)
                && first.deployment.timestamp?.date == second.deployment.timestamp?.date
            {
                report(
                    .alwaysTies,
                    .warning,
                    second,
                    "It always ties with \(first.deployment.id), and only its version number or id decides.",
                    "Give both a weight, or remove one."
                )
            }
        }
    }

    private mutating func experiments() {
        let named = Dictionary(grouping: deployments.filter { !($0.deployment.experiment ?? "").isEmpty }) {
            $0.deployment.experiment ?? ""
        }
        for (experiment, arms) in named.sorted(by: { $0.key < $1.key }) {
            guard let first = arms.first else { continue }
            for arm in arms.dropFirst() where !isSameAudience(first, arm) {
                report(
                    .unequalArms,
                    .warning,
                    arm,
                    "The experiment `\(experiment)` has another audience here than at \(first.deployment.id): "
                        + "its arms cannot be compared.",
                    "Give every arm the same rules and tags, or name another experiment."
                )
            }
        }
    }

    private mutating func zeroWeights() {
        var seen: Set<Int> = []
        for (index, first) in deployments.enumerated() where hasWeight(first) && !seen.contains(index) {
            let group = deployments.indices.filter {
                isSameAudience(first, deployments[$0]) && hasWeight(deployments[$0])
            }
            seen.formUnion(group)
            guard group.allSatisfy({ (deployments[$0].deployment.weight ?? 0) <= 0 }) else { continue }
            report(
                .zeroWeights,
                .warning,
                first,
                "All \(group.count) weights for its queries are zero, which pauses nothing: the newest serves everybody.",
                "Remove the deployments, or give one of them a weight."
            )
        }
    }

    private mutating func fallback() {
        guard record.fallbackVersion == nil, !deployments.contains(where: \.deployment.isUnconditional) else { return }
        report(
            .noFallback,
            .warning,
            nil,
            "A query that nothing matches gets no version, and the program an error.",
            "Set a fallback, or deploy a version for everybody."
        )
    }

    /// Rules on one field whose values are of kinds that no given value can be read as at once.
    private mutating func kinds() {
        let all = deployments.flatMap { deployed in deployed.leaves.map { (deployed, $0) } }
        for (index, (deployed, leaf)) in all.enumerated() where leaf.rule.value.kindName == "boolean" {
            let others = all.enumerated().filter {
                $0.offset != index && $0.element.1.rule.field.isSameText(as: leaf.rule.field)
            }
            guard let other = others.first(where: { $0.element.1.rule.value.kindName == "number" })?.element else {
                continue
            }
            report(
                .incomparable,
                .warning,
                deployed,
                rule: leaf.rule,
                "It takes `\(leaf.rule.field)` for a boolean, and `\(other.1.rule)` of \(other.0.deployment.id) for a number: "
                    + "no value satisfies one of each.",
                "Agree on one kind for the field."
            )
        }
    }

    private mutating func newVariables() {
        func names(_ version: PromptVersion) -> [String] {
            CompiledMessages(version.config?.messages ?? [], syntax: syntax).variables.map(\.name)
        }
        for deployed in deployments {
            // The one that served the same queries before it.
            let earlier = deployments.filter { other in
                isSameAudience(deployed, other) && other.version.version < deployed.version.version && !hasWeight(other)
            }
            guard !hasWeight(deployed), let before = earlier.max(by: { $0.version.version < $1.version.version }) else {
                continue
            }
            let known = Set(names(before.version))
            let added = names(deployed.version).filter { !known.contains($0) }
            guard !added.isEmpty else { continue }
            report(
                .newVariable,
                .warning,
                deployed,
                "Version \(deployed.version.version) needs `\(added.joined(separator: "`, `"))`, which version "
                    + "\(before.version.version) before it did not: callers who do not give it will fail.",
                "Deploy it when every caller gives the variable, or write the text without it."
            )
        }
    }
}

extension Rule {
    /// The rule without what else it has, to compare it with another.
    fileprivate var plain: Rule { Rule(field, self.operator, value) }
}

extension ConditionValue {
    fileprivate var kindName: String {
        switch self {
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "text"
        case .strings: "texts"
        }
    }
}

extension EffectiveGroup.Node {
    fileprivate var isLeaf: Bool {
        if case .leaf = self { true } else { false }
    }

    fileprivate var isFlatConjunction: Bool {
        if case .all(let members) = self { members.allSatisfy { $0.isLeaf || $0.isFlatConjunction } } else { false }
    }

    fileprivate var isOneLeaf: Bool {
        if case .any(let members) = self { members.count == 1 && members[0].isLeaf } else { isLeaf }
    }
}

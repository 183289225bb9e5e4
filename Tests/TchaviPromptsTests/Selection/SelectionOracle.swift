import Foundation
import Tchavi

@testable import TchaviPrompts

/// The article *Selecting versions*, step by step and without regard to speed: what the compiled selector has to agree with.
///
/// Of the product it uses the model, ``Split``, and the comparison of two values.
struct SelectionOracle {
    /// What becomes of a deployment that does not compete, in the order in which it is decided.
    enum Exclusion: CaseIterable {
        case unknownCombinator
        case rulesDoNotHold
        case unconditional
        case nothingSatisfied
        case enforcedNotConsumed
        case notExact
    }

    struct Deployed {
        let deployment: Deployment
        let version: PromptVersion
        let evaluation: Evaluation
        let exclusion: Exclusion?
        var outcome = SelectionExplanation.Outcome.ruledOut
    }

    struct Result {
        var version: PromptVersion?
        var reason = Selection.Reason.none
        var split: Split?
        var bucket: Double?
        var arm: Int?
        var picked: Int?
        /// Every deployment, ordered by version number and deployment id; none where the query is decided before.
        var deployments: [Deployed] = []
    }

    let record: PromptRecord
    let query: PromptQuery

    func run() -> Result {
        var result = Result()
        // 1. Scope.
        if let folder = query.folderID, !same(folder, record.folderID) { return result }
        // 2. Pinned.
        if query.wantsLatest {
            let highest = record.versions.map(\.version).max()
            return picked(record.versions.first { $0.version == highest }, .pinned)
        }
        if let given = query.conditions.first(where: { same($0.field, PromptQuery.versionField) })?.value {
            return picked(record.versions.first { isVersion($0.version, given) }, .pinned)
        }
        // 3. Effective rules, 4. Evaluate.
        result.deployments = deployed()
        let competitors = result.deployments.indices.filter { result.deployments[$0].exclusion == nil }
        // 5. Rank.
        if let best = competitors.map({ result.deployments[$0].evaluation.specificity }).max() {
            for index in competitors { result.deployments[index].outcome = .outranked }
            choose(competitors.filter { result.deployments[$0].evaluation.specificity == best }, .matched, &result)
            return result
        }
        // 8. Nothing competes.
        guard !query.requiresMatch else { return result }
        let unconditional = result.deployments.indices.filter {
            result.deployments[$0].deployment.isUnconditional && result.deployments[$0].evaluation.isTrue
        }
        guard unconditional.isEmpty else {
            choose(unconditional, .unconditional, &result)
            return result
        }
        if let fallback = record.fallbackVersion {
            result.version = fallback
            result.reason = .fallback
        }
        return result
    }

    /// Whether a pin is for a version, exactly where the pin is written as a whole number.
    private func isVersion(_ version: Int, _ pin: ConditionValue) -> Bool {
        switch pin {
        case .integer(let number): number == Int64(version)
        case .string(let text) where Int(text) != nil: Int(text) == version
        default: Comparison.test(pin, .equal, .integer(Int64(version))) == true && Int64(version).magnitude <= 1 << 53
        }
    }

    private func picked(_ version: PromptVersion?, _ reason: Selection.Reason) -> Result {
        var result = Result()
        guard let version else { return result }
        result.version = version
        result.reason = reason
        return result
    }

    private func same(_ first: String, _ second: String) -> Bool { Array(first.utf8) == Array(second.utf8) }

    private func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    // MARK: Steps 3 and 4

    private func deployed() -> [Deployed] {
        var seen: [String] = []
        var deployed: [Deployed] = []
        for version in record.versions where !seen.contains(where: { same($0, version.id) }) {
            seen.append(version.id)
            guard let deployments = record.deployments.first(where: { same($0.key, version.id) })?.value else {
                continue
            }
            for deployment in deployments { deployed.append(self.deployed(deployment, version)) }
        }
        return deployed.sorted { first, second in
            first.version.version != second.version.version
                ? first.version.version < second.version.version
                : precedes(first.deployment.id, second.deployment.id)
        }
    }

    private func deployed(_ deployment: Deployment, _ version: PromptVersion) -> Deployed {
        let tags = (version.config?.tags ?? [:])
            .filter { tag in query.conditions.contains { same($0.field, tag.key) } }
            .map { RuleGroup.Member.rule(Rule($0.key, .equal, $0.value)) }
        var group = deployment.query ?? RuleGroup(.and, [])
        if deployment.isUnconditional {
            group = RuleGroup(.and, tags)
        } else if group.not {
            group = RuleGroup(.and, [.group(group)] + tags)
        } else {
            group.rules += tags
        }
        let evaluation = evaluate(.group(group), isNegated: false)
        let exclusion = exclusion(deployment, group, evaluation)
        return Deployed(
            deployment: deployment,
            version: version,
            evaluation: evaluation,
            exclusion: exclusion,
            outcome: exclusion == .unconditional ? .notNeeded : .ruledOut
        )
    }

    private func exclusion(_ deployment: Deployment, _ group: RuleGroup, _ evaluation: Evaluation) -> Exclusion? {
        if !hasOnlyKnownCombinators(group) { return .unknownCombinator }
        guard evaluation.isTrue else { return .rulesDoNotHold }
        guard evaluation.specificity > 0 else {
            return deployment.isUnconditional ? .unconditional : .nothingSatisfied
        }
        let enforced = Set(query.conditions.indices.filter { query.conditions[$0].isEnforced })
        switch query.enforcement {
        case .all: if !enforced.isSubset(of: evaluation.consumed) { return .enforcedNotConsumed }
        case .any:
            if !enforced.isEmpty, enforced.isDisjoint(with: evaluation.consumed) { return .enforcedNotConsumed }
        }
        if query.isExactMatch {
            guard evaluation.consumed.count == query.conditions.count else { return .notExact }
            let isUnmentioned = fields(group).contains { field in
                !query.conditions.contains { same($0.field, field) }
            }
            if isUnmentioned { return .notExact }
        }
        return nil
    }

    private func hasOnlyKnownCombinators(_ group: RuleGroup) -> Bool {
        guard ["and", "or"].contains(group.combinator.rawValue.lowercased()) else { return false }
        return group.rules.allSatisfy {
            if case .group(let group) = $0 { hasOnlyKnownCombinators(group) } else { true }
        }
    }

    private func fields(_ group: RuleGroup) -> [String] {
        group.rules.flatMap { member in
            switch member {
            case .rule(let rule): [rule.field]
            case .group(let group): fields(group)
            }
        }
    }

    // MARK: Evaluation

    struct Evaluation {
        var isTrue = false
        var specificity = 0
        /// The indices of the consumed conditions.
        var consumed: Set<Int> = []
    }

    private func evaluate(_ member: RuleGroup.Member, isNegated: Bool) -> Evaluation {
        switch member {
        case .rule(let rule):
            guard let index = query.conditions.firstIndex(where: { same($0.field, rule.field) }),
                Comparison.test(query.conditions[index].value, rule.operator, rule.value) == !isNegated
            else { return Evaluation() }
            return Evaluation(isTrue: true, specificity: 1, consumed: [index])
        case .group(let group):
            let isNegated = isNegated != group.not
            let isConjunction = (group.combinator.rawValue.lowercased() == "and") != isNegated
            let members = group.rules.map { evaluate($0, isNegated: isNegated) }
            let satisfied = members.filter(\.isTrue)
            guard isConjunction ? satisfied.count == members.count : !satisfied.isEmpty else { return Evaluation() }
            let ranks = satisfied.map(\.specificity)
            return Evaluation(
                isTrue: true,
                specificity: isConjunction ? ranks.reduce(0, +) : ranks.max() ?? 0,
                consumed: satisfied.reduce(into: []) { $0.formUnion($1.consumed) }
            )
        }
    }

    // MARK: Steps 6 and 7

    private func choose(_ leaders: [Int], _ reason: Selection.Reason, _ result: inout Result) {
        let deployments = result.deployments
        func weight(_ index: Int) -> Double { max(0, deployments[index].deployment.weight ?? 0) }
        var arms: [Int] = []
        if leaders.contains(where: { deployments[$0].deployment.weight != nil }) {
            arms = leaders.filter { weight($0) > 0 }
        }
        guard !arms.isEmpty else {
            let winner = winner(leaders, deployments)
            for index in leaders { result.deployments[index].outcome = index == winner ? .picked : .lostTie }
            result.picked = winner
            result.version = deployments[winner].version
            result.reason = reason
            return
        }
        let experiments = leaders.compactMap { deployments[$0].deployment.experiment }
        let split = Split(
            salt: experiments.first { !$0.isEmpty } ?? record.promptID,
            weights: arms.map { (deployments[$0].deployment.id, weight($0)) }
        )
        let winner: Int
        if let key = query.bucketingKey {
            let bucket = split.bucket(for: key)
            result.bucket = bucket
            winner = arms[split.arm(for: bucket) ?? 0]
        } else {
            let heaviest = arms.map(weight).max()
            winner = self.winner(arms.filter { weight($0) == heaviest }, deployments)
        }
        for index in leaders {
            result.deployments[index].outcome =
                index == winner ? .picked : arms.contains(index) ? .otherArm : .withoutWeight
        }
        result.split = split
        result.arm = arms.firstIndex(of: winner)
        result.picked = winner
        result.version = deployments[winner].version
        result.reason = .split
    }

    private func winner(_ indices: [Int], _ deployments: [Deployed]) -> Int {
        var winner = indices[0]
        for index in indices.dropFirst() where wins(deployments[index], over: deployments[winner]) { winner = index }
        return winner
    }

    private func wins(_ first: Deployed, over second: Deployed) -> Bool {
        let (newer, older) = (first.deployment.timestamp?.date, second.deployment.timestamp?.date)
        if newer != older { return newer ?? .distantPast > older ?? .distantPast }
        if first.version.version != second.version.version { return first.version.version > second.version.version }
        return precedes(first.deployment.id, second.deployment.id)
    }
}

extension SelectionOracle.Result {
    /// The result as the library reports it.
    func selection(of promptID: String) -> Selection {
        var selection = Selection(promptID: promptID, reason: reason)
        selection.version = version?.version
        selection.versionID = version?.id
        selection.deploymentID = picked.map { deployments[$0].deployment.id }
        selection.experiment = split?.salt
        selection.bucket = bucket
        selection.arm = arm
        return selection
    }
}

import Foundation
import Tchavi

/// The plain evaluator of `SELECTION.md`: the definition of what is picked, and the source of explanations. Queries are
/// answered by ``CompiledSelector``, which has to agree with it.
struct Selector {
    /// A deployment of a version that the record has, as it stands in a query.
    struct Candidate {
        let deployment: Deployment
        let version: PromptVersion
        let group: EffectiveGroup
        let evaluation: Evaluation
        /// What keeps it from competing, or `nil` if it competes.
        let exclusion: Exclusion?

        var specificity: Int { evaluation.specificity }
        var finalist: Finalist { Finalist(deployment: deployment, version: version) }
    }

    /// What keeps a deployment from competing.
    enum Exclusion {
        case unknownCombinator(RuleGroup.Combinator)
        case isForEverybody
        case isFalse
        case restsOnNothing
        case enforced([PromptQuery.Condition])
        case notExact(unused: [PromptQuery.Condition], unknownFields: [String])
    }

    struct Result {
        var selection: Selection
        var version: PromptVersion?
        var candidates: [Candidate] = []
        /// The deployments among which the choice was made: all of one rank.
        var finalists: [Int] = []
        var picked: Int?
        var split: Split?
        var choice: Choice?
    }

    let record: PromptRecord
    let query: PromptQuery

    func run() -> Result {
        var result = Result(selection: Selection(promptID: record.promptID, reason: .none))
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) { return result }
        if query.wantsLatest {
            let highest = record.versions.map(\.version).max()
            pick(record.versions.first { $0.version == highest }, .pinned, &result)
            return result
        }
        if let index = query.index(of: PromptQuery.versionField) {
            let rule = query.conditions[index].value
            let pinned = record.versions.first {
                Comparison.test(rule, .equal, .integer(Int64($0.version))) == true
            }
            pick(pinned, .pinned, &result)
            return result
        }
        result.candidates = candidates()
        let competitors = result.candidates.indices.filter { result.candidates[$0].exclusion == nil }
        if let best = competitors.map({ result.candidates[$0].specificity }).max() {
            result.finalists = competitors.filter { result.candidates[$0].specificity == best }
            choose(.matched, &result)
        } else if !query.requiresMatch {
            result.finalists = result.candidates.indices.filter { result.candidates[$0].deployment.isUnconditional }
            if result.finalists.isEmpty {
                pick(record.fallbackVersion, .fallback, &result)
            } else {
                choose(.unconditional, &result)
            }
        }
        return result
    }

    private func pick(_ version: PromptVersion?, _ reason: Selection.Reason, _ result: inout Result) {
        guard let version else { return }
        result.version = version
        result.selection.pick(version, reason)
    }

    // MARK: Competing

    /// Every deployment of a version that there is, ordered by version number and deployment id.
    private func candidates() -> [Candidate] {
        record.orderedDeployments().map { candidate($0.deployment, $0.version) }
    }

    private func candidate(_ deployment: Deployment, _ version: PromptVersion) -> Candidate {
        let group = EffectiveGroup(deployment, tags: version.config?.tags ?? [:], query: query)
        let evaluation = Evaluation.of(group.root, query)
        return Candidate(
            deployment: deployment,
            version: version,
            group: group,
            evaluation: evaluation,
            exclusion: exclusion(deployment, group, evaluation)
        )
    }

    private func exclusion(_ deployment: Deployment, _ group: EffectiveGroup, _ evaluation: Evaluation) -> Exclusion? {
        if let combinator = group.unknownCombinator { return .unknownCombinator(combinator) }
        guard evaluation.isTrue else { return .isFalse }
        guard evaluation.specificity > 0 else { return deployment.isUnconditional ? .isForEverybody : .restsOnNothing }
        func unused(_ isWanted: (PromptQuery.Condition) -> Bool) -> [PromptQuery.Condition] {
            query.conditions.indices.filter { !evaluation.consumed.contains($0) }.map { query.conditions[$0] }
                .filter(isWanted)
        }
        let unusedEnforced = unused(\.isEnforced)
        let enforced = query.conditions.count(where: \.isEnforced)
        switch query.enforcement {
        case .all where !unusedEnforced.isEmpty: return .enforced(unusedEnforced)
        case .any where enforced > 0 && unusedEnforced.count == enforced: return .enforced(unusedEnforced)
        default: break
        }
        if query.isExactMatch {
            let unused = unused { _ in true }
            let unknown = group.root.leaves.map(\.rule.field).filter { query.index(of: $0) == nil }
            if !unused.isEmpty || !unknown.isEmpty { return .notExact(unused: unused, unknownFields: unknown) }
        }
        return nil
    }

    // MARK: Choosing among equals

    /// Steps 6 and 7. The finalists are in the order of version number and deployment id.
    private func choose(_ reason: Selection.Reason, _ result: inout Result) {
        let finalists = result.finalists.map { result.candidates[$0].finalist }
        guard let choice = Choice(among: finalists, query, promptID: record.promptID) else { return }
        result.picked = result.finalists[choice.index]
        result.split = choice.split
        result.choice = choice
        result.version = choice.finalist.version
        result.selection.take(choice, otherwise: reason)
    }
}

extension PromptRecord {
    /// The deployments under a version's id, which is compared by its bytes.
    func deployments(of version: PromptVersion) -> [Deployment] {
        guard let index = deployments.index(forKey: version.id), deployments[index].key.isSameText(as: version.id)
        else { return [] }
        return deployments[index].value
    }
}

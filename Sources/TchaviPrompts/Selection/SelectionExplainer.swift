import Tchavi

/// Explains one selection: evaluates the compiled rules of every deployment and describes the results.
struct SelectionExplainer {
    /// The evaluation of one deployment.
    struct Standing {
        let deployment: CompiledDeployment
        let evaluation: Evaluation
        /// Why the deployment is excluded; `nil` if it competes.
        let exclusion: Exclusion?
    }

    private let selector: CompiledSelector
    private let query: PromptQuery
    private let compiled: CompiledQuery
    private let result: SelectionResult
    /// Every deployment in the selector's order; empty if the deployments are not evaluated for this query.
    let standings: [Standing]

    init(_ selector: CompiledSelector, _ query: PromptQuery) {
        self.selector = selector
        self.query = query
        let compiled = CompiledQuery(query, selector.fields)
        self.compiled = compiled
        result = selector.select(query)
        let deployments = selector.selectWithoutRules(query) == nil ? selector.deployments : []
        standings = deployments.map { deployment in
            let evaluation = deployment.tree.evaluate(compiled)
            let exclusion = compiled.exclusion(of: deployment, evaluation)
            return Standing(deployment: deployment, evaluation: evaluation, exclusion: exclusion)
        }
    }

    func explanation() -> SelectionExplanation {
        SelectionExplanation(
            selection: result.selectionWithContentHash(),
            query: query,
            verdicts: standings.indices.map(verdict),
            unusedEnforcedConditions: unusedEnforcedConditions(),
            notes: notes()
        )
    }

    private func verdict(_ index: Int) -> SelectionExplanation.Verdict {
        let deployment = standings[index].deployment
        let (outcome, reason) = outcome(index)
        let tests = deployment.tree.rules
        let tags = deployment.tree.tags.filter { compiled.condition(on: $0.field) != nil }
        return SelectionExplanation.Verdict(
            deploymentID: deployment.candidate.deployment.id,
            version: deployment.candidate.version.version,
            versionID: deployment.candidate.version.id,
            outcome: outcome,
            reason: standings[index].exclusion == nil ? reason + satisfiedOrders(tests) : reason,
            specificity: standings[index].evaluation.specificity,
            addedTags: tags.map(selector.fields.rule),
            unknownOperators: tests.map(\.comparison).filter { !RuleOperator.known.contains($0) }
        )
    }

    private func outcome(_ index: Int) -> (SelectionExplanation.Outcome, String) {
        if index == result.picked { return (.picked, pickedReason(standings[index])) }
        let standing = standings[index]
        let candidate = standing.deployment.candidate
        let isLeader = result.leaders.contains(index)
        if isLeader, let split = result.split {
            guard candidate.weight > 0 else { return (.withoutWeight, "It has no weight in the split.") }
            let arms = result.leaders.filter { standings[$0].deployment.candidate.weight > 0 }
            let arm = arms.firstIndex(of: index).map { split.arms[$0] }
            let range = arm.map { " from \($0.lowerBound.rounded4) up to \($0.upperBound.rounded4)" } ?? ""
            return (.otherArm, "Its arm of the split is\(range).")
        }
        if isLeader, let picked = result.picked {
            let winner = standings[picked].deployment.candidate
            let order = winner.timestamp != candidate.timestamp ? "newer" : "first in order"
            return (.lostTie, "It matches as well, but \(winner.deployment.id) is \(order).")
        }
        guard let exclusion = standing.exclusion else {
            let best = result.leaders.first.map { standings[$0].evaluation.specificity } ?? 0
            let own = standing.evaluation.specificity
            let rules = own == 1 ? "rule" : "rules"
            return (.outranked, "It matches by \(own) satisfied \(rules), the best match by \(best).")
        }
        if case .unconditional = exclusion {
            return (
                .notNeeded,
                query.requiresMatch
                    ? "It is unconditional, and the query requires a match."
                    : "It is unconditional, and another deployment matched."
            )
        }
        return (.ruledOut, exclusionReason(exclusion, standing))
    }

    private func pickedReason(_ standing: Standing) -> String {
        switch result.selection.reason {
        case .split:
            guard let bucket = result.selection.bucket else {
                return "The query has no bucketing key; it is the heaviest arm."
            }
            return "The bucket \(bucket.ecmaScriptDescription) of `\(result.selection.experiment ?? "")` is in its arm."
        case .unconditional: return "It is unconditional, and no other deployment matched."
        default:
            let rules = standing.evaluation.specificity == 1 ? "rule" : "rules"
            return "It matches by \(standing.evaluation.specificity) satisfied \(rules), which is the best match."
        }
    }

    /// Describes how the satisfied rules that order values compared them.
    private func satisfiedOrders(_ tests: [RuleTest]) -> String {
        tests.map { test in
            guard let kind = Comparison.kind(test.comparison, test.value),
                let index = compiled.condition(satisfying: test)
            else { return "" }
            let rule = (test.wanted ? "" : "not ") + selector.fields.rule(test).description
            return " `\(rule)` holds for `\(query.conditions[index].value)`, compared as \(kind)."
        }.joined()
    }

    private func exclusionReason(_ exclusion: Exclusion, _ standing: Standing) -> String {
        let group = standing.deployment.candidate.deployment.query.map { "`\($0)`" } ?? "no rules"
        switch exclusion {
        case .unreadable:
            return "It could not be read: \(standing.deployment.candidate.deployment.unreadableReason ?? "")."
        case .unconditional: return "It is unconditional."
        case .unknownCombinator:
            return "The combinator `\(standing.deployment.unknownCombinator?.rawValue ?? "")` is unknown."
        case .nothingSatisfied: return "\(group) is true without any of the query's conditions."
        case .rulesDoNotHold:
            return standing.deployment.tree.failure(compiled).map(reason) ?? "\(group) is false."
        case .enforcedNotConsumed:
            let names = unused(by: standing).filter(\.isEnforced).names
            return "It does not use \(names), which the query enforces."
        case .notExact:
            let unused = unused(by: standing)
            guard unused.isEmpty else {
                return "It does not use \(unused.names), and the query requires an exact match."
            }
            let other = standing.deployment.fields.first { compiled.condition(on: $0) == nil }
            let name = other.map { selector.fields.names[$0] } ?? ""
            return "It uses `\(name)`, which the query does not mention, and the query requires an exact match."
        }
    }

    private func unused(by standing: Standing) -> [PromptQuery.Condition] {
        query.conditions.indices.filter { !standing.evaluation.consumed.contains($0) }.map { query.conditions[$0] }
    }

    /// Describes why a tree is false.
    private func reason(_ failure: RuleTree.Failure) -> String {
        switch failure {
        case .alternatives(let count, let first):
            return "None of \(count) alternatives is true. The first: \(reason(first))"
        case .unsatisfied(let test, let isTag):
            let text = (test.wanted ? "" : "not ") + selector.fields.rule(test).description
            let subject = isTag ? "The version's tag `\(text)`" : "`\(text)`"
            guard let index = compiled.condition(on: test.field) else {
                return "\(subject): the query does not mention `\(selector.fields.names[test.field])`."
            }
            if !RuleOperator.known.contains(test.comparison) {
                return "\(subject): the operator `\(test.comparison)` is unknown."
            }
            let given = query.conditions[index].value
            let how =
                Comparison.test(given, test.comparison, test.value) == nil
                ? ", which cannot be compared with it"
                : Comparison.kind(test.comparison, test.value).map { ", compared as \($0)" } ?? ""
            return "\(subject): the query has `\(given)`\(how)."
        }
    }

    private func unusedEnforcedConditions() -> [PromptQuery.Condition] {
        guard !standings.isEmpty else { return [] }
        var mentioned: Set<Int> = []
        for standing in standings {
            mentioned.formUnion(standing.deployment.fields)
            mentioned.formUnion(standing.deployment.tree.tags.map(\.field))
        }
        return query.conditions.filter { condition in
            condition.isEnforced && !(selector.fields.number(of: condition.field).map(mentioned.contains) ?? false)
        }
    }

    private func notes() -> [String] {
        let record = selector.record
        var notes: [String] = []
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) {
            notes.append("The prompt is in the folder `\(record.folderID)`, but the query is limited to `\(folder)`.")
        }
        let known = Set(record.versions.map { ByteText($0.id) })
        for version in record.deployments.keys.filter({ !known.contains(ByteText($0)) }).sorted() {
            notes.append("The deployments of `\(version)` are ignored: the prompt does not have this version.")
        }
        if result.version == nil, standings.isEmpty, notes.isEmpty {
            notes.append(
                query.index(of: PromptQuery.versionField) != nil
                    ? "The prompt has no version of that number."
                    : query.requiresMatch
                        ? "Nothing is deployed, and the query requires a match."
                        : "Nothing is deployed, and there is no fallback."
            )
        }
        return notes
    }
}

extension CompiledSelector {
    /// Selects a version for a query, and explains the outcome of every deployment.
    func explain(_ query: PromptQuery) -> SelectionExplanation {
        SelectionExplainer(self, query).explanation()
    }
}

extension [PromptQuery.Condition] {
    fileprivate var names: String { map { "`\($0.field)`" }.joined(separator: ", ") }
}

extension Double {
    fileprivate var rounded4: String { ((self * 10000).rounded() / 10000).ecmaScriptDescription }
}

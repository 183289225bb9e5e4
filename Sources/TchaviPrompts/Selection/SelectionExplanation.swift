import Tchavi

/// Why a query gets the version it gets, and what kept out every other deployment.
///
/// Asked for with ``PromptLibrary/explain(_:matching:)``; printing it gives a report.
public struct SelectionExplanation: Sendable, Hashable {
    /// What became of a deployment.
    public enum Outcome: String, Sendable, Hashable {
        /// It was picked.
        case picked
        /// It is another arm of the split.
        case otherArm
        /// It matched as well, but has no weight in the split that decides.
        case withoutWeight
        /// It matched as well, and another is newer or has a higher version number.
        case lostTie
        /// It matched, and another is more specific.
        case outranked
        /// It is for everybody, and another matched.
        case notNeeded
        /// It did not match.
        case ruledOut
    }

    /// One deployment, and what became of it.
    public struct Verdict: Sendable, Hashable {
        /// The deployment.
        public var deploymentID: String
        /// Its version's number.
        public var version: Int
        /// Its version's id.
        public var versionID: String
        /// What became of it.
        public var outcome: Outcome
        /// Why, in one sentence: ``region = eu` was given `us-east`.`
        public var reason: String
        /// How many satisfied rules its match rests on.
        public var specificity: Int
        /// The rules that were added for the version's tags.
        public var addedTags: [Rule]
        /// The operators among its rules that are not known, and satisfy nothing.
        public var unknownOperators: [RuleOperator]
    }

    /// What was picked, and why.
    public var selection: Selection
    /// The query.
    public var query: PromptQuery
    /// Every deployment, ordered by version number and deployment id. Empty where no deployment was looked at.
    public var verdicts: [Verdict]
    /// The enforced conditions that no deployment looks at, which alone keep every match out.
    public var unusedEnforcedConditions: [PromptQuery.Condition]
    /// What there is to know beside that, in sentences.
    public var notes: [String]
}

extension Selector {
    /// Runs the selection and explains it.
    func explained() -> SelectionExplanation {
        let result = run()
        let mentioned = result.candidates.flatMap { $0.group.root.leaves.map(\.rule.field) }
        return SelectionExplanation(
            selection: result.selection,
            query: query,
            verdicts: result.candidates.indices.map { verdict($0, result) },
            unusedEnforcedConditions: result.candidates.isEmpty
                ? []
                : query.conditions.filter { condition in
                    condition.isEnforced && !mentioned.contains { $0.isSameText(as: condition.field) }
                },
            notes: notes(result)
        )
    }

    private func verdict(_ index: Int, _ result: Result) -> SelectionExplanation.Verdict {
        let candidate = result.candidates[index]
        let (outcome, reason) = outcome(index, result)
        let leaves = candidate.group.root.leaves
        return SelectionExplanation.Verdict(
            deploymentID: candidate.deployment.id,
            version: candidate.version.version,
            versionID: candidate.version.id,
            outcome: outcome,
            reason: reason,
            specificity: candidate.specificity,
            addedTags: leaves.filter(\.isTag).map(\.rule),
            unknownOperators: leaves.map(\.rule.operator).filter { !RuleOperator.known.contains($0) }
        )
    }

    private func outcome(_ index: Int, _ result: Result) -> (SelectionExplanation.Outcome, String) {
        let candidate = result.candidates[index]
        let isFinalist = result.finalists.contains(index)
        let group = candidate.deployment.query.map { "`\($0)`" } ?? "no rules"
        if index == result.picked { return (.picked, pickedReason(candidate, result)) }
        if isFinalist, let split = result.split {
            guard candidate.finalist.weight > 0 else { return (.withoutWeight, "It has no weight in the split.") }
            let arm = split.arms.first { $0.deploymentID.isSameText(as: candidate.deployment.id) }
            let range = arm.map { " from \($0.lowerBound.rounded4) up to \($0.upperBound.rounded4)" } ?? ""
            return (.otherArm, "Its arm of the split is\(range).")
        }
        let picked = result.picked.map { result.candidates[$0] }
        if isFinalist, let picked {
            let what = picked.deployment.timestamp != candidate.deployment.timestamp ? "newer" : "first in order"
            return (.lostTie, "It matches as well, but \(picked.deployment.id) is \(what).")
        }
        guard let exclusion = candidate.exclusion else {
            let best = result.finalists.first.map { result.candidates[$0].specificity } ?? 0
            return (.outranked, "It rests on \(candidate.specificity) satisfied rules, the best on \(best).")
        }
        switch exclusion {
        case .isForEverybody:
            let isPossible = !query.requiresMatch
            return (
                .notNeeded, isPossible ? "It is for everybody, and another matched." : "The query requires a match."
            )
        case .unknownCombinator(let combinator):
            return (.ruledOut, "The combinator `\(combinator)` is not known.")
        case .restsOnNothing: return (.ruledOut, "\(group) holds without any of the query's conditions.")
        case .enforced(let conditions):
            return (.ruledOut, "It does not look at \(conditions.names), which the query enforces.")
        case .notExact(let unused, _) where !unused.isEmpty:
            return (.ruledOut, "It does not look at \(unused.names), and the query wants an exact match.")
        case .notExact(_, let fields):
            return (.ruledOut, "It looks at `\(fields.first ?? "")`, which the exact query does not mention.")
        case .isFalse: return (.ruledOut, failure(of: candidate.group.root) ?? "\(group) does not hold.")
        }
    }

    private func pickedReason(_ candidate: Candidate, _ result: Result) -> String {
        switch result.selection.reason {
        case .split:
            guard let bucket = result.selection.bucket else {
                return "The query has no bucketing key; it is the heaviest arm."
            }
            return "The bucket \(bucket.ecmaScriptDescription) of `\(result.selection.experiment ?? "")` is in its arm."
        case .unconditional: return "It is for everybody, and no other matched."
        default:
            let rules = candidate.specificity == 1 ? "rule" : "rules"
            return "It rests on \(candidate.specificity) satisfied \(rules), which is the best."
        }
    }

    /// The first leaf that keeps a group from holding, in words.
    private func failure(of node: EffectiveGroup.Node) -> String? {
        switch node {
        case .leaf(let rule, let wanted, let isTag):
            guard !Evaluation.of(node, query).isTrue else { return nil }
            let text = (wanted ? "" : "not ") + rule.description
            let subject = isTag ? "The version's tag `\(text)`" : "`\(text)`"
            guard let index = query.index(of: rule.field) else {
                return "\(subject): the query does not mention `\(rule.field)`."
            }
            let given = query.conditions[index].value
            if !RuleOperator.known.contains(rule.operator) {
                return "\(subject): the operator `\(rule.operator)` is not known."
            }
            let isComparable = Comparison.test(given, rule.operator, rule.value) != nil
            return "\(subject) was given `\(given)`\(isComparable ? "" : ", which cannot be compared with it")."
        case .all(let members): return members.lazy.compactMap(failure).first
        case .any(let members):
            let failures = members.compactMap(failure)
            guard failures.count == members.count, let first = failures.first else { return nil }
            return failures.count == 1 ? first : "None of \(failures.count) alternatives holds; the first: \(first)"
        }
    }

    private func notes(_ result: Result) -> [String] {
        var notes: [String] = []
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) {
            notes.append("The prompt is in folder `\(record.folderID)`, the query asks for one in `\(folder)`.")
        }
        let known = Set(record.versions.map { ByteText($0.id) })
        for version in record.deployments.keys.filter({ !known.contains(ByteText($0)) }).sorted() {
            notes.append("The deployments of `\(version)` are ignored: the prompt has no such version.")
        }
        if result.version == nil, result.candidates.isEmpty, notes.isEmpty {
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

extension [PromptQuery.Condition] {
    fileprivate var names: String { map { "`\($0.field)`" }.joined(separator: ", ") }
}

extension Double {
    fileprivate var rounded4: String { ((self * 10000).rounded() / 10000).ecmaScriptDescription }
}

extension SelectionExplanation: CustomStringConvertible {
    /// A report: what was picked, then each deployment with what became of it.
    public var description: String {
        var lines = ["Picked \(selection)."]
        if !query.conditions.isEmpty {
            let conditions = query.conditions.map { "\($0.field) = \($0.value)\($0.isEnforced ? " (enforced)" : "")" }
            lines.append("The query gives \(conditions.joined(separator: ", ")).")
        }
        let width = verdicts.map(\.deploymentID.count).max() ?? 0
        for verdict in verdicts {
            let mark = verdict.outcome == .picked ? "*" : "-"
            let name = verdict.deploymentID + String(repeating: " ", count: width - verdict.deploymentID.count)
            lines.append("  \(mark) \(name)  version \(verdict.version)  \(verdict.reason)")
            if !verdict.unknownOperators.isEmpty {
                let names = verdict.unknownOperators.map { "`\($0)`" }.joined(separator: ", ")
                lines.append("    It has operators that are not known, and satisfy nothing: \(names).")
            }
        }
        for condition in unusedEnforcedConditions {
            lines.append("No deployment looks at `\(condition.field)`, which the query enforces.")
        }
        return (lines + notes).joined(separator: "\n")
    }
}

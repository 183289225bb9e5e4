import Tchavi

/// Why a query gets the version it gets, and what kept out every other deployment.
///
/// Returned by ``PromptLibrary/explain(_:matching:)``; printing it gives a report.
public struct SelectionExplanation: Sendable, Hashable {
    /// What became of a deployment.
    public enum Outcome: String, Sendable, Hashable {
        /// It was picked.
        case picked
        /// It is another arm of the split.
        case otherArm
        /// It matched as well, but has no weight in the split that decides.
        case withoutWeight
        /// It matched as well, but another is newer or has a higher version number.
        case lostTie
        /// It matched, but another is more specific.
        case outranked
        /// It is unconditional, and another matched.
        case notNeeded
        /// It did not match.
        case ruledOut
    }

    /// One deployment, and what became of it.
    public struct Verdict: Sendable, Hashable {
        /// The deployment's id.
        public var deploymentID: String
        /// The number of the version that it deploys.
        public var version: Int
        /// The id of the version that it deploys.
        public var versionID: String
        /// What became of it.
        public var outcome: Outcome
        /// Why, in one sentence: ``region = eu` was given `us-east`.`
        public var reason: String
        /// How many satisfied rules its match rests on.
        public var specificity: Int
        /// The rules that were added for the version's tags, in the order of the tags' names.
        public var addedTags: [Rule]
        /// The unknown operators among its rules, which satisfy nothing.
        public var unknownOperators: [RuleOperator]
    }

    /// What was picked, and why.
    public var selection: Selection
    /// The query that is explained.
    public var query: PromptQuery
    /// Every deployment, ordered by version number and deployment id. Empty where no deployment was looked at.
    public var verdicts: [Verdict]
    /// The enforced conditions that no deployment looks at. With all conditions enforced, one is enough to keep every
    /// deployment from matching.
    public var unusedEnforcedConditions: [PromptQuery.Condition]
    /// Anything else that explains the selection, in sentences.
    public var notes: [String]
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
                lines.append("    It has unknown operators, which satisfy nothing: \(names).")
            }
        }
        for condition in unusedEnforcedConditions {
            lines.append("No deployment looks at `\(condition.field)`, which the query enforces.")
        }
        return (lines + notes).joined(separator: "\n")
    }
}

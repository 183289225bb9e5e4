import Tchavi

/// An explanation of a selection: the selected version, and the outcome of every deployment.
///
/// Returned by ``PromptLibrary/explain(_:matching:)``. Print it for a readable report.
public struct SelectionExplanation: Sendable, Hashable {
    /// The outcome of the selection for a deployment.
    public enum Outcome: String, Sendable, Hashable {
        /// The deployment was selected.
        case picked
        /// The deployment is another arm of the split.
        case otherArm
        /// The deployment matches equally well, but has no weight in the split that decides.
        case withoutWeight
        /// The deployment matches equally well, but another one is newer or has a higher version number.
        case lostTie
        /// The deployment matches, but another one is more specific.
        case outranked
        /// The deployment is unconditional, and another one matches or the query requires a match.
        case notNeeded
        /// The deployment does not match.
        case ruledOut
    }

    /// A deployment with its outcome and the reason for it.
    public struct Verdict: Sendable, Hashable {
        /// The deployment's id.
        public var deploymentID: String
        /// The number of the version that it deploys.
        public var version: Int
        /// The id of the version that it deploys.
        public var versionID: String
        /// Whether the deployment was selected, and if not, at which step it lost.
        public var outcome: Outcome
        /// The reason for the outcome, as a sentence.
        public var reason: String
        /// The number of satisfied rules and tags that make the deployment match. The highest number is selected.
        public var specificity: Int
        /// The rules that were added for tags of the version that the query mentions, ordered by the names of the tags.
        public var addedTags: [Rule]
        /// The unknown operators of its rules. A rule with an unknown operator is never satisfied.
        public var unknownOperators: [RuleOperator]
    }

    /// The version that was selected, and why.
    public var selection: Selection
    /// The query whose selection is explained.
    public var query: PromptQuery
    /// Every deployment, ordered by version number and deployment id; empty if the query is decided without
    /// deployments.
    public var verdicts: [Verdict]
    /// The enforced conditions on fields that no deployment uses. Unless the query has ``PromptQuery/Enforcement/any``,
    /// one of them is enough to prevent every match.
    public var unusedEnforcedConditions: [PromptQuery.Condition]
    /// Further reasons for the selection, as sentences.
    public var notes: [String]
}

extension SelectionExplanation: CustomStringConvertible {
    /// A report with the selection, the query's conditions, and each deployment with its reason. Control characters are
    /// escaped.
    public var description: String {
        var lines = ["Picked \(selection)."]
        if !query.conditions.isEmpty {
            lines.append("The query has \(query.conditions.map(\.description).joined(separator: ", ")).")
        }
        let width = verdicts.map(\.deploymentID.count).max() ?? 0
        for verdict in verdicts {
            let mark = verdict.outcome == .picked ? "*" : "-"
            let name = verdict.deploymentID + String(repeating: " ", count: width - verdict.deploymentID.count)
            lines.append("  \(mark) \(name)  version \(verdict.version)  \(verdict.reason)")
            if !verdict.unknownOperators.isEmpty {
                let names = verdict.unknownOperators.map { "`\($0)`" }.joined(separator: ", ")
                lines.append("    Rules with unknown operators are never satisfied: \(names).")
            }
        }
        for condition in unusedEnforcedConditions {
            lines.append("No deployment uses `\(condition.field)`, which the query enforces.")
        }
        return (lines + notes).map(\.escapingControlCharacters).joined(separator: "\n")
    }
}

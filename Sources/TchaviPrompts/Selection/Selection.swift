public import Tchavi

/// Which version was picked for a query, and why: small enough to keep with every response.
public struct Selection: Sendable, Hashable {
    /// Why a version was picked. The set is open: later versions may add to it.
    public struct Reason: OpenEnum, JSONScalar {
        /// The name of the reason.
        public let rawValue: String
        /// A reason by its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The query asked for the version by its number, or for the latest.
        public static let pinned: Reason = "pinned"
        /// The rules of its deployment matched best.
        public static let matched: Reason = "matched"
        /// Its deployment is one arm of a split, and the user's bucket is in its range.
        public static let split: Reason = "split"
        /// Its deployment is unconditional, and no other matched.
        public static let unconditional: Reason = "unconditional"
        /// It is the prompt's fallback, and no deployment applied to the query.
        public static let fallback: Reason = "fallback"
        /// Nothing was picked.
        public static let none: Reason = "none"
    }

    /// The id of the prompt that was asked for.
    public var promptID: String
    /// The version's number; `nil` where nothing was picked.
    public var version: Int?
    /// The version's id; `nil` where nothing was picked.
    public var versionID: String?
    /// Why it was picked.
    public var reason: Reason
    /// The deployment that decided; `nil` for a pinned version and for the fallback.
    public var deploymentID: String?
    /// The salt of the split that decided, if one did: the experiment's name, or else the prompt's id.
    public var experiment: String?
    /// The user's bucket in the split, from 0 up to 1; `nil` without a key.
    public var bucket: Double?
    /// The index of the picked arm in the split, if one decided.
    public var arm: Int?
    /// How long before the selection the prompts were read from their source.
    public var snapshotAge: Duration?

    init(promptID: String, reason: Reason) {
        self.promptID = promptID
        self.reason = reason
    }
}

extension Selection: JSONMapped {
    package init() { self.init(promptID: "", reason: .none) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("promptId", &promptID)
        json.field("version", &version)
        json.field("versionId", &versionID)
        json.field("reason", &reason)
        json.field("deploymentId", &deploymentID)
        json.field("experiment", &experiment)
        json.field("bucket", &bucket)
        json.field("arm", &arm)
        json.field("snapshotAge", &snapshotAge)
    }
}

extension Selection: CustomStringConvertible {
    /// The selection in one line: `version 3 of support-reply, matched by deployment enterprise-rollout`.
    public var description: String {
        guard let version else { return "no version of \(promptID)" }
        var text = "version \(version) of \(promptID), "
        switch reason {
        case .pinned: text += "pinned by the query"
        case .matched: text += "matched by deployment \(deploymentID ?? "?")"
        case .unconditional: text += "by the unconditional deployment \(deploymentID ?? "?")"
        case .fallback: text += "the fallback: no deployment applies to this query"
        case .split:
            text += "arm \((arm ?? 0) + 1) of the split `\(experiment ?? "")` by deployment \(deploymentID ?? "?")"
            text += bucket.map { " (bucket \($0.ecmaScriptDescription))" } ?? " (no bucketing key: the heaviest arm)"
        default: text += reason.rawValue
        }
        return text
    }
}

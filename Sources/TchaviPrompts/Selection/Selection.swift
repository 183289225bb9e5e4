public import Tchavi

/// The version that was selected for a query, and why. Every response has one.
public struct Selection: Sendable, Hashable {
    /// The reason for a selection. The set is open: later versions of the package may add members.
    public struct Reason: OpenEnum, JSONScalar {
        /// The name of the reason.
        public let rawValue: String
        /// Creates a reason from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The query asked for the version by its number, or for the latest.
        public static let pinned: Reason = "pinned"
        /// The rules and tags of its deployment match the query best.
        public static let matched: Reason = "matched"
        /// Its deployment is one arm of a split, and the user's bucket is in its range.
        public static let split: Reason = "split"
        /// Its deployment is unconditional, and no other deployment matches.
        public static let unconditional: Reason = "unconditional"
        /// It is the prompt's fallback, and no deployment applies to the query.
        public static let fallback: Reason = "fallback"
        /// It is the default that the caller gave, because the prompt was not available.
        public static let `default`: Reason = "default"
        /// No version was selected.
        public static let none: Reason = "none"
    }

    /// Where a selected version came from. The set is open: later versions of the package may add members.
    public struct Origin: OpenEnum, JSONScalar {
        /// The name of the origin.
        public let rawValue: String
        /// Creates an origin from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The source, as it was read by this process.
        public static let source: Origin = "source"
        /// The disk cache, written when the source was last read.
        public static let disk: Origin = "disk"
        /// The prompts that the program ships.
        public static let shipped: Origin = "shipped"
        /// The default that the caller gave.
        public static let `default`: Origin = "default"
        /// The source, of which the environment or the configuration overrides the version.
        public static let override: Origin = "override"
    }

    /// A version that the query selects and that was not used, because it does not fit the program's ``PromptContract``.
    public struct HeldBack: Sendable, Hashable {
        /// The number of the version.
        public var version: Int
        /// The id of the version.
        public var versionID: String
        /// Why it does not fit, each in one sentence.
        public var reasons: [String]

        /// Creates a version that is held back.
        public init(version: Int, versionID: String, reasons: [String]) {
            self.version = version
            self.versionID = versionID
            self.reasons = reasons
        }
    }

    /// The id of the requested prompt.
    public var promptID: String
    /// The number of the selected version; `nil` if none was selected.
    public var version: Int?
    /// The id of the selected version; `nil` if none was selected.
    public var versionID: String?
    /// The ``PromptVersion/contentHash`` of the selected version, which tells afterwards whether the version was edited in
    /// place; `nil` if none was selected, or the version has no configuration.
    public var versionContentHash: String?
    /// Why the version was selected.
    public var reason: Reason
    /// The id of the deployment that decided; `nil` for a pinned version and for the fallback.
    public var deploymentID: String?
    /// The salt of the split that decided, if one did: the experiment's name, or else the prompt's id.
    public var experiment: String?
    /// The bucket of the bucketing key in the split, at least 0 and less than 1; `nil` without a key.
    public var bucket: Double?
    /// The index of the selected arm in the split, if a split decided.
    public var arm: Int?
    /// The time between reading the prompts from their source and the selection.
    public var snapshotAge: Duration?
    /// Where the version came from; `nil` if that is not known.
    public var origin: Origin?
    /// The version that the query selects, if it was held back and another one is used.
    public var heldBack: HeldBack?

    /// Creates a selection, for tests of code that processes one.
    public init(
        promptID: String,
        version: Int? = nil,
        versionID: String? = nil,
        versionContentHash: String? = nil,
        reason: Reason,
        deploymentID: String? = nil,
        experiment: String? = nil,
        bucket: Double? = nil,
        arm: Int? = nil,
        snapshotAge: Duration? = nil,
        origin: Origin? = nil,
        heldBack: HeldBack? = nil
    ) {
        self.promptID = promptID
        self.version = version
        self.versionID = versionID
        self.versionContentHash = versionContentHash
        self.reason = reason
        self.deploymentID = deploymentID
        self.experiment = experiment
        self.bucket = bucket
        self.arm = arm
        self.snapshotAge = snapshotAge
        self.origin = origin
        self.heldBack = heldBack
    }
}

extension Selection: JSONMapped {
    package init() { self.init(promptID: "", reason: .none) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("promptId", &promptID)
        json.field("version", &version)
        json.field("versionId", &versionID)
        json.field("versionContentHash", &versionContentHash)
        json.field("reason", &reason)
        json.field("deploymentId", &deploymentID)
        json.field("experiment", &experiment)
        json.field("bucket", &bucket)
        json.field("arm", &arm)
        json.field("snapshotAge", &snapshotAge)
        json.field("origin", &origin)
        json.field("heldBack", &heldBack)
    }
}

extension Selection.HeldBack: JSONMapped {
    package init() { self.init(version: 0, versionID: "", reasons: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("version", &version)
        json.field("versionId", &versionID)
        json.field("reasons", &reasons)
    }
}

extension Selection: CustomStringConvertible {
    /// The selection in one line: `version 3 of support-reply, matched by deployment enterprise-rollout`. Says where the
    /// version came from, if that is not the source: `…, from disk, read 5 min ago`.
    public var description: String {
        var text = decision
        switch origin {
        case .disk: text += ", from disk"
        case .shipped: text += ", shipped with the program"
        default: break
        }
        if origin == .disk, let snapshotAge { text += ", read \(Self.approximate(snapshotAge)) ago" }
        if let heldBack {
            text += "; version \(heldBack.version) is held back: \(heldBack.reasons.joined(separator: " "))"
        }
        return text
    }

    /// An age in its greatest unit.
    private static func approximate(_ age: Duration) -> String {
        let seconds = max(0, age.components.seconds)
        return switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min"
        case ..<86400: "\(seconds / 3600) h"
        default: "\(seconds / 86400) d"
        }
    }

    private var decision: String {
        if reason == .default { return "the caller's default for \(promptID)" }
        guard let version else { return "no version of \(promptID)" }
        var text = "version \(version) of \(promptID), "
        switch reason {
        case .pinned: text += origin == .override ? "pinned by an override" : "pinned by the query"
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

import Tchavi

/// A user's assignment to an arm of a split.
public struct Assignment: Sendable, Hashable, Codable {
    /// The id of the prompt that is split.
    public var promptID: String
    /// The experiment's name, or the prompt's id for a split without one.
    public var experiment: String
    /// The index of the picked arm in the split.
    public var arm: Int
    /// The id of the picked arm's deployment.
    public var deploymentID: String
    /// The number of the version that the arm deploys.
    public var version: Int
    /// The bucketing key, such as the user's id.
    public var key: String
}

/// Records which users were assigned to which arm of a split, and checks whether the arms got the shares that their
/// weights give them.
///
/// ```swift
/// let assignments = AssignmentLog { assignment in analytics.record(assignment) }
/// let library = PromptLibrary(source: source, gateway: client, observers: [assignments])
/// // … later …
/// if let summary = assignments.summary(of: "tone-2026"), summary.hasSampleRatioMismatch {
///     print("The arms' shares are not what their weights say: \(summary.arms)")
/// }
/// ```
///
/// A split is counted separately for each prompt and for each set of arms and ranges: after a change of weights, and for
/// a library with other weights, counting starts with no users, and the earlier counts are kept.
///
/// The number of remembered assignments is limited over all splits. Beyond the limit the oldest are removed, and
/// reported again if they recur. A split that has lost one is not counted any further. Its counts remain, until there are
/// 1,000 other splits of whose users none is remembered.
public final class AssignmentLog: PromptObserver {
    private let limit: Int
    private let onAssignment: @Sendable (Assignment) -> Void
    private let state: Locked<RememberedAssignments>

    /// Creates a log without assignments.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of assignments to remember, so that each is reported once. An assignment takes
    ///     about 200 bytes and its key.
    ///   - onAssignment: Called once for each prompt, experiment, arm and key, on the task that requests the prompt,
    ///     which waits for it.
    public init(limit: Int = 100_000, onAssignment: @escaping @Sendable (Assignment) -> Void = { _ in }) {
        self.limit = max(1, limit)
        self.onAssignment = onAssignment
        state = Locked(RememberedAssignments())
    }

    /// Records the assignment, if a split with a bucketing key decided the selection.
    ///
    /// - Parameter event: Which version was selected, and for which query.
    public func selected(_ event: SelectionEvent) {
        let selection = event.selection
        guard let split = event.split, let key = event.query.bucketingKey, let arm = selection.arm,
            split.arms.indices.contains(arm), let version = selection.version
        else { return }
        let isNew = state.withLock { $0.record(key, arm: arm, of: split, promptID: selection.promptID, limit: limit) }
        guard isNew else { return }
        onAssignment(
            Assignment(
                promptID: selection.promptID,
                experiment: split.salt,
                arm: arm,
                deploymentID: split.arms[arm].deploymentID,
                version: version,
                key: key
            )
        )
    }

    /// Counts the users of an experiment by arm, for the arms and weights that it has now. If it had them before, users of
    /// that time are included.
    ///
    /// If several splits have the experiment's name at the same time, for other audiences or in other libraries, use
    /// ``summaries(of:promptID:)``: this method returns the one that happened to be selected by last.
    ///
    /// - Parameters:
    ///   - experiment: The experiment's name, or the prompt's id for a split without one.
    ///   - promptID: The prompt's id, if several prompts have an experiment of that name.
    /// - Returns: The summary of the split that was last selected by, or `nil` if there is none.
    public func summary(of experiment: String, promptID: String? = nil) -> Summary? {
        summaries(of: experiment, promptID: promptID).first
    }

    /// Counts the users of an experiment by arm, separately for each of its splits that the log remembers: before and
    /// after a change of weights, and for each prompt and library that has other arms.
    ///
    /// - Parameters:
    ///   - experiment: The experiment's name, or the prompt's id for a split without one.
    ///   - promptID: The prompt's id; `nil` for the splits of all prompts.
    /// - Returns: The summaries, the one of the split that was last selected by first.
    public func summaries(of experiment: String, promptID: String? = nil) -> [Summary] {
        state.withLock { state in
            state.splits.values
                .filter { $0.isSplit(of: experiment, promptID: promptID) }
                .sorted { $0.lastSelection > $1.lastSelection }
                .map(Summary.init)
        }
    }
}

extension AssignmentLog {
    /// How many users of one split were assigned to each arm.
    public struct Summary: Sendable, Hashable, Codable {
        /// The users of one arm.
        public struct Arm: Sendable, Hashable, Codable {
            /// The id of the arm's deployment.
            public var deploymentID: String
            /// The expected share of the users according to the arm's weight, from 0 to 1.
            public var share: Double
            /// How many users were assigned to the arm.
            public var count: Int
        }

        /// The id of the prompt that is split.
        public var promptID: String
        /// The experiment's name, or the prompt's id for a split without one.
        public var experiment: String
        /// The arms, in the order of their ranges.
        public var arms: [Arm]
        /// An upper bound of the probability that correct assignments ever give counts as uneven as the most uneven so
        /// far. It never increases.
        public var pValue: Double
        /// Whether users are no longer counted, because the log has removed some of them beyond its limit and could
        /// count them twice. The counts and ``pValue`` are those of the users before.
        public var hasReachedLimit: Bool

        /// Whether the counts are so uneven (p < 0.001) that the assignment or the counting is probably faulty.
        ///
        /// It can be read at any time and as often as needed, from the first user on: the test is sequential, so that
        /// at most one in 1,000 correct splits ever has a mismatch. Once there is one, it remains for as long as the log
        /// keeps the counts.
        public var hasSampleRatioMismatch: Bool { pValue < 0.001 }
    }
}

extension AssignmentLog.Summary {
    fileprivate init(_ users: SplitUsers) {
        promptID = users.promptID.text
        experiment = users.split.salt
        arms = zip(users.split.arms, users.test.counts).map { arm, count in
            Arm(deploymentID: arm.deploymentID, share: arm.upperBound - arm.lowerBound, count: count)
        }
        pValue = users.test.pValue
        hasReachedLimit = users.isClosed
    }
}

extension AssignmentLog.Summary: CustomStringConvertible {
    /// The counts in one line: `tone-2026: formal 5014 users (50.14 %, expected 50 %), …; no sample-ratio mismatch`.
    public var description: String {
        let total = Double(arms.reduce(0) { $0 + $1.count })
        let counts = arms.map { arm in
            let share = total > 0 ? Double(arm.count) / total : 0
            return "\(arm.deploymentID) \(arm.count) users (\(share.percent), expected \(arm.share.percent))"
        }
        let verdict = hasSampleRatioMismatch ? "sample-ratio mismatch" : "no sample-ratio mismatch"
        return "\(experiment): \(counts.joined(separator: ", ")); \(verdict)".escapingControlCharacters
    }
}

extension Double {
    /// The number in percent, to two digits after the point.
    fileprivate var percent: String { "\(((self * 10_000).rounded() / 100).ecmaScriptDescription) %" }
}

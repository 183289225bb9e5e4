import Tchavi

/// A user's assignment to an arm of a split.
public struct Assignment: Sendable, Hashable {
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
/// The number of remembered assignments is limited. Beyond the limit the oldest are removed, and reported again if they
/// recur.
public final class AssignmentLog: PromptObserver {
    /// How many users of one experiment were assigned to each arm.
    public struct Summary: Sendable, Hashable {
        /// The users of one arm.
        public struct Arm: Sendable, Hashable {
            /// The id of the arm's deployment.
            public var deploymentID: String
            /// The expected share of the users according to the arm's weight, from 0 to 1.
            public var share: Double
            /// How many users were assigned to the arm.
            public var count: Int
        }

        /// The experiment's name, or the prompt's id for a split without one.
        public var experiment: String
        /// The arms, in the order of their ranges.
        public var arms: [Arm]
        /// The chi-square statistic of the counts against the shares; `nil` if fewer than 8 users are expected in an
        /// arm, which are too few for the test.
        public var chiSquare: Double?
        /// The probability that chance alone causes counts at least this uneven; `nil` if there are too few users.
        public var pValue: Double?

        /// Whether the counts are so uneven (p < 0.001) that the assignment or the counting is probably faulty.
        public var hasSampleRatioMismatch: Bool { pValue.map { $0 < 0.001 } ?? false }
    }

    /// Identifies a split. The same experiment on another prompt, or between other arms, is counted separately.
    private struct SplitKey: Hashable {
        let prompt: ByteText
        let experiment: ByteText
        let arms: [String]
    }

    private struct UserCounts {
        let split: Split
        var counts: [Int]
        /// The counted keys. Beyond the limit no more are added.
        var users: Set<ByteText> = []
    }

    private struct SeenAssignment: Hashable {
        let prompt: ByteText
        let experiment: ByteText
        let arm: String
        let key: ByteText
    }

    private struct State {
        var seen: Set<SeenAssignment> = []
        /// The seen assignments as a ring buffer.
        var order: [SeenAssignment] = []
        /// The index of the oldest assignment in the ring buffer.
        var oldest = 0
        var counts: [SplitKey: UserCounts] = [:]
    }

    private let limit: Int
    private let onAssignment: @Sendable (Assignment) -> Void
    private let state = Locked(State())

    /// Creates a log without assignments.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of assignments to remember, so that each is reported once.
    ///   - onAssignment: Called once for each prompt, experiment, arm and key, on the task that requests the prompt,
    ///     which waits for it.
    public init(limit: Int = 100_000, onAssignment: @escaping @Sendable (Assignment) -> Void = { _ in }) {
        self.limit = max(1, limit)
        self.onAssignment = onAssignment
    }

    /// Records the assignment, if a split with a bucketing key decided the selection.
    ///
    /// - Parameter event: Which version was selected, and for which query.
    public func selected(_ event: SelectionEvent) {
        let selection = event.selection
        guard let split = event.split, let key = event.query.bucketingKey, let arm = selection.arm,
            let deploymentID = selection.deploymentID, let version = selection.version
        else { return }
        let prompt = ByteText(selection.promptID)
        let seen = SeenAssignment(
            prompt: prompt,
            experiment: ByteText(split.salt),
            arm: deploymentID,
            key: ByteText(key)
        )
        let splitKey = SplitKey(prompt: prompt, experiment: seen.experiment, arms: split.arms.map(\.deploymentID))
        let isNew = state.withLock { state in
            // The counts start again when the weights change, because earlier counts cannot be compared with the new
            // shares. Removed from the dictionary, so that the set is changed in place.
            var count = state.counts.removeValue(forKey: splitKey)
            if count?.split != split {
                count = UserCounts(split: split, counts: [Int](repeating: 0, count: split.arms.count))
            }
            if let users = count?.users.count, users < limit, count?.users.insert(seen.key).inserted == true {
                count?.counts[arm] += 1
            }
            state.counts[splitKey] = count
            guard state.seen.insert(seen).inserted else { return false }
            if state.order.count < limit {
                state.order.append(seen)
            } else {
                state.seen.remove(state.order[state.oldest])
                state.order[state.oldest] = seen
                state.oldest = (state.oldest + 1) % limit
            }
            return true
        }
        guard isNew else { return }
        onAssignment(
            Assignment(
                promptID: selection.promptID,
                experiment: split.salt,
                arm: arm,
                deploymentID: deploymentID,
                version: version,
                key: key
            )
        )
    }

    /// Counts the users of an experiment by arm, since its arms and weights last changed.
    ///
    /// - Parameters:
    ///   - experiment: The experiment's name, or the prompt's id for a split without one.
    ///   - promptID: The prompt's id, if several prompts have an experiment of that name.
    /// - Returns: The summary of the split with the most users, or `nil` if there is none.
    public func summary(of experiment: String, promptID: String? = nil) -> Summary? {
        let count = state.withLock { state in
            state.counts
                .filter { key, _ in
                    key.experiment == ByteText(experiment) && promptID.map { key.prompt == ByteText($0) } ?? true
                }
                .max { $0.value.users.count < $1.value.users.count }?.value
        }
        guard let count else { return nil }
        let (split, counts) = (count.split, count.counts)
        let arms = zip(split.arms, counts).map { arm, count in
            Summary.Arm(deploymentID: arm.deploymentID, share: arm.upperBound - arm.lowerBound, count: count)
        }
        var summary = Summary(experiment: experiment, arms: arms)
        let total = Double(counts.reduce(0, +))
        guard arms.count > 1, arms.allSatisfy({ $0.share * total >= 8 }) else { return summary }
        let chiSquare = arms.reduce(0) { sum, arm in
            let expected = arm.share * total
            return sum + (Double(arm.count) - expected) * (Double(arm.count) - expected) / expected
        }
        summary.chiSquare = chiSquare
        summary.pValue = ChiSquare.upperTail(chiSquare, degreesOfFreedom: arms.count - 1)
        return summary
    }
}

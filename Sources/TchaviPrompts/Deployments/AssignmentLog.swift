import Foundation
import Tchavi

/// A user's assignment to an arm of a split, as it happened.
public struct Assignment: Sendable, Hashable {
    /// The prompt.
    public var promptID: String
    /// The experiment, or what else salts the split.
    public var experiment: String
    /// The picked arm's place among the arms, from 0.
    public var arm: Int
    /// The picked arm's deployment.
    public var deploymentID: String
    /// The picked version's number.
    public var version: Int
    /// Whom the assignment sticks to.
    public var key: String
}

/// Takes down which users were assigned to which arm, each once, and checks whether the arms got the shares that they
/// should have.
///
/// ```swift
/// let assignments = AssignmentLog { assignment in analytics.record(assignment) }
/// let library = PromptLibrary(source: source, gateway: client, assignments: assignments)
/// // … later …
/// if let summary = assignments.summary(of: "tone-2026"), summary.hasSampleRatioMismatch {
///     print("The arms' shares are not what their weights say: \(summary.arms)")
/// }
/// ```
///
/// It remembers up to a number of users, and forgets the oldest beyond it; a user who was forgotten and comes back is
/// reported again.
public final class AssignmentLog: Sendable {
    /// What the users of one experiment were assigned to.
    public struct Summary: Sendable, Hashable {
        /// One arm.
        public struct Arm: Sendable, Hashable {
            /// The arm's deployment.
            public var deploymentID: String
            /// The share of the users that its weight gives it, from 0 to 1.
            public var share: Double
            /// How many users it got.
            public var count: Int
        }

        /// The experiment.
        public var experiment: String
        /// The arms, in the order of their ranges.
        public var arms: [Arm]
        /// The chi-square statistic of the counts against the shares; `nil` where an arm expects fewer than 8 users, too
        /// few to tell.
        public var chiSquare: Double?
        /// How likely counts at least this uneven are by chance; `nil` where there are too few users to tell.
        public var pValue: Double?

        /// Whether the counts are so uneven (p < 0.001) that the assignment, or what counts it, must be at fault.
        public var hasSampleRatioMismatch: Bool { pValue.map { $0 < 0.001 } ?? false }
    }

    /// A split: the same experiment on another prompt, or between other arms, is counted for itself.
    private struct SplitKey: Hashable {
        let prompt: ByteText
        let experiment: ByteText
        let arms: [String]
    }

    private struct Count {
        let split: Split
        var counts: [Int]
        /// Whom was counted; beyond the bound the sample stays as it is.
        var users: Set<ByteText> = []
    }

    private struct Seen: Hashable {
        let prompt: ByteText
        let experiment: ByteText
        let arm: String
        let key: ByteText
    }

    private struct State {
        var seen: Set<Seen> = []
        var order: [Seen] = []
        var oldest = 0
        var counts: [SplitKey: Count] = [:]
    }

    private let limit: Int
    private let observer: @Sendable (Assignment) -> Void
    private let state = Locked(State())

    /// Makes a log.
    ///
    /// - Parameters:
    ///   - limit: How many assignments are remembered, so that each is reported once.
    ///   - observer: Told of each assignment once per experiment, arm and key. Called on the calling task, so be quick.
    public init(limit: Int = 100_000, observer: @escaping @Sendable (Assignment) -> Void = { _ in }) {
        self.limit = max(1, limit)
        self.observer = observer
    }

    /// Takes an assignment down, unless it is known.
    func note(_ choice: Choice, _ selection: Selection, key: String) {
        guard let split = choice.split, let arm = choice.arm else { return }
        let deploymentID = choice.finalist.deployment.id
        let prompt = ByteText(selection.promptID)
        let seen = Seen(prompt: prompt, experiment: ByteText(split.salt), arm: deploymentID, key: ByteText(key))
        let splitKey = SplitKey(prompt: prompt, experiment: seen.experiment, arms: split.arms.map(\.deploymentID))
        let isNew = state.withLock { state in
            // Other weights are another split: what was counted before cannot be compared with them. Taken out of the
            // dictionary, so that the set is not copied.
            var count = state.counts.removeValue(forKey: splitKey)
            if count?.split != split {
                count = Count(split: split, counts: [Int](repeating: 0, count: split.arms.count))
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
        observer(
            Assignment(
                promptID: selection.promptID,
                experiment: split.salt,
                arm: arm,
                deploymentID: deploymentID,
                version: choice.finalist.version.version,
                key: key
            )
        )
    }

    /// What the users of an experiment were assigned to, since its arms and weights are what they are.
    ///
    /// - Parameters:
    ///   - experiment: The experiment's name, or the prompt's id for a split without one.
    ///   - promptID: The prompt, where several have an experiment of that name.
    /// - Returns: The summary of the split that most users were assigned by, or `nil` where nobody was.
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

/// The chi-square distribution.
enum ChiSquare {
    /// The probability of a value at least this large: the regularised upper incomplete gamma function Q(k/2, x/2).
    static func upperTail(_ value: Double, degreesOfFreedom: Int) -> Double {
        guard value > 0 else { return 1 }
        let a = Double(degreesOfFreedom) / 2
        let x = value / 2
        let scale = exp(-x + a * log(x) - lgamma(a))
        if x < a + 1 {
            // The series of the lower function.
            var term = 1 / a
            var sum = term
            var n = a
            while abs(term) > abs(sum) * 1e-15 {
                n += 1
                term *= x / n
                sum += term
            }
            return 1 - sum * scale
        }
        // The continued fraction of the upper one, by Lentz's method.
        var b = x + 1 - a
        var c = 1 / Double.leastNormalMagnitude
        var d = 1 / b
        var fraction = d
        for i in 1...500 {
            let numerator = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / (numerator * d + b)
            c = b + numerator / c
            fraction *= c * d
            if abs(c * d - 1) < 1e-15 { break }
        }
        return fraction * scale
    }
}

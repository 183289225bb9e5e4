/// The remembered assignments of an ``AssignmentLog``, over all splits.
struct RememberedAssignments {
    /// How many splits are kept of whose keys none is remembered any more, so that their counts can still be read.
    static let keptSplits = 1000

    /// Identifies a split. The same experiment on another prompt, or between other arms, is counted separately.
    private struct SplitKey: Hashable {
        let promptID: ByteText
        let salt: ByteText
        let arms: [Split.Arm]

        init(promptID: String, _ split: Split) {
            self.promptID = ByteText(promptID)
            salt = ByteText(split.salt)
            arms = split.arms
        }

        init(_ users: SplitUsers) { self.init(promptID: users.promptID.text, users.split) }
    }

    /// What is reported once.
    private struct Assigned: Hashable {
        let promptID: ByteText
        let salt: ByteText
        let deploymentID: ByteText
        let key: ByteText
    }

    /// The splits by number.
    private(set) var splits: [Int: SplitUsers] = [:]
    private var numbers: [SplitKey: Int] = [:]
    /// In how many splits each assignment is remembered.
    private var assigned: [Assigned: Int] = [:]
    /// How many assignments are remembered.
    private var count = 0
    /// How many selections have been recorded.
    private var selectionCount = 0

    /// Records an assignment.
    ///
    /// - Returns: Whether the key was not remembered for this arm of the experiment, in any of its splits.
    mutating func record(_ key: String, arm: Int, of split: Split, promptID: String, limit: Int) -> Bool {
        let splitKey = SplitKey(promptID: promptID, split)
        selectionCount += 1
        let number = numbers[splitKey] ?? add(SplitUsers(promptID: splitKey.promptID, split: split), splitKey)
        splits[number]?.lastSelection = selectionCount
        let key = ByteText(key)
        guard splits[number]?.remember(key, arm: arm) == true else { return false }
        let assignment = assignment(of: key, arm: arm, splitKey)
        let isNew = assigned[assignment] == nil
        assigned[assignment, default: 0] += 1
        count += 1
        if count > limit { forgetOne(of: number, limit: limit) }
        return isNew
    }

    private func assignment(of key: ByteText, arm: Int, _ split: SplitKey) -> Assigned {
        Assigned(
            promptID: split.promptID,
            salt: split.salt,
            deploymentID: ByteText(split.arms[arm].deploymentID),
            key: key
        )
    }

    /// Removes the oldest assignment of a split that has more than its share of the limit, so that an experiment of few
    /// users is not displaced by one of many: of the given one, or else of the one with the most.
    private mutating func forgetOne(of number: Int, limit: Int) {
        let share = max(1, limit / max(1, splits.count))
        let isLarge = (splits[number]?.keys.count ?? 0) > share
        // Of several with as many, the one that was not used for longest.
        let largest =
            isLarge
            ? number
            : splits.max {
                ($0.value.keys.count, -$0.value.lastSelection) < ($1.value.keys.count, -$1.value.lastSelection)
            }?.key ?? number
        guard let (key, arm) = splits[largest]?.forgetOldest(), let users = splits[largest] else { return }
        count -= 1
        let assignment = assignment(of: key, arm: arm, SplitKey(users))
        let remaining = (assigned[assignment] ?? 0) - 1
        assigned[assignment] = remaining > 0 ? remaining : nil
    }

    private mutating func add(_ users: SplitUsers, _ key: SplitKey) -> Int {
        // Each selection adds one split at most, so the number is unique.
        splits[selectionCount] = users
        numbers[key] = selectionCount
        removeUnused()
        return selectionCount
    }

    /// Removes the split that was last selected by longest ago, if there are too many without keys.
    private mutating func removeUnused() {
        guard splits.count > Self.keptSplits else { return }
        let unused = splits.filter { $0.value.keys.isEmpty && $0.key != selectionCount }
        guard unused.count > Self.keptSplits,
            let (number, users) = unused.min(by: { $0.value.lastSelection < $1.value.lastSelection })
        else { return }
        splits[number] = nil
        numbers[SplitKey(users)] = nil
    }
}

/// The users that were assigned to the arms of one split.
struct SplitUsers {
    let promptID: ByteText
    let split: Split
    /// The keys that are remembered.
    private(set) var keys: Set<ByteText> = []
    private(set) var test: SampleRatioTest
    /// Whether a key was removed, so that a user cannot be told from one who was counted before.
    private(set) var isClosed = false
    /// The keys in the order in which they were added, with their arms; those before ``oldest`` are removed.
    private var order: [(key: ByteText, arm: Int)] = []
    private var oldest = 0
    /// The number of the last selection by the split.
    var lastSelection = 0

    init(promptID: ByteText, split: Split) {
        self.promptID = promptID
        self.split = split
        // The shares of the buckets, which are what keys are assigned by.
        test = SampleRatioTest(shares: split.bucketRanges.map { Double($0.count) / Double(Split.bucketCount) })
    }

    /// Remembers and counts a user. Returns false if the user was remembered before.
    mutating func remember(_ key: ByteText, arm: Int) -> Bool {
        guard keys.insert(key).inserted else { return false }
        order.append((key, arm))
        if !isClosed { test.add(arm: arm) }
        return true
    }

    mutating func forgetOldest() -> (key: ByteText, arm: Int)? {
        guard oldest < order.count else { return nil }
        let first = order[oldest]
        keys.remove(first.key)
        isClosed = true
        oldest += 1
        if oldest > 64, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
        return first
    }

    func isSplit(of experiment: String, promptID: String?) -> Bool {
        split.salt.isSameText(as: experiment) && promptID.map { self.promptID == ByteText($0) } ?? true
    }
}

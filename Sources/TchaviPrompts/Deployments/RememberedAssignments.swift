/// The remembered assignments of an ``AssignmentLog``, over all splits.
struct RememberedAssignments {
    /// How many splits are kept of whose keys none is remembered any more, so that their counts can still be read.
    static let keptSplits = 1000

    /// Identifies a split. The same experiment on another prompt, or between other arms, is counted separately.
    private struct SplitKey: Hashable {
        let promptID: ByteText
        let salt: ByteText
        let arms: [Split.Arm]
    }

    /// What is reported once.
    private struct Assigned: Hashable {
        let promptID: ByteText
        let salt: ByteText
        let deploymentID: ByteText
        let key: ByteText
    }

    private struct Entry {
        let split: Int
        let assigned: Assigned
    }

    /// The splits by number.
    private(set) var splits: [Int: SplitUsers] = [:]
    private var numbers: [SplitKey: Int] = [:]
    /// In how many splits each assignment is remembered.
    private var assigned: [Assigned: Int] = [:]
    /// The remembered assignments, as a ring buffer.
    private var entries: [Entry] = []
    /// The index of the oldest assignment in the ring buffer.
    private var oldest = 0
    /// How many selections have been recorded.
    private var selectionCount = 0

    /// Records an assignment.
    ///
    /// - Returns: Whether the key was not remembered for this arm of the experiment, in any of its splits.
    mutating func record(_ key: String, arm: Int, of split: Split, promptID: String, limit: Int) -> Bool {
        let splitKey = SplitKey(promptID: ByteText(promptID), salt: ByteText(split.salt), arms: split.arms)
        selectionCount += 1
        let number = numbers[splitKey] ?? add(SplitUsers(promptID: splitKey.promptID, split: split), splitKey)
        splits[number]?.lastSelection = selectionCount
        let key = ByteText(key)
        guard splits[number]?.keys.insert(key).inserted == true else { return false }
        if splits[number]?.isClosed == false { splits[number]?.test.add(arm: arm) }
        let assignment = Assigned(
            promptID: splitKey.promptID,
            salt: splitKey.salt,
            deploymentID: ByteText(split.arms[arm].deploymentID),
            key: key
        )
        let entry = Entry(split: number, assigned: assignment)
        let isNew = assigned[assignment] == nil
        assigned[assignment, default: 0] += 1
        if entries.count < limit {
            entries.append(entry)
        } else {
            forget(entries[oldest])
            entries[oldest] = entry
            oldest = (oldest + 1) % limit
        }
        return isNew
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
        numbers[SplitKey(promptID: users.promptID, salt: ByteText(users.split.salt), arms: users.split.arms)] = nil
    }

    private mutating func forget(_ entry: Entry) {
        splits[entry.split]?.keys.remove(entry.assigned.key)
        splits[entry.split]?.isClosed = true
        let count = assigned[entry.assigned] ?? 0
        assigned[entry.assigned] = count > 1 ? count - 1 : nil
    }
}

/// The users that were assigned to the arms of one split.
struct SplitUsers {
    let promptID: ByteText
    let split: Split
    /// The keys that are remembered.
    var keys: Set<ByteText> = []
    var test: SampleRatioTest
    /// Whether a key was removed, so that a user cannot be told from one who was counted before.
    var isClosed = false
    /// The number of the last selection by the split.
    var lastSelection = 0

    init(promptID: ByteText, split: Split) {
        self.promptID = promptID
        self.split = split
        // The shares of the buckets, which are what keys are assigned by.
        test = SampleRatioTest(shares: split.bucketRanges.map { Double($0.count) / Double(Split.bucketCount) })
    }

    func isSplit(of experiment: String, promptID: String?) -> Bool {
        split.salt.isSameText(as: experiment) && promptID.map { self.promptID == ByteText($0) } ?? true
    }
}

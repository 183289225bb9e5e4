/// The remembered assignments of an ``AssignmentLog``, over all splits.
struct RememberedAssignments {
    private struct Experiment: Hashable {
        let promptID: ByteText
        let salt: ByteText
    }

    private struct Entry {
        let split: Int
        let key: ByteText
    }

    /// The splits by number.
    private(set) var splits: [Int: SplitUsers] = [:]
    /// The numbers of the splits of each experiment.
    private var numbers: [Experiment: [Int]] = [:]
    /// The remembered assignments, as a ring buffer.
    private var entries: [Entry] = []
    /// The index of the oldest assignment in the ring buffer.
    private var oldest = 0
    /// How many selections were recorded.
    private var uses = 0

    /// Records an assignment.
    ///
    /// - Returns: Whether the key was not remembered for this arm of the experiment, in any of its splits.
    mutating func record(_ key: String, arm: Int, of split: Split, promptID: String, limit: Int) -> Bool {
        let key = ByteText(key)
        let experiment = Experiment(promptID: ByteText(promptID), salt: ByteText(split.salt))
        uses += 1
        if let number = number(of: split, experiment) {
            splits[number]?.lastUse = uses
            if splits[number]?.keys.contains(key) == true { return false }
        }
        let deploymentID = split.arms[arm].deploymentID
        let isNew = !(numbers[experiment] ?? []).contains { number in
            guard let other = splits[number], other.keys.contains(key) else { return false }
            let arm = other.split.arm(for: other.split.bucket(for: key.text))
            return arm.map { other.split.arms[$0].deploymentID.isSameText(as: deploymentID) } ?? false
        }
        if entries.count == limit { forget(entries[oldest]) }
        let number = number(of: split, experiment) ?? add(SplitUsers(promptID: experiment.promptID, split: split))
        splits[number]?.lastUse = uses
        splits[number]?.keys.insert(key)
        if splits[number]?.isClosed == false { splits[number]?.test.add(arm: arm) }
        let entry = Entry(split: number, key: key)
        if entries.count < limit {
            entries.append(entry)
        } else {
            entries[oldest] = entry
            oldest = (oldest + 1) % limit
        }
        return isNew
    }

    private func number(of split: Split, _ experiment: Experiment) -> Int? {
        numbers[experiment]?.first { splits[$0]?.split == split }
    }

    private mutating func add(_ users: SplitUsers) -> Int {
        // No split has been added for an earlier selection, so the number is unused.
        splits[uses] = users
        numbers[Experiment(promptID: users.promptID, salt: ByteText(users.split.salt)), default: []].append(uses)
        return uses
    }

    /// Removes an assignment, and its split if it was the last one there.
    private mutating func forget(_ entry: Entry) {
        splits[entry.split]?.keys.remove(entry.key)
        splits[entry.split]?.isClosed = true
        guard let users = splits[entry.split], users.keys.isEmpty else { return }
        splits[entry.split] = nil
        let experiment = Experiment(promptID: users.promptID, salt: ByteText(users.split.salt))
        numbers[experiment]?.removeAll { $0 == entry.split }
        if numbers[experiment]?.isEmpty == true { numbers[experiment] = nil }
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
    var lastUse = 0

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

/// Compares the selections of two records.
struct SelectionComparison {
    private let before: ComparedRecord
    private let after: ComparedRecord
    /// The portions of the splits that have been compared: the same two decide for many queries.
    private var portions: [SplitPair: [SplitPortion]] = [:]

    private struct SplitPair: Hashable {
        let before: Split?
        let after: Split?
    }

    init(_ whatIf: WhatIf) {
        before = ComparedRecord(whatIf.before)
        after = ComparedRecord(whatIf.after)
    }

    /// Returns the change for a query as it is, or `nil` if its selection does not change.
    func change(for query: PromptQuery) -> WhatIf.Change? {
        Self.change(for: query, before.outcome(query).selection, after.outcome(query).selection)
    }

    /// Returns the changes for a query without a bucketing key and, if a split decides before or after, with keys: one for
    /// each two arms between which keys move.
    mutating func changes(for query: PromptQuery) -> [WhatIf.Change] {
        let (first, second) = (before.outcome(query), after.outcome(query))
        let change = Self.change(for: query, first.selection, second.selection)
        let pair = SplitPair(before: first.split, after: second.split)
        guard pair.before != nil || pair.after != nil else { return change.map { [$0] } ?? [] }
        let portions = portions[pair] ?? SplitPortion.all(pair.before, pair.after)
        self.portions[pair] = portions
        return (change.map { [$0] } ?? [])
            + portions.compactMap { portion in
                let query = query.bucketed(by: portion.key)
                return Self.change(
                    for: query,
                    before.selection(first, arm: portion.arms.before, key: portion.key),
                    after.selection(second, arm: portion.arms.after, key: portion.key),
                    share: portion.share
                )
            }
    }

    private static func change(
        for query: @autoclosure () -> PromptQuery,
        _ before: Selection,
        _ after: Selection,
        share: Double? = nil
    ) -> WhatIf.Change? {
        let isSame =
            before.versionID == after.versionID && before.reason == after.reason
            && before.versionContentHash == after.versionContentHash
        return isSame ? nil : WhatIf.Change(query: query(), before: before, after: after, share: share)
    }
}

/// The record before or after a change, with the content hashes of its versions.
private struct ComparedRecord {
    /// A selection without a key, and the arms that other keys would get.
    struct Outcome {
        let selection: Selection
        let split: Split?
        /// The positions of the arms' deployments.
        let arms: [Int]
    }

    private struct VersionKey: Hashable {
        let id: ByteText
        let number: Int
    }

    private let selector: CompiledSelector
    private let hashes: [VersionKey: String]
    private let fallbackHash: String?

    init(_ record: PromptRecord) {
        selector = CompiledSelector(record)
        fallbackHash = record.fallbackVersion?.contentHash
        var hashes: [VersionKey: String] = [:]
        for version in record.versions {
            let key = VersionKey(id: ByteText(version.id), number: version.version)
            if hashes[key] == nil { hashes[key] = version.contentHash }
        }
        self.hashes = hashes
    }

    func outcome(_ query: PromptQuery) -> Outcome {
        let result = selector.select(query)
        var selection = result.selection
        if selection.reason == .fallback {
            selection.versionContentHash = fallbackHash
        } else if let id = selection.versionID, let number = selection.version {
            selection.versionContentHash = hashes[VersionKey(id: ByteText(id), number: number)]
        }
        let arms =
            result.split == nil ? [] : result.leaders.filter { selector.deployments[$0].candidate.weight > 0 }
        return Outcome(selection: selection, split: result.split, arms: arms)
    }

    /// Returns the selection of an outcome for a key whose arm is known; `nil` for the arm if no split decides.
    func selection(_ outcome: Outcome, arm: Int?, key: String) -> Selection {
        guard let arm, let split = outcome.split else { return outcome.selection }
        let candidate = selector.deployments[outcome.arms[arm]].candidate
        var selection = outcome.selection
        selection.version = candidate.version.version
        selection.versionID = candidate.version.id
        selection.versionContentHash =
            hashes[VersionKey(id: ByteText(candidate.version.id), number: candidate.version.version)]
        selection.deploymentID = candidate.deployment.id
        selection.bucket = split.bucket(for: key)
        selection.arm = arm
        return selection
    }
}

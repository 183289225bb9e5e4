/// Compares the selections of two records.
struct SelectionComparison {
    private let before: Side
    private let after: Side
    /// The portions of the splits that have been compared: the same two decide for many queries.
    private var portions: [SplitPair: [SplitPortion]] = [:]

    private struct SplitPair: Hashable {
        let before: Split?
        let after: Split?
    }

    init(_ whatIf: WhatIf) {
        before = Side(whatIf.before)
        after = Side(whatIf.after)
    }

    /// Returns the change for a query as it is, or `nil` if its selection does not change.
    func change(for query: PromptQuery, share: Double? = nil) -> WhatIf.Change? {
        let (first, second) = (before.selection(query), after.selection(query))
        let isSame =
            first.versionID == second.versionID && first.reason == second.reason
            && first.versionContentHash == second.versionContentHash
        return isSame ? nil : WhatIf.Change(query: query, before: first, after: second, share: share)
    }

    /// Returns the changes for a query with a bucketing key, one for each two arms between which keys move; none if no
    /// split decides before or after.
    mutating func splitChanges(for query: PromptQuery) -> [WhatIf.Change] {
        let pair = SplitPair(before: before.split(for: query), after: after.split(for: query))
        guard pair.before != nil || pair.after != nil else { return [] }
        let portions = portions[pair] ?? SplitPortion.all(pair.before, pair.after)
        self.portions[pair] = portions
        return portions.compactMap { change(for: query.bucketed(by: $0.key), share: $0.share) }
    }
}

extension SelectionComparison {
    /// The record before or after a change, with the content hashes of its versions.
    private struct Side {
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

        func selection(_ query: PromptQuery) -> Selection {
            var selection = selector.select(query).selection
            guard let id = selection.versionID, let number = selection.version else { return selection }
            selection.versionContentHash =
                selection.reason == .fallback ? fallbackHash : hashes[VersionKey(id: ByteText(id), number: number)]
            return selection
        }

        func split(for query: PromptQuery) -> Split? { selector.select(query).split }
    }
}

/// The bucketing keys that one arm of a split has before a change, and one arm after it.
struct SplitPortion {
    /// The share of the keys.
    let share: Double
    /// One of the keys.
    let key: String

    private struct Arms: Hashable {
        let before: Int?
        let after: Int?
    }

    /// Divides the keys by their arms before and after a change. Where no split decides, there is one arm for all keys.
    static func all(_ before: Split?, _ after: Split?) -> [SplitPortion] {
        guard let before, let after, !before.salt.isSameText(as: after.salt) else {
            return ofOneSalt(before, after, salt: before?.salt ?? after?.salt ?? "")
        }
        var counts: [Arms: (count: Int, key: String)] = [:]
        var order: [Arms] = []
        for number in 0..<Split.bucketCount {
            let key = String(number)
            let arms = Arms(
                before: before.arm(for: before.bucket(for: key)),
                after: after.arm(for: after.bucket(for: key))
            )
            if counts[arms] == nil { order.append(arms) }
            counts[arms, default: (0, key)].count += 1
        }
        return order.compactMap { arms in counts[arms].map { SplitPortion(count: $0.count, key: $0.key) } }
    }

    /// Divides the buckets, which are the same before and after.
    private static func ofOneSalt(_ before: Split?, _ after: Split?, salt: String) -> [SplitPortion] {
        let bounds = Set(
            [before, after].flatMap { $0?.bucketRanges.map(\.lowerBound) ?? [] } + [0, Split.bucketCount]
        )
        .sorted()
        var ranges: [Arms: [Range<Int>]] = [:]
        var order: [Arms] = []
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            let bucket = Double(start) / Double(Split.bucketCount)
            let arms = Arms(before: before?.arm(for: bucket), after: after?.arm(for: bucket))
            if ranges[arms] == nil { order.append(arms) }
            ranges[arms, default: []].append(start..<end)
        }
        let hash = Split(salt: salt, weights: [])
        return order.compactMap { arms in
            guard let ranges = ranges[arms] else { return nil }
            // A single bucket has a key among the first million all but certainly: one in 10,000 keys is in it.
            let key = (0..<1_000_000).lazy.map { String($0) }.first { key in
                let bucket = Int((hash.bucket(for: key) * Double(Split.bucketCount)).rounded())
                return ranges.contains { $0.contains(bucket) }
            }
            return key.map { SplitPortion(count: ranges.reduce(0) { $0 + $1.count }, key: $0) }
        }
    }

    private init(count: Int, key: String) {
        share = Double(count) / Double(Split.bucketCount)
        self.key = key
    }
}

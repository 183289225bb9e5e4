/// The bucketing keys that have one arm of a split before a change, and one arm after it.
struct SplitPortion {
    /// The indices of the arms; `nil` where no split decides.
    struct Arms: Hashable {
        let before: Int?
        let after: Int?
    }

    let arms: Arms
    /// The share of the keys.
    let share: Double
    /// One of the keys.
    let key: String

    private init(_ arms: Arms, count: Int, key: String) {
        self.arms = arms
        share = Double(count) / Double(Split.bucketCount)
        self.key = key
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
        return order.compactMap { arms in counts[arms].map { SplitPortion(arms, count: $0.count, key: $0.key) } }
    }

    /// Divides the buckets, which are the same before and after.
    private static func ofOneSalt(_ before: Split?, _ after: Split?, salt: String) -> [SplitPortion] {
        let bounds = Set(
            [before, after].flatMap { $0?.bucketRanges.map(\.lowerBound) ?? [] } + [0, Split.bucketCount]
        )
        .sorted()
        var portions: [(arms: Arms, count: Int)] = []
        var indices: [Arms: Int] = [:]
        var portionOfBucket = [Int](repeating: 0, count: Split.bucketCount)
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            let bucket = Double(start) / Double(Split.bucketCount)
            let arms = Arms(before: before?.arm(for: bucket), after: after?.arm(for: bucket))
            let index = indices[arms] ?? portions.count
            if index == portions.count { portions.append((arms, 0)) }
            indices[arms] = index
            portions[index].count += end - start
            for number in start..<end { portionOfBucket[number] = index }
        }
        let hash = Split(salt: salt, weights: [])
        var keys = [String?](repeating: nil, count: portions.count)
        var missing = portions.count
        // One in 10,000 keys is in a bucket, so the first million have one of each, all but certainly.
        for number in 0..<1_000_000 where missing > 0 {
            let key = String(number)
            let portion = portionOfBucket[hash.bucketNumber(for: key)]
            if keys[portion] == nil {
                keys[portion] = key
                missing -= 1
            }
        }
        return zip(portions, keys).compactMap { portion, key in
            key.map { SplitPortion(portion.arms, count: portion.count, key: $0) }
        }
    }
}

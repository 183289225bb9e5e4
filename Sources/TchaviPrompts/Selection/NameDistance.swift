/// How much names differ from one that may be misspelled.
package struct NameDistance: Sendable {
    /// The name in lower case, at most ``maximumLength`` bytes of it.
    private let name: [UInt8]
    private let counts: [Int32]
    private static let maximumLength = 64
    /// The fewest bytes that count as a part of a name.
    private static let shortestPart = 3

    package init(from name: String) {
        self.name = Self.bytes(of: name)
        counts = Self.counts(of: self.name)
    }

    /// Returns the names that differ least, the nearest first, ties ordered by bytes.
    ///
    /// A name that begins with the other counts as one difference, and one that contains it as two. The cost is linear in the
    /// number of names but for those that may be among the nearest.
    ///
    /// - Parameters:
    ///   - count: How many names.
    ///   - names: The names to choose from.
    /// - Returns: The nearest names; all of them if there are no more.
    package func nearest(_ count: Int, of names: [String]) -> [String] {
        var best: [(name: String, distance: Int)] = []
        for name in names {
            let limit = best.count < count ? Int.max : best.last?.distance ?? 0
            let bytes = Self.bytes(of: name)
            guard let distance = partDistance(to: bytes) ?? distance(to: bytes, within: limit), distance <= limit else {
                continue
            }
            let index =
                best.firstIndex { ($0.distance, 1) > (distance, name.precedesInBytes($0.name) ? 0 : 1) }
                ?? best.endIndex
            best.insert((name, distance), at: index)
            if best.count > count { best.removeLast() }
        }
        return best.map(\.name)
    }

    /// The number of insertions, deletions, replacements and exchanges of neighbors between the names.
    package func distance(to other: String) -> Int { distance(to: Self.bytes(of: other), within: .max) ?? .max }

    /// The difference from a name that begins with or contains this one, or is contained in it.
    private func partDistance(to other: [UInt8]) -> Int? {
        let (part, whole) = name.count < other.count ? (name, other) : (other, name)
        guard part.count >= Self.shortestPart || part == whole else { return nil }
        if part == whole { return 0 }
        if whole.starts(with: part) { return 1 }
        guard let first = part.first, whole.count > part.count else { return nil }
        for index in 1...(whole.count - part.count) where whole[index] == first && whole[index...].starts(with: part) {
            return 2
        }
        return nil
    }

    /// Returns the distance, or `nil` if it is greater than a limit.
    private func distance(to other: [UInt8], within limit: Int) -> Int? {
        // Bytes that only one name has are at least that many differences, which is found faster than the distance.
        var (missing, added) = (0, 0)
        for (own, others) in zip(counts, Self.counts(of: other)) {
            if own > others { missing += Int(own - others) } else { added += Int(others - own) }
        }
        guard max(missing, added) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        var current = last
        for (row, byte) in name.enumerated() {
            current[0] = row + 1
            var least = current[0]
            for column in other.indices {
                var best = min(
                    last[column + 1] + 1,
                    current[column] + 1,
                    last[column] + (byte == other[column] ? 0 : 1)
                )
                if row > 0, column > 0, byte == other[column - 1], name[row - 1] == other[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current[column + 1] = best
                least = min(least, best)
            }
            // An exchange of neighbors skips a row.
            guard least - 1 <= limit else { return nil }
            beforeLast = last
            last = current
        }
        return last[other.count] <= limit ? last[other.count] : nil
    }

    private static func bytes(of name: String) -> [UInt8] {
        name.utf8.prefix(maximumLength).map { $0.isLetter ? $0 | 0x20 : $0 }
    }

    /// How often each of 32 classes of bytes occurs; bytes of several classes never look more different than they are.
    private static func counts(of bytes: [UInt8]) -> [Int32] {
        var counts = [Int32](repeating: 0, count: 32)
        for byte in bytes { counts[Int(byte & 31)] += 1 }
        return counts
    }
}

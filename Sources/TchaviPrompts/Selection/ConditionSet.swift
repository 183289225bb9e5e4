/// A set of a query's conditions, by their indices.
///
/// The first 64 indices are the bits of one word, so that the sets of an ordinary query allocate no memory. Further
/// indices are in an array.
struct ConditionSet: Sendable {
    private var first: UInt64 = 0
    private var others: [UInt64]?

    init() {}

    var isEmpty: Bool { first == 0 && (others ?? []).allSatisfy { $0 == 0 } }

    func contains(_ index: Int) -> Bool {
        let (word, bit) = index.quotientAndRemainder(dividingBy: UInt64.bitWidth)
        return self.word(word) & 1 << UInt64(bit) != 0
    }

    func isSuperset(of other: ConditionSet) -> Bool {
        guard other.first & ~first == 0 else { return false }
        guard let words = other.others else { return true }
        return words.indices.allSatisfy { words[$0] & ~word($0 + 1) == 0 }
    }

    func isDisjoint(with other: ConditionSet) -> Bool {
        guard other.first & first == 0 else { return false }
        guard let words = other.others else { return true }
        return words.indices.allSatisfy { words[$0] & word($0 + 1) == 0 }
    }

    mutating func insert(_ index: Int) {
        let (word, bit) = index.quotientAndRemainder(dividingBy: UInt64.bitWidth)
        merge(1 << UInt64(bit), at: word)
    }

    mutating func formUnion(_ other: ConditionSet) {
        first |= other.first
        guard let words = other.others else { return }
        for (index, word) in words.enumerated() { merge(word, at: index + 1) }
    }

    private func word(_ index: Int) -> UInt64 {
        guard index > 0 else { return first }
        guard let others, index <= others.count else { return 0 }
        return others[index - 1]
    }

    private mutating func merge(_ bits: UInt64, at word: Int) {
        guard word > 0 else {
            first |= bits
            return
        }
        var words = others ?? []
        // Released, so that the array is uniquely referenced and changed in place.
        others = nil
        while words.count < word { words.append(0) }
        words[word - 1] |= bits
        others = words
    }
}

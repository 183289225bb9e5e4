extension String {
    /// Whether two strings have the same UTF-8 bytes, which is how selection compares strings. Swift's `==` compares by
    /// canonical equivalence instead, under which strings of different bytes can be equal.
    package func isSameText(as other: String) -> Bool {
        // Nearly every string has contiguous storage, which is several times faster to compare.
        let isSame = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { bytes.count == $0.count && bytes.elementsEqual($0) }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }

    /// Whether this string is before another in the order of their UTF-8 bytes.
    package func precedesInBytes(_ other: String) -> Bool {
        let precedes = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { bytes.lexicographicallyPrecedes($0) }
        }
        return precedes.flatMap(\.self) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension String {
    /// Equality by UTF-8 bytes, which is how selection compares text: Swift's own `==` also holds between different
    /// encodings of what looks the same.
    func isSameText(as other: String) -> Bool {
        // Nearly every string is in one block of memory, which is several times faster to compare.
        let isSame = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { bytes.count == $0.count && bytes.elementsEqual($0) }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }

    /// Order by UTF-8 bytes.
    func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

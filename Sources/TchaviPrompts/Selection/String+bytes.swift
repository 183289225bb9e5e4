extension String {
    /// Equality by UTF-8 bytes, which is how selection compares text: Swift's own `==` also holds between different
    /// encodings of what looks the same.
    func isSameText(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Order by UTF-8 bytes.
    func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

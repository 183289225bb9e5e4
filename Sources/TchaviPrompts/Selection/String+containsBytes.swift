extension String {
    /// Whether the UTF-8 bytes contain those of another string, in time that grows with the sum of their lengths.
    func containsBytes(of other: String) -> Bool {
        var (text, part) = (self, other)
        return text.withUTF8 { text in
            part.withUTF8 { part in
                guard text.count >= part.count else { return false }
                // Simple search is the fastest for what rules contain.
                return text.count * part.count <= 65_536 ? text.simplyContains(part) : text.contains(longer: part)
            }
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func simplyContains(_ part: Self) -> Bool {
        guard let first = part.first else { return true }
        for start in 0...(count - part.count) where self[start] == first {
            if part.indices.allSatisfy({ self[start + $0] == part[$0] }) { return true }
        }
        return false
    }

    /// Searches by the algorithm of Knuth, Morris and Pratt, which never goes back in the text.
    fileprivate func contains(longer part: Self) -> Bool {
        // How much of the part's beginning also ends at each of its bytes.
        var borders = [Int](repeating: 0, count: part.count)
        var matched = 0
        for index in part.indices.dropFirst() {
            while matched > 0, part[index] != part[matched] { matched = borders[matched - 1] }
            if part[index] == part[matched] { matched += 1 }
            borders[index] = matched
        }
        matched = 0
        for byte in self {
            while matched > 0, byte != part[matched] { matched = borders[matched - 1] }
            if byte == part[matched] { matched += 1 }
            if matched == part.count { return true }
        }
        return false
    }
}

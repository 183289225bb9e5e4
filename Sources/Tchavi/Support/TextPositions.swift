/// The lines and columns of a text's bytes.
package struct TextPositions {
    /// A line and a column, both from 1. Columns count Unicode scalars.
    package struct Position: Sendable, Hashable {
        package let line: Int
        package let column: Int
    }

    private static let stride = 256

    private let bytes: [UInt8]
    /// The offset of the first byte of each line.
    private var lineStarts = [0]
    /// The number of Unicode scalars before every 256th byte, so that a column in a long line needs no scan of the line.
    private var scalarCounts: [Int] = []

    /// Scans a text once. Lines end with a line feed, and a byte order mark at the beginning occupies no column.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        scalarCounts.reserveCapacity(bytes.count / Self.stride + 1)
        var count = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? -1 : 0
        for (offset, byte) in bytes.enumerated() {
            if offset.isMultiple(of: Self.stride) { scalarCounts.append(count) }
            if byte & 0xC0 != 0x80 { count += 1 }
            if byte == UInt8(ascii: "\n") { lineStarts.append(offset + 1) }
        }
    }

    /// Returns the position of a byte; an offset at or beyond the end of the text is the position after its last character.
    package func position(of offset: Int) -> Position {
        let offset = min(max(offset, 0), bytes.count)
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        // On the first line, a byte order mark makes the count before the line 0 and that after the mark 0 as well.
        let before = low == 0 ? 0 : scalars(before: lineStarts[low])
        return Position(line: low + 1, column: max(scalars(before: offset) - before, 0) + 1)
    }

    private func scalars(before offset: Int) -> Int {
        guard !scalarCounts.isEmpty else { return 0 }
        let block = min(offset / Self.stride, scalarCounts.count - 1)
        let rest = bytes[block * Self.stride..<offset]
        return scalarCounts[block] + rest.count { $0 & 0xC0 != 0x80 }
    }
}

import Testing

@testable import Tchavi

struct TextPositionsTests {
    @Test func `Lines end with a line feed, and columns count Unicode scalars`() {
        let text = "\u{FEFF}a\r\né👍b\r\r\n\n" + String(repeating: "é", count: 1000) + "x"
        let bytes = Array(text.utf8)
        let positions = TextPositions(bytes)
        // Counted scalar by scalar.
        var (line, column, offset) = (1, 0, 0)
        for scalar in text.unicodeScalars {
            let expected = TextPositions.Position(line: line, column: max(column, 1))
            #expect(positions.position(of: offset) == (offset == 0 ? .init(line: 1, column: 1) : expected))
            offset += UTF8.width(scalar)
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        #expect(positions.position(of: bytes.count) == .init(line: 4, column: 1002))
        #expect(positions.position(of: .max) == .init(line: 4, column: 1002))
        #expect(TextPositions([]).position(of: 0) == .init(line: 1, column: 1))
    }
}

import Foundation
import Tchavi

/// Something to report about a text, at a byte of it.
struct Finding: Sendable, Hashable {
    var offset: Int
    var severity = PromptDiagnostic.Severity.error
    var message: String
    var advice: String
}

/// A file's bytes.
struct SourceText {
    let path: String
    let bytes: [UInt8]
    /// The number of the first line, which is not 1 for a part of a file.
    private var firstLine = 1

    init(_ file: FileTree.File) {
        path = file.path
        bytes = [UInt8](file.content)
    }

    /// Creates the text of one line of a larger file.
    init(line: Int, of path: String, _ bytes: ArraySlice<UInt8>) {
        self.path = path
        self.bytes = Array(bytes)
        firstLine = line
    }

    /// The offset of the first byte after the byte order mark, if there is one.
    var start: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// The string in a range of valid UTF-8.
    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The lines from an offset on, without the LF or CRLF that ends them.
    func lines(from start: Int) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var lineStart = start
        for offset in start..<bytes.count where bytes[offset] == UInt8(ascii: "\n") {
            let hasReturn = offset > lineStart && bytes[offset - 1] == UInt8(ascii: "\r")
            lines.append(lineStart..<(hasReturn ? offset - 1 : offset))
            lineStart = offset + 1
        }
        if lineStart < bytes.count { lines.append(lineStart..<bytes.count) }
        return lines
    }

    /// The line without the spaces and tabs at its end.
    func trimmingEnd(_ line: Range<Int>) -> Range<Int> {
        var end = line.upperBound
        while end > line.lowerBound, bytes[end - 1].isSpaceOrTab { end -= 1 }
        return line.lowerBound..<end
    }

    /// Whether a range contains exactly this text.
    func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return bytes[range].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Where the text is not UTF-8, or `nil` if it is.
    var invalidUTF8: Finding? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        return Finding(
            offset: offset,
            message: "The file is not valid UTF-8.",
            advice: "Save it in the encoding UTF-8."
        )
    }

    /// Converts findings to diagnostics, in the order of the text.
    func diagnostics(_ findings: [Finding], promptID: String?) -> [PromptDiagnostic] {
        diagnostics(inOrder: findings.sorted { $0.offset < $1.offset }, promptID: promptID)
    }

    /// Converts findings to diagnostics, in the order given.
    func diagnostics(inOrder findings: [Finding], promptID: String?) -> [PromptDiagnostic] {
        guard !findings.isEmpty else { return [] }
        let positions = TextPositions(bytes)
        return findings.map { finding in
            let position = positions.position(of: finding.offset)
            return PromptDiagnostic(
                location: path,
                line: position.line + firstLine - 1,
                column: position.column,
                severity: finding.severity,
                promptID: promptID,
                reason: finding.message,
                advice: finding.advice
            )
        }
    }
}

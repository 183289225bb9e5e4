import Tchavi

/// The entries between the two lines `---` at the beginning of a version's file.
struct FrontMatter {
    /// A line `key: value`, and the lines on which its value goes on.
    struct Entry {
        let key: String
        let offset: Int
        /// The value, with bare texts as strings; `nil` if it could not be read.
        var value: JSONValue?
        /// Why the value could not be read.
        var finding: Finding?
        /// The offset of the value's first byte.
        var valueOffset: Int
    }

    private(set) var entries: [Entry] = []
    /// What is wrong outside of entries.
    private(set) var findings: [Finding] = []

    private let source: SourceText

    /// Scans entries.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - lines: The lines between the lines `---`.
    init(_ source: SourceText, lines: ArraySlice<Range<Int>>) {
        self.source = source
        var index = lines.startIndex
        while index < lines.endIndex {
            let start = index
            // What stands before the first entry is scanned as one that has no key.
            repeat { index += 1 } while index < lines.endIndex && !beginsEntry(lines[index])
            scan(lines[start..<index])
        }
    }

    private func beginsEntry(_ line: Range<Int>) -> Bool { !line.isEmpty && source.bytes[line.lowerBound].isLetter }

    /// Scans the lines from one that begins an entry up to the next such line. Finds one error at most.
    private mutating func scan(_ lines: ArraySlice<Range<Int>>) {
        guard let first = lines.first, let last = lines.last else { return }
        let bytes = source.bytes
        let forbidden = lines.lazy.compactMap { FrontMatterValue.forbiddenCharacter(in: bytes[$0]) }.first
            .map { Finding(forbiddenCharacterAt: $0, in: source) }
        guard beginsEntry(first) else {
            if let finding = forbidden ?? strayLine(in: lines) { findings.append(finding) }
            return
        }
        let colon = first.first { offset in
            bytes[offset] == UInt8(ascii: ":") && (offset + 1 == first.upperBound || bytes[offset + 1].isSpaceOrTab)
        }
        guard let colon else {
            let finding = Finding(
                offset: first.lowerBound,
                message: "The line is not an entry `key: value`.",
                advice: "Write a space after the colon, or begin the line with `#` if it is a comment."
            )
            findings.append(forbidden ?? finding)
            return
        }
        let start = first[(colon + 1)...].first { bytes[$0] != UInt8(ascii: " ") } ?? first.upperBound
        let key = source.string(first.lowerBound..<colon)
        var entry = Entry(key: key, offset: first.lowerBound, value: nil, finding: forbidden, valueOffset: start)
        if forbidden == nil {
            let line = start..<source.trimmingEnd(start..<first.upperBound).upperBound
            do throws(FindingError) {
                entry.value = try value(line, end: last.upperBound, lines: lines)
            } catch {
                entry.finding = error.finding
            }
        }
        entries.append(entry)
    }

    private func value(_ line: Range<Int>, end: Int, lines: ArraySlice<Range<Int>>) throws(FindingError) -> JSONValue {
        let text = source.bytes[line]
        let isOnOneLine: Bool
        switch text.first {
        case nil:
            throw FindingError(
                line.lowerBound,
                "The value is empty.",
                "Write the value after the colon, on the same line."
            )
        case UInt8(ascii: "{"), UInt8(ascii: "["): isOnOneLine = false
        case UInt8(ascii: "\""): isOnOneLine = true
        default:
            isOnOneLine = true
            if FrontMatterValue.isNumber(text) || ["true", "false", "null"].contains(source.string(line)) { break }
            if let refusal = FrontMatterValue.refusal(ofBare: text) {
                throw FindingError(line.lowerBound, refusal, "Write it in double quotes: \(source.quoted(line)).")
            }
            if let finding = strayLine(in: lines.dropFirst()) { throw FindingError(finding) }
            return .string(source.string(line))
        }
        return try json(isOnOneLine ? line : line.lowerBound..<end, lines: lines)
    }

    private func json(_ range: Range<Int>, lines: ArraySlice<Range<Int>>) throws(FindingError) -> JSONValue {
        let json: JSONPrefix
        do {
            json = try JSONPrefix(parsing: source.bytes, in: range)
        } catch {
            throw FindingError(Finding(invalidJSON: error, in: range))
        }
        let repeated = json.repeatedNames.min()
        if let violation = FrontMatterValue.violation(in: source.bytes[range.lowerBound..<json.end]),
            violation.offset <= repeated ?? .max
        {
            throw FindingError(violation)
        }
        if let repeated { throw FindingError(Finding(repeatedKeyAt: repeated)) }
        // Nothing may follow on the line on which the value ends.
        let lastLine = lines.firstIndex { json.end <= $0.upperBound } ?? lines.startIndex
        let rest = json.end..<max(lines[lastLine].upperBound, json.end)
        if let after = rest.first(where: { source.bytes[$0] != UInt8(ascii: " ") }) {
            throw FindingError(
                after,
                "Nothing may follow a JSON value.",
                "Put comments on lines of their own, and a text that begins with a quotation mark in double quotes."
            )
        }
        if let finding = strayLine(in: lines[(lastLine + 1)...]) { throw FindingError(finding) }
        return json.value
    }

    /// The first line that is neither blank nor a comment.
    private func strayLine(in lines: ArraySlice<Range<Int>>) -> Finding? {
        let stray = lines.first { line in
            source.bytes[line].first { $0 != UInt8(ascii: " ") }.map { $0 != UInt8(ascii: "#") } ?? false
        }
        return stray.map { line in
            Finding(
                offset: line.lowerBound,
                message: "The line does not belong to a value, and does not begin an entry `key: value`.",
                advice:
                    "Write a text on one line, in double quotes with `\\n` for its line breaks; begin entries without spaces."
            )
        }
    }
}

/// Why a value cannot be read.
struct FindingError: Error {
    let finding: Finding

    init(_ finding: Finding) { self.finding = finding }

    init(_ offset: Int, _ message: String, _ advice: String) {
        finding = Finding(offset: offset, message: message, advice: advice)
    }
}

extension SourceText {
    /// A range as a JSON string, shortened for a message.
    fileprivate func quoted(_ range: Range<Int>) -> String {
        JSONValue.string(String(string(range).prefix(80))).serialized()
    }
}

extension Finding {
    /// A text that is not valid JSON.
    ///
    /// - Parameters:
    ///   - error: The parser's error.
    ///   - range: The range that was parsed.
    ///   - incomplete: Where to report JSON that is not complete; the beginning of the value unless given.
    init(invalidJSON error: JSONError, in range: Range<Int>, incomplete: Int? = nil) {
        let offset = error.offset ?? range.lowerBound
        if offset >= range.upperBound {
            self.init(
                offset: incomplete ?? range.lowerBound,
                message: "The JSON value is not complete: \(error.cause).",
                advice: "Close every string, array and object."
            )
        } else {
            self.init(
                offset: offset,
                message: "This is not valid JSON: \(error.cause).",
                advice:
                    "Write JSON: keys and texts in double quotes, commas between values but not after the last, no comments."
            )
        }
    }

    init(forbiddenCharacterAt offset: Int, in source: SourceText) {
        let scalar = source.string(offset..<min(offset + 4, source.bytes.count)).unicodeScalars.first
        let digits = String(scalar?.value ?? 0, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        if scalar == "\t" {
            self.init(
                offset: offset,
                message: "Front matter must not contain tabs.",
                advice: "Write spaces, or `\\t` within double quotes."
            )
        } else {
            self.init(
                offset: offset,
                message: "Front matter must not contain the character U+\(code).",
                advice: "Write `\\u\(code)` within double quotes, or remove it."
            )
        }
    }

    init(repeatedKeyAt offset: Int) {
        self.init(offset: offset, message: "The key is given twice.", advice: "Remove one of the two.")
    }
}

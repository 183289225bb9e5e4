import Tchavi

/// The entries between the two lines `---` at the beginning of a version's file.
struct FrontMatter {
    /// A line `key: value`, and the lines on which its value goes on.
    struct Entry {
        let key: String
        let offset: Int
        /// The value, with bare texts as strings; `nil` if it could not be read, which has been reported.
        var value: JSONValue?
        /// The offset of the value's first byte.
        var valueOffset: Int
    }

    private(set) var entries: [Entry] = []
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

    /// Scans the lines from one that begins an entry up to the next such line. Reports one error at most.
    private mutating func scan(_ lines: ArraySlice<Range<Int>>) {
        guard let first = lines.first, let last = lines.last else { return }
        let bytes = source.bytes
        let forbidden = lines.lazy.compactMap { FrontMatterValue.forbiddenCharacter(in: bytes[$0]) }.first
        guard beginsEntry(first) else {
            if let forbidden { return reportCharacter(at: forbidden) }
            reportStrayLine(in: lines)
            return
        }
        let colon = first.first { offset in
            source.bytes[offset] == UInt8(ascii: ":")
                && (offset + 1 == first.upperBound || source.bytes[offset + 1].isSpaceOrTab)
        }
        guard let colon else {
            if let forbidden { return reportCharacter(at: forbidden) }
            return report(
                first.lowerBound,
                "The line is not an entry `key: value`.",
                "Write a space after the colon, or begin the line with `#` if it is a comment."
            )
        }
        var entry = Entry(
            key: source.string(first.lowerBound..<colon),
            offset: first.lowerBound,
            value: nil,
            valueOffset: colon + 1
        )
        if let forbidden {
            reportCharacter(at: forbidden)
        } else {
            let start = first[(colon + 1)...].first { source.bytes[$0] != UInt8(ascii: " ") } ?? first.upperBound
            let line = start..<source.trimmingEnd(start..<first.upperBound).upperBound
            if line.isEmpty {
                report(
                    colon + 1,
                    "The value of `\(entry.key)` is empty.",
                    "Write the value after the colon, on the same line."
                )
            } else {
                entry.valueOffset = start
                readValue(&entry, line: line, end: last.upperBound, lines: lines)
            }
        }
        entries.append(entry)
    }

    private mutating func readValue(_ entry: inout Entry, line: Range<Int>, end: Int, lines: ArraySlice<Range<Int>>) {
        let text = source.bytes[line]
        switch text.first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            entry.value = readJSON(line.lowerBound..<end, lines: lines)
        case UInt8(ascii: "\""):
            entry.value = readJSON(line, lines: lines)
        default:
            if FrontMatterValue.isNumber(text) || ["true", "false", "null"].contains(source.string(line)) {
                entry.value = readJSON(line, lines: lines)
            } else if let refusal = FrontMatterValue.refusal(ofBare: text) {
                report(line.lowerBound, refusal, "Write it in double quotes: \(source.quoted(line)).")
            } else if !reportStrayLine(in: lines.dropFirst()) {
                entry.value = .string(source.string(line))
            }
        }
    }

    private mutating func readJSON(_ range: Range<Int>, lines: ArraySlice<Range<Int>>) -> JSONValue? {
        let json: JSONPrefix
        do {
            json = try JSONPrefix(parsing: source.bytes, in: range)
        } catch {
            findings.append(Finding(invalidJSON: error, in: range))
            return nil
        }
        let bytes = source.bytes[range.lowerBound..<json.end]
        let repeated = json.repeatedNames.min()
        if let violation = FrontMatterValue.violation(in: bytes), violation.offset <= repeated ?? .max {
            findings.append(violation)
            return nil
        }
        if let repeated {
            findings.append(Finding(repeatedKeyAt: repeated))
            return nil
        }
        // Nothing may follow on the line on which the value ends.
        guard let lastLine = lines.firstIndex(where: { json.end <= $0.upperBound }) else { return nil }
        if let after = (json.end..<lines[lastLine].upperBound).first(where: { source.bytes[$0] != UInt8(ascii: " ") }) {
            report(
                after,
                "Nothing may follow a JSON value.",
                "Put comments on lines of their own, and a text that begins with a quotation mark in double quotes."
            )
            return nil
        }
        return reportStrayLine(in: lines[(lastLine + 1)...]) ? nil : json.value
    }

    // MARK: Findings

    /// Reports the first line that is neither blank nor a comment.
    @discardableResult
    private mutating func reportStrayLine(in lines: ArraySlice<Range<Int>>) -> Bool {
        for line in lines {
            guard let first = source.bytes[line].first(where: { $0 != UInt8(ascii: " ") }), first != UInt8(ascii: "#")
            else {
                continue
            }
            report(
                line.lowerBound,
                "The line does not belong to a value, and does not begin an entry `key: value`.",
                "Write a text on one line, in double quotes with `\\n` for its line breaks, and begin entries without spaces."
            )
            return true
        }
        return false
    }

    private mutating func reportCharacter(at offset: Int) {
        let code = source.string(offset..<min(offset + 4, source.bytes.count)).unicodeScalars.first.map {
            String($0.value, radix: 16, uppercase: true)
        }
        let padded = String(repeating: "0", count: max(0, 4 - (code?.utf8.count ?? 0))) + (code ?? "")
        report(
            offset,
            padded == "0009"
                ? "Front matter must not contain tabs." : "Front matter must not contain the character U+\(padded).",
            padded == "0009"
                ? "Write spaces, or `\\t` within double quotes."
                : "Write `\\u\(padded)` within double quotes, or remove it."
        )
    }

    private mutating func report(_ offset: Int, _ message: String, _ advice: String) {
        findings.append(Finding(offset: offset, message: message, advice: advice))
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

    init(repeatedKeyAt offset: Int) {
        self.init(offset: offset, message: "The key is given twice.", advice: "Remove one of the two.")
    }
}

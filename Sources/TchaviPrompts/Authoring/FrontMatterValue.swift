import Tchavi

/// What front matter restricts, so that YAML 1.1 and 1.2 read it with the same meaning.
enum FrontMatterValue {
    /// The offset of the first character that front matter must not contain.
    static func forbiddenCharacter(in bytes: ArraySlice<UInt8>) -> Int? {
        for offset in bytes.indices {
            let byte = bytes[offset]
            if byte >= 0x20, byte < 0x7F { continue }
            if byte < 0x20 || byte == 0x7F { return offset }
            guard byte == 0xC2 || byte == 0xE2 || byte == 0xEF, offset + 1 < bytes.endIndex else { continue }
            let next = bytes[offset + 1]
            if byte == 0xC2 {
                // U+0080 to U+009F.
                if next < 0xA0 { return offset }
            } else if offset + 2 < bytes.endIndex {
                switch (byte, next, bytes[offset + 2]) {
                // U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF.
                case (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xEF, 0xBB, 0xBF), (0xEF, 0xBF, 0xBE), (0xEF, 0xBF, 0xBF):
                    return offset
                default: break
                }
            }
        }
        return nil
    }

    // MARK: Bare texts

    /// Why YAML might read something else than this text, or `nil` if it does not.
    ///
    /// - Parameter text: A text without spaces around it that is not JSON.
    /// - Returns: One sentence.
    static func refusal(ofBare text: ArraySlice<UInt8>) -> String? {
        guard let first = text.first else { return "The value is empty." }
        let second = text.dropFirst().first
        if "!&*|>%@`\"'#{}[],".utf8.contains(first) {
            return "A text that begins with `\(Character(Unicode.Scalar(first)))` means something else in YAML."
        }
        if "-?:".utf8.contains(first), second == nil || second == UInt8(ascii: " ") {
            return "A text that begins with `\(Character(Unicode.Scalar(first)))` means something else in YAML."
        }
        for (byte, next) in zip(text, text.dropFirst()) {
            if byte == UInt8(ascii: ":"), next == UInt8(ascii: " ") {
                return "A text that contains `: ` is a mapping in YAML."
            }
            if byte == UInt8(ascii: " "), next == UInt8(ascii: "#") {
                return "A text that contains ` #` has a comment in YAML."
            }
        }
        if text.last == UInt8(ascii: ":") { return "A text that ends with `:` is a mapping in YAML." }
        if text.count <= 5, words.contains(String(decoding: text, as: UTF8.self).lowercased()) {
            return "The word `\(String(decoding: text, as: UTF8.self))` means something else in YAML."
        }
        if looksLikeNumber(text) {
            return "The text looks like a number or a date, which some YAML parsers read it as."
        }
        return nil
    }

    private static let words: Set<String> = [
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<",
    ]

    private static func looksLikeNumber(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, first.isASCIIDigit || "+-.".utf8.contains(first) else { return false }
        if text.allSatisfy({ $0.isASCIIDigit || "+-.:_ eEtTzZ".utf8.contains($0) }) { return true }
        let unsigned = "+-".utf8.contains(first) ? text.dropFirst() : text
        let lowercased = unsigned.map { $0.isLetter ? $0 | 0x20 : $0 }
        if lowercased == Array(".inf".utf8) || lowercased == Array(".nan".utf8) { return true }
        guard lowercased.count > 2, lowercased[0] == UInt8(ascii: "0") else { return false }
        let digits: String
        switch lowercased[1] {
        case UInt8(ascii: "x"): digits = "0123456789abcdef_"
        case UInt8(ascii: "o"): digits = "01234567_"
        case UInt8(ascii: "b"): digits = "01_"
        default: return false
        }
        return lowercased.dropFirst(2).allSatisfy { digits.utf8.contains($0) }
    }

    // MARK: JSON

    /// Whether a text is a JSON number, whether or not YAML reads it as one.
    static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func take(_ characters: StaticString) -> Bool {
            let set = UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount)
            guard let first = rest.first, set.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        func takeDigits() -> Bool {
            let count = rest.count
            rest = rest.drop { $0.isASCIIDigit }
            return rest.count < count
        }
        _ = take("-")
        if !take("0"), !takeDigits() { return false }
        if take("."), !takeDigits() { return false }
        if take("eE") {
            _ = take("+-")
            if !takeDigits() { return false }
        }
        return rest.isEmpty
    }

    /// The first place at which valid JSON means something else in YAML, apart from repeated keys.
    static func violation(in bytes: ArraySlice<UInt8>) -> Finding? {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let start = position
                if let finding = scanString(bytes, &position) ?? keyViolation(bytes, from: start, to: position) {
                    return finding
                }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let start = position
                while position < bytes.endIndex, bytes[position].isASCIIDigit || "+-.eE".utf8.contains(bytes[position])
                {
                    position += 1
                }
                if let finding = exponentViolation(bytes[start..<position]) { return finding }
            default: position += 1
            }
        }
        return nil
    }

    private static func scanString(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> Finding? {
        position += 1
        while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
            guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.endIndex else {
                position += 1
                continue
            }
            let escape = bytes[position...].prefix(4)
            if escape.count == 4, bytes[position + 1] == UInt8(ascii: "u"),
                bytes[position + 2] | 0x20 == UInt8(ascii: "d"),
                bytes[position + 3].isLetter || bytes[position + 3] >= UInt8(ascii: "8")
            {
                return Finding(
                    offset: position,
                    message: "YAML does not read escapes from \\uD800 to \\uDFFF as JSON does.",
                    advice: "Write the character itself."
                )
            }
            position += 2
        }
        position = min(position + 1, bytes.endIndex)
        return nil
    }

    static let maximumKeyLength = 1000

    private static func keyViolation(_ bytes: ArraySlice<UInt8>, from start: Int, to end: Int) -> Finding? {
        var colon = end
        var isOnOneLine = true
        while colon < bytes.endIndex, bytes[colon] == 0x20 || bytes[colon] == 0x0A || bytes[colon] == 0x0D {
            if bytes[colon] == 0x0A { isOnOneLine = false }
            colon += 1
        }
        guard colon < bytes.endIndex, bytes[colon] == UInt8(ascii: ":") else { return nil }
        if isOnOneLine, bytes[start..<colon].count(where: { $0 & 0xC0 != 0x80 }) <= maximumKeyLength { return nil }
        return Finding(
            offset: start,
            message:
                "YAML does not read a key whose colon is on another line, or over 1,000 characters after its beginning.",
            advice: "Write the colon directly after a shorter key."
        )
    }

    private static func exponentViolation(_ number: ArraySlice<UInt8>) -> Finding? {
        guard let exponent = number.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return nil }
        let hasSign = number[(exponent + 1)...].first.map { "+-".utf8.contains($0) } ?? false
        if hasSign, number[..<exponent].contains(UInt8(ascii: ".")) { return nil }
        return Finding(
            offset: number.startIndex,
            message: "Some YAML parsers read a number with an exponent as a text.",
            advice: "Write it with a fraction and a sign, as in `1.0e-3`, or without an exponent."
        )
    }
}

import Tchavi

/// The comparisons of rules, as the article *Selecting versions* describes them.
enum Comparison {
    /// Whether the query's value satisfies a rule's comparison; `nil` if the two values are incomparable.
    static func test(_ given: ConditionValue, _ operator: RuleOperator, _ rule: ConditionValue) -> Bool? {
        switch `operator` {
        case .equal: equal(given, rule)
        case .notEqual: !equal(given, rule)
        case .greater: order(given, rule).map { $0 > 0 }
        case .less: order(given, rule).map { $0 < 0 }
        case .atLeast: order(given, rule).map { $0 >= 0 }
        case .atMost: order(given, rule).map { $0 <= 0 }
        case .includes: includes(rule, given)
        case .excludes: includes(rule, given).map { !$0 }
        case .versionEqual: versions(given, rule).map { $0 == $1 }
        case .versionGreater: versions(given, rule).map { $0 > $1 }
        case .versionLess: versions(given, rule).map { $0 < $1 }
        case .versionAtLeast: versions(given, rule).map { $0 >= $1 }
        case .versionAtMost: versions(given, rule).map { $0 <= $1 }
        default: nil
        }
    }

    /// What a rule orders values as, in the words of an explanation; `nil` for a rule that does not order them.
    static func kind(_ operator: RuleOperator, _ rule: ConditionValue) -> String? {
        if RuleOperator.versions.contains(`operator`) { return "versions" }
        guard [.greater, .less, .atLeast, .atMost].contains(`operator`) else { return nil }
        return switch rule {
        case .integer, .number: "numbers"
        case .string: "text"
        case .boolean, .strings: nil
        }
    }

    private static func equal(_ given: ConditionValue, _ rule: ConditionValue) -> Bool {
        switch rule {
        case .boolean(let value): given.asBoolean == value
        case .integer, .number: given.asNumber.map { $0 == rule.number } ?? false
        case .string(let value): given.asText?.isSameText(as: value) ?? false
        case .strings(let values): given.asTexts?.isSameTexts(as: values) ?? false
        }
    }

    /// Less than, equal to or greater than zero if the query's value is less than, equal to or greater than the rule's.
    private static func order(_ given: ConditionValue, _ rule: ConditionValue) -> Int? {
        switch rule {
        case .boolean, .strings: return nil
        case .integer, .number:
            guard let given = given.asNumber, let rule = rule.number else { return nil }
            // NaN is incomparable with every number.
            return given < rule ? -1 : given > rule ? 1 : given == rule ? 0 : nil
        case .string(let value):
            guard let given = given.asText else { return nil }
            return given.isSameText(as: value) ? 0 : given.precedesInBytes(value) ? -1 : 1
        }
    }

    private static func versions(
        _ given: ConditionValue,
        _ rule: ConditionValue
    ) -> (given: DottedVersion, rule: DottedVersion)? {
        guard let given = given.asVersion, let rule = rule.asVersion else { return nil }
        return (given, rule)
    }

    private static func includes(_ rule: ConditionValue, _ given: ConditionValue) -> Bool? {
        switch rule {
        case .boolean, .integer, .number: return nil
        case .strings(let values):
            let wanted = given.asTexts ?? given.asText.map { [$0] } ?? []
            return wanted.allSatisfy { text in values.contains { $0.isSameText(as: text) } }
        case .string(let value):
            if case .strings(let texts) = given { return texts.allSatisfy { value.containsBytes(of: $0) } }
            guard let text = given.asText else { return nil }
            return value.containsBytes(of: text)
        }
    }
}

extension ConditionValue {
    /// The number as a double; `nil` for values of other types.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The value of a Boolean, or of a string that is `true` or `false` in any case.
    var asBoolean: Bool? {
        switch self {
        case .boolean(let value): value
        case .string(let text):
            switch text.trimmingWhiteSpace.lowercased() {
            case "true": true
            case "false": false
            default: nil
            }
        default: nil
        }
    }

    /// The value of a number, or of a string that is a finite decimal number.
    var asNumber: Double? {
        switch self {
        case .integer(let value): return Double(value)
        case .number(let value): return value
        case .string(let text):
            let text = text.trimmingWhiteSpace
            guard text.isDecimalNumber, let value = Double(text), value.isFinite else { return nil }
            return value
        default: return nil
        }
    }

    /// The version that a string or a number is read as.
    fileprivate var asVersion: DottedVersion? {
        switch self {
        case .string(let text): DottedVersion(text.trimmingWhiteSpace)
        case .integer, .number: asText.flatMap { DottedVersion($0) }
        case .boolean, .strings: nil
        }
    }

    /// A whole number, exact also where a double would be rounded.
    var asInteger: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .string(let text): Int(text.trimmingWhiteSpace) ?? asNumber.flatMap { Int(exactly: $0) }
        default: asNumber.flatMap { Int(exactly: $0) }
        }
    }

    /// A string, or a number or Boolean as ECMAScript formats it; `nil` for an array.
    var asText: String? {
        switch self {
        case .string(let text): text
        case .integer(let value): Double(value).ecmaScriptDescription
        case .number(let value): value.ecmaScriptDescription
        case .boolean(let value): String(value)
        case .strings: nil
        }
    }

    /// An array, or a string that is a JSON array of strings; `nil` for other values.
    var asTexts: [String]? {
        switch self {
        case .strings(let texts): return texts
        case .string(let text):
            guard text.trimmingWhiteSpace.utf8.first == UInt8(ascii: "["),
                case .array(let elements)? = try? JSONValue(parsing: text)
            else { return nil }
            let texts = elements.compactMap(\.string)
            return texts.count == elements.count ? texts : nil
        default: return nil
        }
    }
}

extension [String] {
    fileprivate func isSameTexts(as other: [String]) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0.isSameText(as: $1) }
    }
}

extension String {
    /// The string without leading and trailing white space, as Unicode defines it.
    fileprivate var trimmingWhiteSpace: Substring {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return self[first..<scalars.index(after: last)]
    }
}

extension Substring {
    /// Whether this is a decimal number with optional sign, fraction and exponent; `5.` and `.5` are, as in ECMAScript.
    fileprivate var isDecimalNumber: Bool {
        var bytes = utf8[...]
        func skipDigits() -> Int {
            let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            bytes = bytes.dropFirst(digits.count)
            return digits.count
        }
        func skip(_ characters: String) -> Bool {
            guard let first = bytes.first, characters.utf8.contains(first) else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        _ = skip("+-")
        var digits = skipDigits()
        if skip(".") { digits += skipDigits() }
        guard digits > 0 else { return false }
        if skip("eE") {
            _ = skip("+-")
            guard skipDigits() > 0 else { return false }
        }
        return bytes.isEmpty
    }
}

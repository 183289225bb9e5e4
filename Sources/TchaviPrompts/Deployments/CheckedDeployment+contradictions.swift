import Tchavi

extension CheckedDeployment.Condition {
    /// The type that a query's value has to be readable as to satisfy a condition.
    enum Reading {
        case boolean
        case number
        case array
        case version
    }

    /// The type that a value has to be readable as; `nil` if there is more than one, or a value that cannot be read
    /// satisfies the condition as well.
    var reading: Reading? {
        if isVersionComparison { return .version }
        switch rule.value {
        case .boolean: return isEquality ? .boolean : nil
        case .integer, .number: return isEquality || isOrder ? .number : nil
        case .strings: return isEquality ? .array : nil
        case .string: return nil
        }
    }

    var isEquality: Bool { rule.operator == (wanted ? .equal : .notEqual) }
    var isInequality: Bool { rule.operator == (wanted ? .notEqual : .equal) }
    var isInclusion: Bool { rule.operator == (wanted ? .includes : .excludes) }
    var isExclusion: Bool { rule.operator == (wanted ? .excludes : .includes) }
    var isOrder: Bool { [.greater, .less, .atLeast, .atMost].contains(rule.operator) }
    var isVersionComparison: Bool { RuleOperator.versions.contains(rule.operator) }

    /// Whether no value satisfies the condition, because the operator is unknown or does not apply to the rule's value.
    var isImpossible: Bool { !RuleOperator.known.contains(rule.operator) || isIncomparable }

    /// Whether a known operator does not apply to the rule's value.
    var isIncomparable: Bool {
        if isVersionComparison { return Comparison.test(rule.value, .versionEqual, rule.value) == nil }
        return switch rule.value {
        case .boolean: isOrder || isInclusion || isExclusion
        case .strings: isOrder
        case .integer, .number: isInclusion || isExclusion
        case .string: false
        }
    }

    func isSatisfied(by value: ConditionValue) -> Bool {
        Comparison.test(value, rule.operator, rule.value) == wanted
    }

    /// Whether it is certain that no value satisfies both.
    func contradicts(_ other: Self) -> Bool {
        guard let samples = Self.samples(self, other) ?? Self.samples(other, self) else { return false }
        return !samples.contains { isSatisfied(by: $0) && other.isSatisfied(by: $0) }
    }

    /// Returns values of which at least one satisfies both conditions if any value does; `nil` if such values are not
    /// known, for the conditions in this order.
    private static func samples(_ first: Self, _ second: Self) -> [ConditionValue]? {
        switch (first.rule.value, second.rule.value) {
        case (.string(let text), _) where first.isEquality: return ConditionValue.reading(as: text)
        case (.strings, _) where first.isEquality && second.reading == .array: return [first.rule.value]
        case (.strings, .strings) where first.isEquality && !second.isVersionComparison: return [first.rule.value]
        case (.strings, .string(let text)) where first.isEquality && second.isInclusion:
            return ConditionValue.substrings(of: text).map { $0 + [first.rule.value] }
        case (.strings(let texts), _) where first.isInclusion && second.reading != nil && second.reading != .array:
            return texts.flatMap(ConditionValue.reading)
        case (.strings(let texts), .strings) where first.isInclusion && second.isExclusion:
            return texts.map { .string($0) } + texts.map { .strings([$0]) }
        case (.string(let text), .string) where first.isInclusion && second.isExclusion: return [.string(text)]
        case (.string(let text), .string) where first.isInclusion && second.isOrder:
            return ConditionValue.suffixes(of: text)
        case (.string(let text), _) where first.isInclusion && second.reading != nil && second.reading != .array:
            return ConditionValue.substrings(of: text)
        case (.string(let one), .string(let two)) where first.isEqualityOrOrder && second.isEqualityOrOrder:
            return ["", .string(one), .string(one + "\0"), .string(two), .string(two + "\0"), []]
        case (.boolean, .boolean) where first.isEquality: return [true, false]
        default: break
        }
        if let one = first.rule.value.double, let two = second.rule.value.double, first.isEqualityOrOrder,
            second.isEqualityOrOrder
        {
            return [one, one.nextUp, one.nextDown, two, two.nextUp, two.nextDown].map { .number($0) } + ["?"]
        }
        switch (first.reading, second.reading) {
        case (.version, .version):
            return ConditionValue.versions(first.rule.value, second.rule.value)
                + ConditionValue.versions(second.rule.value, first.rule.value)
        // No value is readable as both, except that a version can be a number.
        case (.boolean, .number), (.boolean, .array), (.boolean, .version), (.number, .array), (.array, .version):
            return []
        default: return nil
        }
    }

    private var isEqualityOrOrder: Bool { isEquality || isInequality || isOrder }
}

extension ConditionValue {
    /// The number as a double; `nil` for values of other types.
    var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .string, .boolean, .strings: nil
        }
    }

    /// Returns every value that is compared as a text with this one: the string, and the number and the Boolean that
    /// are written like it.
    static func reading(as text: String) -> [ConditionValue] {
        let numbers = [Double(text), .infinity, -.infinity, .nan].compactMap(\.self).map(ConditionValue.number)
        return ([true, false] + numbers).filter { $0.asText?.isSameText(as: text) ?? false } + [.string(text)]
    }

    /// Returns the substrings of a text that can be read as another type than a string, without white space around them,
    /// and the numbers in it that no string is read as; `nil` for a long text.
    fileprivate static func substrings(of text: String) -> [ConditionValue]? {
        let scalars = Array(text.unicodeScalars.prefix(65))
        guard scalars.count <= 64 else { return nil }
        var substrings: [ConditionValue] = [.number(.infinity), .number(-.infinity), .number(.nan)]
        // Numbers, versions, Booleans and arrays begin with one of these.
        let beginnings = Set("0123456789+-.vVtTfF[".unicodeScalars)
        for start in scalars.indices where beginnings.contains(scalars[start]) {
            var substring = String.UnicodeScalarView()
            for scalar in scalars[start...] {
                // Only the JSON of an array may contain white space.
                if scalar.properties.isWhitespace, scalars[start] != "[" { break }
                substring.append(scalar)
                substrings.append(.string(String(substring)))
            }
        }
        return substrings
    }

    /// Returns the suffixes of a text, one of which is the last of its substrings, and the empty string, which is the
    /// first; `nil` for a long text.
    fileprivate static func suffixes(of text: String) -> [ConditionValue]? {
        let scalars = text.unicodeScalars
        guard scalars.count <= 1000 else { return nil }
        return scalars.indices.map { .string(String(scalars[$0...])) } + [""]
    }

    /// Returns a version, the one after it before any other with the numbers of another version, and the very first.
    fileprivate static func versions(_ value: ConditionValue, _ other: ConditionValue) -> [ConditionValue] {
        guard let text = value.asText, let otherText = other.asText else { return [] }
        let version = text.prefix { $0 != "+" }.filter { !$0.isWhitespace }
        let zeros = String(repeating: ".0", count: otherText.utf8.count { $0 == UInt8(ascii: ".") } + 1)
        return [value, .string(version.contains("-") ? version + ".0" : version + zeros + ".1-0"), "0-0"]
    }
}

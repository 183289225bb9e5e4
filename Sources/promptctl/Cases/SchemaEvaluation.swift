import Foundation
import Tchavi

/// The evaluation of one value against a schema that ``SchemaInspection`` has checked.
struct SchemaEvaluation {
    typealias Keywords = [String: JSONValue]
    typealias Path = [JSONError.Step]

    /// The most schemas that are applied within each other, for which a megabyte of stack suffices in debug builds. More are
    /// needed only by references without end, and by values that are nested about a hundred levels deep.
    static let depthLimit = 256
    /// The most schemas and patterns that are applied to a value and what is inside it.
    static let stepLimit = 1_000_000

    let patterns: [String: NSRegularExpression]
    let references: [String: JSONValue]
    /// Why the evaluation has ended before it was done; its violations then mean nothing.
    private(set) var interruption: SchemaViolation?
    private var depth = 0
    private var steps = 0

    init(patterns: [String: NSRegularExpression], references: [String: JSONValue]) {
        self.patterns = patterns
        self.references = references
    }

    /// Returns the violations of a value at a path.
    mutating func check(_ value: JSONValue, _ schema: JSONValue, _ path: Path) -> [SchemaViolation] {
        guard let keywords = schema.object else {
            return schema == false ? [SchemaViolation("The schema does not allow a value here.", at: path)] : []
        }
        guard enter(path) else { return [] }
        depth += 1
        defer { depth -= 1 }
        var violations = SchemaAssertions(value: value, keywords: keywords, path: path).violations
        checkText(value, keywords, path, &violations)
        checkItems(value, keywords, path, &violations)
        checkMembers(value, keywords, path, &violations)
        checkCombinations(value, keywords, path, &violations)
        return Array(violations.prefix(SchemaValidator.violationLimit))
    }

    /// Whether a value is valid.
    mutating func isValid(_ value: JSONValue, _ schema: JSONValue, _ path: Path) -> Bool {
        check(value, schema, path).isEmpty
    }

    /// Whether a pattern matches a part of a text.
    mutating func matches(_ text: String, _ pattern: String, _ path: Path) -> Bool {
        guard enter(path), let expression = patterns[pattern] else { return false }
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    private mutating func enter(_ path: Path) -> Bool {
        guard interruption == nil else { return false }
        steps += 1
        if depth >= Self.depthLimit {
            let reason = "More than \(Self.depthLimit) schemas apply within each other"
            interruption = SchemaViolation("\(reason), so the value was not validated.", at: path)
        } else if steps > Self.stepLimit {
            let reason = "The validation takes more than \(Self.stepLimit) steps"
            interruption = SchemaViolation("\(reason), so it was not completed.", at: path)
        }
        return interruption == nil
    }

    private mutating func checkText(
        _ value: JSONValue,
        _ keywords: Keywords,
        _ path: Path,
        _ violations: inout [SchemaViolation]
    ) {
        guard let text = value.string, let pattern = keywords["pattern"]?.string else { return }
        if !matches(text, pattern, path) {
            violations.append(SchemaViolation("\(value.excerpt) does not match the pattern `\(pattern)`.", at: path))
        }
    }

    // MARK: Combinations

    private mutating func checkCombinations(
        _ value: JSONValue,
        _ keywords: Keywords,
        _ path: Path,
        _ violations: inout [SchemaViolation]
    ) {
        if let target = keywords["$ref"]?.string.flatMap({ references[$0] }) {
            violations += check(value, target, path)
        }
        for schema in keywords["allOf"]?.array ?? [] { violations += check(value, schema, path) }
        if let schemas = keywords["anyOf"]?.array { violations += alternatives(value, schemas, "anyOf", path) }
        if let schemas = keywords["oneOf"]?.array { violations += alternatives(value, schemas, "oneOf", path) }
        if let schema = keywords["not"], isValid(value, schema, path) {
            violations.append(SchemaViolation("The value matches the schema in `not`.", at: path))
        }
        if let condition = keywords["if"],
            let consequence = keywords[isValid(value, condition, path) ? "then" : "else"]
        {
            violations += check(value, consequence, path)
        }
    }

    /// Returns the violations of a value that has to match at least one of several schemas, or exactly one.
    private mutating func alternatives(
        _ value: JSONValue,
        _ schemas: [JSONValue],
        _ keyword: String,
        _ path: Path
    ) -> [SchemaViolation] {
        var failures: [[SchemaViolation]] = []
        var matching: [Int] = []
        for (index, schema) in schemas.enumerated() {
            failures.append(check(value, schema, path))
            guard failures[index].isEmpty else { continue }
            if keyword == "anyOf" { return [] }
            matching.append(index)
        }
        if matching.count == 1 { return [] }
        if !matching.isEmpty {
            let numbers = matching.map { String($0 + 1) }.joined(separator: ", ")
            return [SchemaViolation("More than one schema in `\(keyword)` matches: numbers \(numbers).", at: path)]
        }
        // What fails further inside was meant more likely; `max` would give the last of equals.
        let depths = failures.map { $0[0].depth }
        guard let index = depths.firstIndex(where: { $0 == depths.max() }) else { return [] }
        let first = failures[index][0]
        if schemas.count == 1 { return failures[0] }
        let place = first.depth > path.count ? " at `\(first.path)`" : ""
        let message =
            "None of the \(schemas.count) schemas in `\(keyword)` matches; number \(index + 1) fails\(place): "
        return [SchemaViolation(message + first.message, at: path)]
    }
}

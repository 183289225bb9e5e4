import Foundation
import Tchavi
import TchaviPrompts

/// Validates JSON values against a JSON Schema of draft 2020-12.
///
/// A schema that uses an assertion that is not supported is refused, so that no value passes because a keyword was
/// ignored. Annotations, `format` among them, and unknown keywords are ignored, as the draft says.
struct SchemaValidator: Sendable {
    /// The most violations that are reported for a value.
    static let violationLimit = 20

    private let root: JSONValue
    private let patterns: [String: NSRegularExpression]
    private let references: [String: JSONValue]

    /// Creates a validator.
    ///
    /// - Parameter schema: The schema, an object or a Boolean.
    /// - Throws: The first problem of the schema: an unsupported assertion, a value that its keyword does not allow, a
    ///   pattern that is not a regular expression, or a reference to nothing in the schema.
    init(_ schema: JSONValue) throws(SchemaProblem) {
        var inspection = SchemaInspection(root: schema)
        try inspection.run()
        root = schema
        patterns = inspection.patterns
        references = inspection.references
    }

    /// Returns why a value is not valid, the first ``violationLimit`` of the reasons; nothing for a valid value.
    ///
    /// A value that cannot be validated within the limits of ``SchemaEvaluation`` has one violation, which says so.
    func violations(of value: JSONValue) -> [SchemaViolation] {
        if value.isNested(deeperThan: JSONParser.maximumDepth) {
            let limit = JSONParser.maximumDepth
            return [SchemaViolation("The value is nested more than \(limit) levels deep, so it was not validated.")]
        }
        var evaluation = SchemaEvaluation(patterns: patterns, references: references)
        let violations = evaluation.check(value, root, [])
        return evaluation.interruption.map { [$0] } ?? violations
    }
}

/// One reason why a value does not conform to a schema.
struct SchemaViolation: Sendable, Hashable, CustomStringConvertible {
    private let steps: [JSONError.Step]
    /// What is wrong, in one sentence.
    let message: String

    init(_ message: String, at steps: [JSONError.Step] = []) {
        self.message = message
        self.steps = steps
    }

    /// The path from the root of the value: `$.items[2].price`.
    var path: String { JSONError("", at: steps).path }

    /// The number of steps from the root of the value.
    var depth: Int { steps.count }

    /// The path and the message in one line.
    var description: String { "\(path): \(message)".escapingControlCharacters }
}

/// Why a schema cannot be used to validate.
struct SchemaProblem: Error, Hashable, CustomStringConvertible {
    /// The path from the root of the schema: `$.properties.price`.
    let path: String
    /// What is wrong, in one sentence.
    let message: String

    init(_ message: String, at steps: [JSONError.Step]) {
        self.message = message
        path = JSONError("", at: steps).path
    }

    /// The path and the message in one line.
    var description: String { "\(path): \(message)".escapingControlCharacters }
}

extension JSONValue {
    /// Whether arrays and objects are nested more than this many levels deep. Takes no stack for the levels.
    func isNested(deeperThan limit: Int) -> Bool {
        var level = [self]
        for _ in 0...limit {
            level = level.flatMap { value in
                switch value {
                case .array(let elements): elements
                case .object(let members): Array(members.values)
                default: [] as [JSONValue]
                }
            }
            if level.isEmpty { return false }
        }
        return true
    }
}

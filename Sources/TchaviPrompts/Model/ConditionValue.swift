public import Tchavi

/// A value of a query's condition, a rule or a version's tag.
public enum ConditionValue: Sendable, Hashable {
    /// A string.
    case string(String)
    /// An integer.
    case integer(Int64)
    /// A floating-point number.
    case number(Double)
    /// A Boolean.
    case boolean(Bool)
    /// An array of strings.
    case strings([String])
}

extension ConditionValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    /// Creates a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates an integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates a number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// Creates a Boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Creates an array of strings.
    public init(arrayLiteral elements: String...) { self = .strings(elements) }
}

extension ConditionValue: JSONRepresentable, JSONConvertible {
    /// Creates a value from a JSON string, number, Boolean or array of strings.
    ///
    /// - Parameter json: The JSON value.
    /// - Throws: `JSONError` for any other JSON value.
    public init(json: JSONValue) throws(JSONError) {
        switch json {
        case .string(let value): self = .string(value)
        case .integer(let value): self = .integer(value)
        case .unsignedInteger(let value): self = .number(Double(value))
        case .double(let value): self = .number(value)
        case .boolean(let value): self = .boolean(value)
        case .array(let elements):
            var strings: [String] = []
            for (index, element) in elements.enumerated() {
                guard let string = element.string else {
                    throw JSONError("expected a string, found \(element.kind)", at: [.element(index)])
                }
                strings.append(string)
            }
            self = .strings(strings)
        case .null, .object:
            throw JSONError("expected a string, a number, a Boolean or an array of strings, found \(json.kind)")
        }
    }

    /// The value as a JSON string, number, Boolean or array of strings.
    public var json: JSONValue {
        switch self {
        case .string(let value): .string(value)
        case .integer(let value): .integer(value)
        case .number(let value): .double(value)
        case .boolean(let value): .boolean(value)
        case .strings(let value): .array(value.map { .string($0) })
        }
    }
}

extension ConditionValue: CustomStringConvertible {
    /// The value without quotation marks: `us-east`, `20.5`, `true`, `[web, ios]`.
    public var description: String {
        switch self {
        case .string(let value): value
        case .integer(let value): String(value)
        case .number(let value): value.ecmaScriptDescription
        case .boolean(let value): String(value)
        case .strings(let value): "[" + value.joined(separator: ", ") + "]"
        }
    }
}

public import Tchavi

/// A value that rules compare: of a query's condition, a rule, or a version's tag.
public enum ConditionValue: Sendable, Hashable {
    /// A text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A truth value.
    case boolean(Bool)
    /// Several texts.
    case strings([String])
}

extension ConditionValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Several texts.
    public init(arrayLiteral elements: String...) { self = .strings(elements) }
}

extension ConditionValue: JSONRepresentable, JSONConvertible {
    /// Reads a string, a number, a Boolean or an array of strings.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` for anything else.
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

    /// A string, a number, a Boolean or an array of strings.
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
    /// The value as a person would write it: `us-east`, `20.5`, `true`, `[web, ios]`.
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

/// What can stand as the value of a condition: texts, numbers, truth values and arrays of texts.
public protocol ConditionValueConvertible {
    /// The value as rules compare it.
    var conditionValue: ConditionValue { get }
}

extension ConditionValue: ConditionValueConvertible {
    /// The value itself.
    public var conditionValue: ConditionValue { self }
}

extension String: ConditionValueConvertible {
    /// The text.
    public var conditionValue: ConditionValue { .string(self) }
}

extension Int: ConditionValueConvertible {
    /// The number.
    public var conditionValue: ConditionValue { .integer(Int64(self)) }
}

extension Double: ConditionValueConvertible {
    /// The number.
    public var conditionValue: ConditionValue { .number(self) }
}

extension Bool: ConditionValueConvertible {
    /// The truth value.
    public var conditionValue: ConditionValue { .boolean(self) }
}

extension [String]: ConditionValueConvertible {
    /// The texts.
    public var conditionValue: ConditionValue { .strings(self) }
}

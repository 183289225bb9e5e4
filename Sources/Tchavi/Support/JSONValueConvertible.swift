/// A type whose values `JSONValue(_:)` converts to JSON.
///
/// Strings, Booleans, integers, floating-point numbers, and arrays, dictionaries and optionals of them conform, and so
/// does every ``JSONRepresentable`` type. Conform a type of your own to use it in the same places:
///
/// ```swift
/// extension Plan: JSONValueConvertible {
///     var jsonValue: JSONValue { JSONValue(name) }
/// }
/// ```
public protocol JSONValueConvertible {
    /// The value as JSON.
    var jsonValue: JSONValue { get }
}

extension JSONValue {
    /// Creates a JSON value from a value that is not a literal.
    ///
    /// ```swift
    /// let body: JSONValue = ["tags": JSONValue(tags), "limit": JSONValue(limit), "draft": false]
    /// ```
    ///
    /// - Parameter value: The value. A floating-point number that is not finite is written as `null`.
    public init(_ value: some JSONValueConvertible) { self = value.jsonValue }

    /// Creates a copy of a value, or a value from an array or dictionary literal whose elements are of several kinds.
    ///
    /// - Parameter value: The value.
    public init(_ value: JSONValue) { self = value }
}

extension JSONRepresentable {
    /// The value's JSON form.
    public var jsonValue: JSONValue { json }
}

extension String: JSONValueConvertible {
    /// The string as JSON.
    public var jsonValue: JSONValue { .string(self) }
}

extension Substring: JSONValueConvertible {
    /// The string as JSON.
    public var jsonValue: JSONValue { .string(String(self)) }
}

extension Bool: JSONValueConvertible {
    /// The Boolean as JSON.
    public var jsonValue: JSONValue { .boolean(self) }
}

extension JSONValueConvertible where Self: FixedWidthInteger {
    /// The integer as JSON. Integers of up to 64 bits are exact.
    public var jsonValue: JSONValue {
        if let integer = Int64(exactly: self) { return .integer(integer) }
        if let integer = UInt64(exactly: self) { return .unsignedInteger(integer) }
        return .double(Double(self))
    }
}

extension Int: JSONValueConvertible {}
extension Int8: JSONValueConvertible {}
extension Int16: JSONValueConvertible {}
extension Int32: JSONValueConvertible {}
extension Int64: JSONValueConvertible {}
extension UInt: JSONValueConvertible {}
extension UInt8: JSONValueConvertible {}
extension UInt16: JSONValueConvertible {}
extension UInt32: JSONValueConvertible {}
extension UInt64: JSONValueConvertible {}

extension Double: JSONValueConvertible {
    /// The number as JSON.
    public var jsonValue: JSONValue { .double(self) }
}

extension Float: JSONValueConvertible {
    /// The number as JSON, with the digits in which it is printed: `0.1`, not `0.10000000149011612`.
    public var jsonValue: JSONValue { .double(Double(description) ?? Double(self)) }
}

extension Optional: JSONValueConvertible where Wrapped: JSONValueConvertible {
    /// The wrapped value as JSON; `null` if there is none.
    public var jsonValue: JSONValue { self?.jsonValue ?? .null }
}

extension Array: JSONValueConvertible where Element: JSONValueConvertible {
    /// The elements as a JSON array.
    public var jsonValue: JSONValue { .array(map(\.jsonValue)) }
}

extension Dictionary: JSONValueConvertible where Key == String, Value: JSONValueConvertible {
    /// The members as a JSON object.
    public var jsonValue: JSONValue { .object(mapValues(\.jsonValue)) }
}

public import Foundation

/// A type whose values can be used in a condition: strings, numbers, Booleans, UUIDs and arrays of strings.
///
/// An enumeration with a raw value of such a type can be used as it is, and gets ``conditionValue`` if it conforms.
public protocol ConditionValueConvertible {
    /// The value that rules compare.
    var conditionValue: ConditionValue { get }
}

extension ConditionValueConvertible where Self: RawRepresentable, RawValue: ConditionValueConvertible {
    /// The raw value as a condition's value.
    public var conditionValue: ConditionValue { rawValue.conditionValue }
}

extension ConditionValueConvertible where Self: BinaryInteger {
    /// The integer as a condition's value; beyond 64 bits with a sign, the nearest floating-point number.
    public var conditionValue: ConditionValue { Int64(exactly: self).map { .integer($0) } ?? .number(Double(self)) }
}

extension ConditionValue: ConditionValueConvertible {
    /// The value itself.
    public var conditionValue: ConditionValue { self }
}

extension String: ConditionValueConvertible {
    /// The string as a condition's value.
    public var conditionValue: ConditionValue { .string(self) }
}

extension UUID: ConditionValueConvertible {
    /// The UUID as `uuidString` has it, in upper case. Strings are compared byte by byte: where rules have lower case, pass
    /// `id.uuidString.lowercased()`.
    public var conditionValue: ConditionValue { .string(uuidString) }
}

extension Int: ConditionValueConvertible {}
extension Int8: ConditionValueConvertible {}
extension Int16: ConditionValueConvertible {}
extension Int32: ConditionValueConvertible {}
extension Int64: ConditionValueConvertible {}
extension UInt: ConditionValueConvertible {}
extension UInt8: ConditionValueConvertible {}
extension UInt16: ConditionValueConvertible {}
extension UInt32: ConditionValueConvertible {}
extension UInt64: ConditionValueConvertible {}

extension Double: ConditionValueConvertible {
    /// The number as a condition's value.
    public var conditionValue: ConditionValue { .number(self) }
}

extension Bool: ConditionValueConvertible {
    /// The Boolean as a condition's value.
    public var conditionValue: ConditionValue { .boolean(self) }
}

extension [String]: ConditionValueConvertible {
    /// The strings as a condition's value.
    public var conditionValue: ConditionValue { .strings(self) }
}

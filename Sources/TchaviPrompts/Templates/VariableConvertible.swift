public import Foundation
import Tchavi

/// A type whose values can replace variables: strings, numbers, Booleans, UUIDs and URLs.
///
/// A type of your own that is `CustomStringConvertible`, or an enumeration with a raw value, conforms with an empty
/// extension:
///
/// ```swift
/// extension OrderNumber: VariableConvertible {}
/// ```
///
/// Dates do not conform, because their text depends on a locale and a time zone: format them first.
public protocol VariableConvertible {
    /// The text that replaces the variable.
    var variableText: String { get }
}

extension VariableConvertible where Self: CustomStringConvertible {
    /// The value's description.
    public var variableText: String { description }
}

extension VariableConvertible where Self: RawRepresentable, RawValue: VariableConvertible {
    /// The text of the raw value.
    public var variableText: String { rawValue.variableText }
}

extension VariableConvertible where Self: RawRepresentable & CustomStringConvertible, RawValue: VariableConvertible {
    /// The value's description.
    public var variableText: String { description }
}

extension String: VariableConvertible {
    /// The string itself.
    public var variableText: String { self }
}

extension Substring: VariableConvertible {}
extension Character: VariableConvertible {}
extension Bool: VariableConvertible {}
extension UUID: VariableConvertible {}

extension Int: VariableConvertible {}
extension Int8: VariableConvertible {}
extension Int16: VariableConvertible {}
extension Int32: VariableConvertible {}
extension Int64: VariableConvertible {}
extension Int128: VariableConvertible {}
extension UInt: VariableConvertible {}
extension UInt8: VariableConvertible {}
extension UInt16: VariableConvertible {}
extension UInt32: VariableConvertible {}
extension UInt64: VariableConvertible {}
extension UInt128: VariableConvertible {}
extension Decimal: VariableConvertible {}

extension Double: VariableConvertible {
    /// The shortest decimal form, as JavaScript writes it: `3` for 3.0, `0.1` and `1e+21`.
    public var variableText: String { ecmaScriptDescription }
}

extension Float: VariableConvertible {
    /// The shortest decimal form, as JavaScript writes it: `3` for 3.0, `0.1` and `1e+21`.
    public var variableText: String {
        // The number of the same digits, which are more if the value itself is converted.
        (Double(description) ?? Double(self)).ecmaScriptDescription
    }
}

extension URL: VariableConvertible {
    /// The URL as an absolute string.
    public var variableText: String { absoluteString }
}

extension [String: any VariableConvertible] {
    /// The texts that replace the variables.
    var texts: [String: String] { mapValues(\.variableText) }
}

/// An open set of strings: known values are static members, and unknown values are kept.
///
/// Roles, finish reasons and statuses are such sets. A `switch` over one needs a `default`.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
where RawValue == String {
    /// Creates a value from its name on the wire, known or not.
    init(rawValue: String)
}

extension OpenEnum {
    /// Creates a value from its name on the wire.
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    /// The name on the wire.
    public var description: String { rawValue }
}

extension OpenEnum where Self: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let value = scalar.string else { return nil }
        self.init(rawValue: value)
    }
    package var json: JSONValue { .string(rawValue) }
    package static var kind: String { "a string" }
}

/// A set of names to which others may be added: the known ones are static members, and an unknown one is kept as it
/// was read.
///
/// Roles, finish reasons and statuses are such sets. A `switch` over one needs a `default`.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
where RawValue == String {
    /// A member by its name on the wire, known or not.
    init(rawValue: String)
}

extension OpenEnum {
    /// A member by its name on the wire.
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

/// A value with a JSON form of its own, read and written through ``JSONValue``.
///
/// Conforming types are `Codable` through that form: `JSONDecoder` and `JSONEncoder` work with them as with any other
/// type. ``init(json:)`` is faster, and its errors contain the path to the invalid value.
public protocol JSONRepresentable: Codable, JSONValueConvertible {
    /// Creates a value from its JSON form.
    ///
    /// - Parameter json: The form that ``json`` returns.
    /// - Throws: ``JSONError`` with the path to the value that is missing or of the wrong kind.
    init(json: JSONValue) throws(JSONError)

    /// The value's JSON form.
    var json: JSONValue { get }
}

extension JSONRepresentable {
    /// Decodes the value from any decoder.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: `DecodingError.dataCorrupted` with the path in its description, or the decoder's own error.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        do {
            try self.init(json: value)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.description, underlyingError: error)
            )
        }
    }

    /// Encodes the value's JSON form to any encoder.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: The encoder's own error.
    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }
}

extension JSONValue: JSONRepresentable {
    /// Creates a copy of the value.
    public init(json: JSONValue) { self = json }
    /// The value itself.
    public var json: JSONValue { self }
}

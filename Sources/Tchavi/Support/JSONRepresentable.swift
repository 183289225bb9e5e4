/// A value with a JSON form of its own, read and written through ``JSONValue``.
///
/// Conforming types are `Codable` through that form: `JSONDecoder` and `JSONEncoder` work on them as on any other
/// type. Reading through ``init(json:)`` is faster, and its errors name the path to what is wrong.
public protocol JSONRepresentable: Codable {
    /// Reads the value from its JSON form.
    ///
    /// - Parameter json: The form that ``json`` gives.
    /// - Throws: ``JSONError``, with the path to what is missing or of the wrong kind.
    init(json: JSONValue) throws(JSONError)

    /// The value's JSON form.
    var json: JSONValue { get }
}

extension JSONRepresentable {
    /// Reads the value from any decoder.
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

    /// Writes the value's JSON form to any encoder.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: The encoder's own error.
    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }
}

extension JSONValue: JSONRepresentable {
    /// The value itself.
    public init(json: JSONValue) { self = json }
    /// The value itself.
    public var json: JSONValue { self }
}

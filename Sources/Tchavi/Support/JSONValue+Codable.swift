extension JSONValue: Codable {
    /// Decodes a value of any kind.
    ///
    /// - Parameter decoder: Any decoder whose format has JSON's kinds of values.
    /// - Throws: `DecodingError` if the value is of none of these kinds, or is nested more than 128 levels deep.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONValueDecoder {
            self = decoder.json
        } else {
            var reader = JSONValueReader()
            self = try reader.root(decoder)
        }
    }

    /// Encodes the value in the encoder's format.
    ///
    /// - Parameter encoder: Any encoder whose format has JSON's kinds of values.
    /// - Throws: The encoder's error, for instance for a number that is not finite.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsignedInteger(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

/// Reads a ``JSONValue`` from any decoder.
///
/// A decoder cannot tell what kind of value comes next, and each wrong attempt costs it an error with the whole coding
/// path. So the first attempt is the kind of the previous element or member, and the depth is counted here.
private struct JSONValueReader {
    private enum Kind: CaseIterable {
        case string, boolean, number, object, array
    }

    /// Where a value is, for which the kind of the next one is expected to be the same.
    private enum Place {
        case element, member
    }

    private var elementKind = Kind.string
    private var memberKind = Kind.string

    private subscript(place: Place) -> Kind {
        get { place == .element ? elementKind : memberKind }
        set { if place == .element { elementKind = newValue } else { memberKind = newValue } }
    }

    mutating func root(_ decoder: any Decoder) throws -> JSONValue {
        try value(decoder, .element, depth: decoder.codingPath.count)
    }

    private mutating func value(_ decoder: any Decoder, _ place: Place, depth: Int) throws -> JSONValue {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() { return .null }
        let expected = self[place]
        var found = try value(decoder, container, depth, expected)
        for kind in Kind.allCases where found == nil && kind != expected {
            // Set before the values inside are read, which are in turn the previous ones of those after them.
            self[place] = kind
            found = try value(decoder, container, depth, kind)
        }
        if let found { return found }
        throw failure("expected a JSON value", decoder)
    }

    private mutating func value(
        _ decoder: any Decoder,
        _ container: any SingleValueDecodingContainer,
        _ depth: Int,
        _ kind: Kind
    ) throws -> JSONValue? {
        switch kind {
        case .string: return (try? container.decode(String.self)).map { .string($0) }
        case .boolean: return (try? container.decode(Bool.self)).map { .boolean($0) }
        case .number: return number(container)
        case .object:
            guard let members = try? decoder.container(keyedBy: PathKey.self) else { return nil }
            guard depth < JSONParser.maximumDepth else { throw failure(JSONValue.tooDeep, decoder) }
            return try object(members, depth: depth)
        case .array:
            guard let elements = try? decoder.unkeyedContainer() else { return nil }
            guard depth < JSONParser.maximumDepth else { throw failure(JSONValue.tooDeep, decoder) }
            return try array(elements, depth: depth)
        }
    }

    private func number(_ container: any SingleValueDecodingContainer) -> JSONValue? {
        guard let number = try? container.decode(Double.self) else { return nil }
        guard number == number.rounded(), number.magnitude < 0x1p65 else { return .double(number) }
        if let integer = try? container.decode(Int64.self) { return .integer(integer) }
        if let integer = try? container.decode(UInt64.self) { return .unsignedInteger(integer) }
        return .double(number)
    }

    private mutating func object(_ container: KeyedDecodingContainer<PathKey>, depth: Int) throws -> JSONValue {
        var members: [String: JSONValue] = [:]
        for key in container.allKeys {
            members[key.stringValue] = try value(container.superDecoder(forKey: key), .member, depth: depth + 1)
        }
        return .object(members)
    }

    private mutating func array(_ elements: any UnkeyedDecodingContainer, depth: Int) throws -> JSONValue {
        var container = elements
        var elements: [JSONValue] = []
        while !container.isAtEnd {
            elements.append(try value(container.superDecoder(), .element, depth: depth + 1))
        }
        return .array(elements)
    }

    private func failure(_ reason: String, _ decoder: any Decoder) -> DecodingError {
        .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
    }
}

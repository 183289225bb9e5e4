extension JSONValue: Codable {
    /// Decodes a value of any kind.
    ///
    /// - Parameter decoder: Any decoder whose format has JSON's kinds of values.
    /// - Throws: `DecodingError` if the value is of none of these kinds, or is nested more than 128 levels deep.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONValueDecoder {
            self = decoder.json
        } else {
            self = try JSONValueReader(decoder).root(decoder)
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
///
/// Objects are decoded as dictionaries, because a `JSONDecoder` applies its `keyDecodingStrategy` to the keys of all other
/// containers. Each level of them takes much of the stack, so the functions that values inside are read from are short.
private struct JSONValueReader: Sendable {
    private enum Kind: CaseIterable {
        case string, boolean, number, object, array
    }

    /// Where a value is, for which the kind of the next one is expected to be the same.
    private enum Place {
        case element, member
    }

    private struct State {
        var elementKind = Kind.string
        var memberKind = Kind.string
        var depth: Int

        subscript(place: Place) -> Kind {
            get { place == .element ? elementKind : memberKind }
            set { if place == .element { elementKind = newValue } else { memberKind = newValue } }
        }
    }

    /// What a value is, before the values inside are read.
    private enum Content {
        case scalar(JSONValue)
        case array
        case object
    }

    /// A member of an object. Decoding it never fails, so that a failure within a member is not taken for one to decode the
    /// object.
    private struct Member: Decodable {
        let result: Result<JSONValue, any Error>

        init(from decoder: any Decoder) {
            do {
                result = .success(try JSONValueReader.current(decoder).value(decoder, .member))
            } catch {
                result = .failure(error)
            }
        }
    }

    /// The reader of the value that is being decoded, for its members.
    @TaskLocal private static var current: JSONValueReader?

    private let state: Locked<State>

    private static func current(_ decoder: any Decoder) -> JSONValueReader { current ?? JSONValueReader(decoder) }

    init(_ decoder: any Decoder) { state = Locked(State(depth: decoder.codingPath.count)) }

    func root(_ decoder: any Decoder) throws -> JSONValue {
        try JSONValueReader.$current.withValue(self) { try value(decoder, .element) }
    }

    private func value(_ decoder: any Decoder, _ place: Place) throws -> JSONValue {
        switch try content(decoder, place) {
        case .scalar(let value): return value
        case .array: return try array(decoder)
        case .object: return try object(members(decoder))
        }
    }

    private func members(_ decoder: any Decoder) throws -> [String: Member] {
        move(1)
        defer { move(-1) }
        return try decoder.singleValueContainer().decode([String: Member].self)
    }

    private func array(_ decoder: any Decoder) throws -> JSONValue {
        move(1)
        defer { move(-1) }
        var container = try decoder.unkeyedContainer()
        var elements: [JSONValue] = []
        while !container.isAtEnd { elements.append(try value(container.superDecoder(), .element)) }
        return .array(elements)
    }

    // MARK: Without the values inside

    private func object(_ members: [String: Member]) throws -> JSONValue {
        .object(try members.mapValues { try $0.result.get() })
    }

    private func content(_ decoder: any Decoder, _ place: Place) throws -> Content {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() { return .scalar(.null) }
        let expected = state.withLock { $0[place] }
        var found = content(decoder, container, expected)
        for kind in Kind.allCases where found == nil && kind != expected {
            found = content(decoder, container, kind)
            // Set before the values inside are read, which are in turn the previous ones of those after them.
            if found != nil { state.withLock { $0[place] = kind } }
        }
        guard let found else { throw failure("expected a JSON value", decoder) }
        if case .scalar = found { return found }
        guard state.withLock({ $0.depth }) < JSONParser.maximumDepth else { throw failure(JSONValue.tooDeep, decoder) }
        return found
    }

    private func content(
        _ decoder: any Decoder,
        _ container: any SingleValueDecodingContainer,
        _ kind: Kind
    ) -> Content? {
        switch kind {
        case .string: (try? container.decode(String.self)).map { .scalar(.string($0)) }
        case .boolean: (try? container.decode(Bool.self)).map { .scalar(.boolean($0)) }
        case .number: number(container).map { .scalar($0) }
        case .object: (try? decoder.container(keyedBy: PathKey.self)).map { _ in .object }
        case .array: (try? decoder.unkeyedContainer()).map { _ in .array }
        }
    }

    private func number(_ container: any SingleValueDecodingContainer) -> JSONValue? {
        guard let number = try? container.decode(Double.self) else { return nil }
        guard number == number.rounded(), number.magnitude < 0x1p65 else { return .double(number) }
        if let integer = try? container.decode(Int64.self) { return .integer(integer) }
        if let integer = try? container.decode(UInt64.self) { return .unsignedInteger(integer) }
        return .double(number)
    }

    private func move(_ levels: Int) { state.withLock { $0.depth += levels } }

    private func failure(_ reason: String, _ decoder: any Decoder) -> DecodingError {
        .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
    }
}

import Foundation

extension JSONValue {
    /// Decodes a plain `Codable` type from parsed JSON, with the same nesting limit and error paths as other types.
    ///
    /// - Parameter type: The type to decode.
    /// - Returns: The decoded value.
    /// - Throws: ``JSONError`` with the path to the value that is missing or of the wrong kind.
    package func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws(JSONError) -> Value {
        do {
            return try JSONValueDecoder(json: self, path: []).decode(type)
        } catch let error as JSONError {
            throw error
        } catch let error as DecodingError {
            throw JSONError(decoding: error)
        } catch {
            throw JSONError("\(error)")
        }
    }

    /// Creates the JSON that a plain `Codable` value encodes to.
    ///
    /// - Parameter value: The value. Its dates are written in ISO 8601.
    /// - Throws: The value's own error, or `EncodingError`.
    package init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        self = try JSONValue(parsing: try encoder.encode(value))
    }
}

extension JSONError {
    /// Converts an error that a type's own `init(from:)` has thrown.
    fileprivate init(decoding error: DecodingError) {
        let (context, reason): (DecodingError.Context, String) =
            switch error {
            case .keyNotFound(let key, let context): (context.appending(key), "missing")
            case .valueNotFound(_, let context): (context, "expected a value, found null")
            case .typeMismatch(_, let context), .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "\(error)")
            }
        self.init(reason, at: context.codingPath.map(Step.init))
    }
}

extension DecodingError.Context {
    fileprivate func appending(_ key: any CodingKey) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath + [key], debugDescription: debugDescription)
    }
}

extension JSONError.Step {
    fileprivate init(_ key: any CodingKey) {
        self = key.intValue.map { .element($0) } ?? .member(key.stringValue)
    }
}

/// Decodes from a ``JSONValue``.
struct JSONValueDecoder: Decoder {
    let json: JSONValue
    let path: [JSONError.Step]

    var codingPath: [any CodingKey] { path.map(PathKey.init) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // These types have a JSON form of their own. `Decimal` would otherwise decode its internal representation.
        if let scalar = type as? any JSONScalar.Type {
            guard let value = scalar.init(scalar: json) as? Value else { throw mismatch(scalar.kind) }
            return value
        }
        if let convertible = type as? any JSONConvertible.Type {
            do throws(JSONError) {
                if let value = try convertible.init(reading: json) as? Value { return value }
            } catch {
                throw path.reversed().reduce(error) { $0.inside($1) }
            }
        }
        return try Value(from: self)
    }

    func mismatch(_ kind: String) -> JSONError { JSONError("expected \(kind), found \(json.kind)", at: path) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = json else { throw mismatch("an object") }
        return KeyedDecodingContainer(JSONObjectContainer(members: members, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = json else { throw mismatch("an array") }
        return JSONArrayContainer(elements: elements, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { json.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try scalar() }
    func decode(_ type: String.Type) throws -> String { try scalar() }
    func decode(_ type: Double.Type) throws -> Double { try scalar() }
    func decode(_ type: Float.Type) throws -> Float { Float(try scalar() as Double) }
    func decode(_ type: Int.Type) throws -> Int { try scalar() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

    private func scalar<Value: JSONScalar>() throws -> Value {
        guard let value = Value(scalar: json) else { throw mismatch(Value.kind) }
        return value
    }

    private func integer<Value: FixedWidthInteger>() throws -> Value {
        let value: Value? =
            switch json {
            case .integer(let number): Value(exactly: number)
            case .unsignedInteger(let number): Value(exactly: number)
            case .double(let number): Value(exactly: number)
            default: nil
            }
        guard let value else { throw mismatch("an integer of \(Value.bitWidth) bits") }
        return value
    }
}

private struct JSONObjectContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    let path: [JSONError.Step]

    var codingPath: [any CodingKey] { path.map(PathKey.init) }
    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
    func decodeNil(forKey key: Key) -> Bool { members[key.stringValue]?.isNull ?? true }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(key).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { JSONValueDecoder(json: .object(members), path: path) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> JSONValueDecoder {
        let memberPath = path + [.member(key.stringValue)]
        guard let json = members[key.stringValue] else { throw JSONError("missing", at: memberPath) }
        return JSONValueDecoder(json: json, path: memberPath)
    }
}

private struct JSONArrayContainer: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let path: [JSONError.Step]
    private(set) var currentIndex = 0

    init(elements: [JSONValue], path: [JSONError.Step]) {
        self.elements = elements
        self.path = path
    }

    var codingPath: [any CodingKey] { path.map(PathKey.init) }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }

    private mutating func next() throws -> JSONValueDecoder {
        let elementPath = path + [.element(currentIndex)]
        guard !isAtEnd else { throw JSONError("missing", at: elementPath) }
        defer { currentIndex += 1 }
        return JSONValueDecoder(json: elements[currentIndex], path: elementPath)
    }
}

/// A step of a path as a coding key.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ step: JSONError.Step) {
        switch step {
        case .member(let name): (stringValue, intValue) = (name, nil)
        case .element(let index): (stringValue, intValue) = (String(index), index)
        }
    }

    init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
}

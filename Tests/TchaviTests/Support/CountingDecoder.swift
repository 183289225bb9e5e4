@testable import Tchavi

/// A decoder of JSON that counts its steps. Each failed attempt and each use of the coding path takes as many steps as the
/// path is long, as with Foundation's decoders.
struct CountingDecoder: Decoder {
    let json: JSONValue
    let depth: Int
    let steps: Locked<Int>

    init(_ json: JSONValue, depth: Int = 0, steps: Locked<Int> = Locked(0)) {
        self.json = json
        self.depth = depth
        self.steps = steps
    }

    private var base: JSONValueDecoder { JSONValueDecoder(json: json, path: []) }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] {
        steps.withLock { $0 += depth }
        return Array(repeating: PathKey(intValue: 0), count: depth)
    }

    private func attempt<Value>(_ decode: () throws -> Value) throws -> Value {
        steps.withLock { $0 += 1 }
        do {
            return try decode()
        } catch {
            steps.withLock { $0 += depth }
            throw error
        }
    }

    fileprivate func inside(_ json: JSONValue) -> CountingDecoder {
        CountingDecoder(json, depth: depth + 1, steps: steps)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let object = try attempt { try base.container(keyedBy: type) }
        return KeyedDecodingContainer(CountingObject(decoder: self, base: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        CountingArray(decoder: self, base: try attempt { try base.unkeyedContainer() })
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension CountingDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { json.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        type is any JSONScalar.Type || type is any FixedWidthInteger.Type
            ? try attempt { try base.decode(type) } : try Value(from: self)
    }
}

private struct CountingObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: CountingDecoder
    let base: KeyedDecodingContainer<Key>

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { base.allKeys }

    private func member(_ key: Key) throws -> CountingDecoder {
        decoder.inside(try base.decode(JSONValue.self, forKey: key))
    }

    func contains(_ key: Key) -> Bool { base.contains(key) }
    func decodeNil(forKey key: Key) throws -> Bool { try base.decodeNil(forKey: key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try member(key).decode(type)
    }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }
    func superDecoder() -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

private struct CountingArray: UnkeyedDecodingContainer {
    let decoder: CountingDecoder
    var base: any UnkeyedDecodingContainer

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { base.count }
    var isAtEnd: Bool { base.isAtEnd }
    var currentIndex: Int { base.currentIndex }

    private mutating func element() throws -> CountingDecoder { decoder.inside(try base.decode(JSONValue.self)) }

    mutating func decodeNil() throws -> Bool { try base.decodeNil() }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try element().decode(type) }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try element().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try element().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try element() }
}

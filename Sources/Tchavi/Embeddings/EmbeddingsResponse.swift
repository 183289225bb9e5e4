import Foundation

/// The embeddings of a request.
public struct EmbeddingsResponse: Sendable, Hashable {
    /// One embedding for each input, in their order.
    public var data: [Embedding]
    /// The model that embedded.
    public var model: String
    /// How many tokens it took.
    public var usage: TokenUsage?
    /// What the gateway charged; other servers send none.
    public var tchavi: TchaviMetadata?
    /// Unrecognized fields of the response.
    public var additionalFields: [String: JSONValue] = [:]
    /// The kind of object, which no server is known to vary.
    package var object = "list"

    /// Makes a response, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - data: One embedding for each input, in their order.
    ///   - model: The model that embedded.
    ///   - usage: How many tokens it took.
    ///   - tchavi: What the gateway charged; other servers send none.
    public init(
        data: [Embedding],
        model: String,
        usage: TokenUsage? = nil,
        tchavi: TchaviMetadata? = nil
    ) {
        self.data = data
        self.model = model
        self.usage = usage
        self.tchavi = tchavi
    }
}

extension EmbeddingsResponse: JSONMapped {
    package init() { self.init(data: [], model: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("object", &object)
        json.field("data", &data)
        json.field("model", &model)
        json.field("usage", &usage)
        json.lenient("tchavi", &tchavi)
        json.rest(&additionalFields)
    }
}

/// One embedding.
public struct Embedding: Sendable, Hashable {
    /// The place of its input among the inputs, from 0.
    public var index: Int
    /// The numbers.
    public var vector: [Float]
    /// The kind of object, which no server is known to vary.
    package var object = "embedding"

    /// Makes an embedding.
    ///
    /// - Parameters:
    ///   - index: The place of its input among the inputs, from 0.
    ///   - vector: The numbers.
    public init(index: Int, vector: [Float]) {
        self.index = index
        self.vector = vector
    }

    /// The numbers as base64 of little-endian 32-bit floats.
    package var base64: String {
        var data = Data(capacity: vector.count * 4)
        for number in vector {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data.base64EncodedString()
    }
}

extension Embedding: JSONMapped {
    package init() { self.init(index: 0, vector: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("object", &object)
        json.defaulted("index", &index)
        var numbers = EmbeddingVector(values: vector)
        json.field("embedding", &numbers)
        vector = numbers.values
    }
}

/// The numbers of an embedding: an array, or base64 of little-endian 32-bit floats.
private struct EmbeddingVector: JSONConvertible {
    let values: [Float]

    init(values: [Float]) { self.values = values }

    init(reading json: JSONValue) throws(JSONError) {
        switch json {
        case .array(let elements):
            var numbers: [Float] = []
            numbers.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                guard let number = element.double else {
                    throw JSONError("expected a number, found \(element.kind)", at: [.element(index)])
                }
                numbers.append(Float(number))
            }
            values = numbers
        case .string(let text):
            guard let data = Data(base64Encoded: text), data.count.isMultiple(of: 4) else {
                throw JSONError("expected base64 of 32-bit floats")
            }
            values = data.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 4).map { offset in
                    let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    return Float(bitPattern: UInt32(littleEndian: bits))
                }
            }
        default: throw JSONError("expected an array or a string, found \(json.kind)")
        }
    }

    /// The numbers by their own shortest digits: those of the double they widen to would be more than they have.
    var json: JSONValue { .array(values.map { .double(Double($0.description) ?? Double($0)) }) }
}

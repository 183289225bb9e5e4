import Foundation

/// The response to an ``EmbeddingRequest``.
public struct EmbeddingsResponse: Sendable, Hashable {
    /// One embedding for each input, in the order of the inputs: a response is sorted by ``Embedding/index``.
    public var data: [Embedding]
    /// The model that created the embeddings; empty if the server does not name it.
    public var model: String
    /// The number of tokens used, if the server reports it.
    public var usage: TokenUsage?
    /// How the gateway routed the call and what it charged; `nil` from other OpenAI-compatible servers.
    public var tchavi: TchaviMetadata?
    /// Unrecognized fields of the response.
    public var additionalFields: [String: JSONValue] = [:]
    /// The `object` field, which has the same value in every known response.
    package var object = "list"

    /// Creates a response, for tests and for gateways of your own.
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
        // Embeddings that were paid for must not fail because of a field without which they can be used.
        json.isLenient = true
        json.defaulted("object", &object)
        json.field("data", &data)
        json.defaulted("model", &model)
        json.field("usage", &usage)
        json.field("tchavi", &tchavi)
        json.rest(&additionalFields)
        if json.isReading { sortByIndex() }
    }

    /// Sorts the embeddings by index. Those with the same index, for instance because the server sends none, keep their
    /// order.
    private mutating func sortByIndex() {
        guard zip(data, data.dropFirst()).contains(where: { $0.index > $1.index }) else { return }
        data = data.enumerated().sorted { ($0.element.index, $0.offset) < ($1.element.index, $1.offset) }.map(\.element)
    }
}

/// The embedding of one input.
public struct Embedding: Sendable, Hashable {
    /// The index of the input, from 0.
    public var index: Int
    /// The elements of the vector. A number that is too large for a `Float` becomes the greatest one, and `null`, which
    /// JSON has in place of NaN, becomes NaN.
    public var vector: [Float]
    /// Unrecognized fields of the embedding.
    public var additionalFields: [String: JSONValue] = [:]
    /// The `object` field, which has the same value in every known response.
    package var object = "embedding"

    /// Creates an embedding, for tests and for gateways of your own.
    public init(index: Int, vector: [Float]) {
        self.index = index
        self.vector = vector
    }

    /// The vector as base64 of little-endian 32-bit floats.
    package var base64: String { EmbeddingVector(values: vector).base64 }
}

extension Embedding: JSONMapped {
    package init() { self.init(index: 0, vector: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.defaulted("object", &object)
        json.wholeNumber("index", &index)
        var numbers = EmbeddingVector(values: vector)
        json.field("embedding", &numbers)
        vector = numbers.values
        json.rest(&additionalFields)
    }
}

/// A vector in JSON: an array of numbers, or base64 of little-endian 32-bit floats.
private struct EmbeddingVector: JSONConvertible {
    let values: [Float]

    init(values: [Float]) { self.values = values }

    init(reading json: JSONValue) throws(JSONError) {
        switch json {
        case .array(let elements):
            var numbers: [Float] = []
            numbers.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                guard let number = element.isNull ? Double.nan : element.double else {
                    throw JSONError("expected a number, found \(element.kind)", at: [.element(index)])
                }
                numbers.append(Float(clamping: number))
            }
            values = numbers
        case .string(let text):
            guard let data = Data(base64Encoded: text), data.count.isMultiple(of: 4) else {
                throw JSONError("expected base64-encoded 32-bit floats")
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

    /// Each number with the shortest digits that identify the `Float`: converted to `Double`, it would have more. A
    /// vector with infinities or NaN, for which JSON has no numbers, is written in base64.
    var json: JSONValue {
        guard values.allSatisfy(\.isFinite) else { return .string(base64) }
        return .array(values.map { .double(Double($0.description) ?? Double($0)) })
    }

    var base64: String {
        var data = Data(capacity: values.count * 4)
        for number in values {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data.base64EncodedString()
    }
}

extension Float {
    /// Creates the nearest finite number; NaN stays NaN.
    fileprivate init(clamping number: Double) {
        let nearest = Float(number)
        let greatest = Float.greatestFiniteMagnitude
        self = nearest.isInfinite ? (nearest < 0 ? -greatest : greatest) : nearest
    }
}

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

extension EmbeddingsResponse: JSONRepresentable {
    /// Reads `{data, model, usage?, tchavi?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        data = try object.requiredArray("data")
        model = try object.required("model")
        usage = try object.optional("usage")
        tchavi = try object.optional("tchavi")
        self.object = try object.optional("object") ?? "list"
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("data", data)
        object.set("model", model)
        object.set("usage", usage)
        object.set("tchavi", tchavi)
        object.set("object", self.object)
        return object.json
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

extension Embedding: JSONRepresentable {
    /// Reads `{index, embedding}`, the numbers as an array or as base64 of little-endian 32-bit floats.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the numbers are missing or cannot be read.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        index = try object.optional("index") ?? 0
        self.object = try object.optional("object") ?? "embedding"
        switch object.take("embedding") {
        case .array(let elements):
            var numbers: [Float] = []
            numbers.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                guard let number = element.double else {
                    throw JSONError(
                        "expected a number, found \(element.kind)",
                        at: [.member("embedding"), .element(index)]
                    )
                }
                numbers.append(Float(number))
            }
            vector = numbers
        case .string(let text):
            guard let data = Data(base64Encoded: text), data.count.isMultiple(of: 4) else {
                throw JSONError("expected base64 of 32-bit floats", at: [.member("embedding")])
            }
            vector = data.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 4).map { offset in
                    Float(
                        bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                    )
                }
            }
        case nil: throw JSONError("missing", at: [.member("embedding")])
        case .some(let other):
            throw JSONError("expected an array or a string, found \(other.kind)", at: [.member("embedding")])
        }
    }

    /// `{object, index, embedding}`, the numbers as an array.
    public var json: JSONValue {
        [
            "object": .string(object), "index": .integer(Int64(index)),
            // By their own shortest digits: those of the double they widen to would be more than they have.
            "embedding": .array(vector.map { .double(Double($0.description) ?? Double($0)) }),
        ]
    }
}

/// A request for embeddings.
public struct EmbeddingRequest: Sendable, Hashable {
    /// The texts or tokens to embed.
    public enum Input: Sendable, Hashable {
        /// A single text.
        case text(String)
        /// Several texts.
        case texts([String])
        /// A single text as token ids.
        case tokens([Int])
        /// Several texts as token ids.
        case tokenArrays([[Int]])
    }

    /// How vectors are encoded in the response. Both are decoded as `[Float]`; base64 takes a third of the bytes.
    public struct EncodingFormat: OpenEnum, JSONScalar {
        /// The format's name on the wire.
        public let rawValue: String
        /// Creates a format from its name on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// An array of JSON numbers.
        public static let float: EncodingFormat = "float"
        /// Base64 of little-endian 32-bit floats.
        public static let base64: EncodingFormat = "base64"
    }

    /// The model's name.
    public var model: String
    /// The texts or tokens to embed.
    public var input: Input
    /// How vectors are encoded in the response; `nil` for the model's default.
    public var encodingFormat: EncodingFormat?
    /// The number of elements of a vector, for models that support shorter ones.
    public var dimensions: Int?
    /// Your own identifier of the end user, for the provider's abuse detection.
    public var user: String?
    /// Unrecognized parameters, sent unchanged.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a request; set the other parameters afterwards.
    public init(model: String, input: Input) {
        self.model = model
        self.input = input
    }
}

extension EmbeddingRequest.Input: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// Creates an input of a single text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Creates an input of several texts.
    public init(arrayLiteral elements: String...) { self = .texts(elements) }
}

extension EmbeddingRequest.Input: JSONRepresentable, JSONConvertible {
    /// Creates an input from a string, an array of strings, of integers, or of arrays of integers.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` for anything else.
    public init(json: JSONValue) throws(JSONError) {
        func integers(_ json: JSONValue) -> [Int]? {
            guard let elements = json.array else { return nil }
            let integers = elements.compactMap(\.integer)
            return integers.count == elements.count ? integers : nil
        }
        if let text = json.string {
            self = .text(text)
        } else if let elements = json.array, !elements.isEmpty {
            let texts = elements.compactMap(\.string)
            let arrays = elements.compactMap(integers)
            if texts.count == elements.count {
                self = .texts(texts)
            } else if let tokens = integers(json) {
                self = .tokens(tokens)
            } else if arrays.count == elements.count {
                self = .tokenArrays(arrays)
            } else {
                throw JSONError("expected an array of strings, of integers or of arrays of integers")
            }
        } else if json.array != nil {
            self = .texts([])
        } else {
            throw JSONError("expected a string or an array, found \(json.kind)")
        }
    }

    /// The input as a string, or an array of strings, of integers, or of arrays of integers.
    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .texts(let texts): .array(texts.map { .string($0) })
        case .tokens(let tokens): .array(tokens.map { .integer(Int64($0)) })
        case .tokenArrays(let arrays): .array(arrays.map { .array($0.map { .integer(Int64($0)) }) })
        }
    }
}

extension EmbeddingRequest: JSONMapped {
    package init() { self.init(model: "", input: .texts([])) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("model", &model)
        json.field("input", &input)
        json.field("encoding_format", &encodingFormat)
        json.field("dimensions", &dimensions)
        json.field("user", &user)
        json.rest(&additionalFields)
    }
}

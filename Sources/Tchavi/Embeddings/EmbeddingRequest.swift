/// What to embed, and how.
public struct EmbeddingRequest: Sendable, Hashable {
    /// What is embedded.
    public enum Input: Sendable, Hashable {
        /// One text.
        case text(String)
        /// Several texts.
        case texts([String])
        /// One text as its tokens.
        case tokens([Int])
        /// Several texts as their tokens.
        case tokenArrays([[Int]])
    }

    /// How the numbers travel. Both are read into `[Float]`; base64 takes a third of the bytes.
    public struct EncodingFormat: OpenEnum, JSONScalar {
        /// The format's name on the wire.
        public let rawValue: String
        /// A format by its name on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Decimal numbers.
        public static let float: EncodingFormat = "float"
        /// The bytes of little-endian 32-bit floats, in base64.
        public static let base64: EncodingFormat = "base64"
    }

    /// The model's name.
    public var model: String
    /// What is embedded.
    public var input: Input
    /// How the numbers travel; `nil` for the model's default.
    public var encodingFormat: EncodingFormat?
    /// How many numbers an embedding has, for models that can shorten theirs.
    public var dimensions: Int?
    /// Your own name for the end user, for the provider's abuse checks.
    public var user: String?
    /// Parameters that this type does not know, sent as they are.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a request; set parameters on it afterwards.
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - input: What is embedded.
    public init(model: String, input: Input) {
        self.model = model
        self.input = input
    }
}

extension EmbeddingRequest.Input: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// One text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Several texts.
    public init(arrayLiteral elements: String...) { self = .texts(elements) }
}

extension EmbeddingRequest.Input: JSONRepresentable, JSONConvertible {
    /// Reads a string, an array of strings, an array of integers, or an array of arrays of integers.
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
        } else if let elements = json.array, let first = elements.first {
            let texts = elements.compactMap(\.string)
            let arrays = elements.compactMap(integers)
            if texts.count == elements.count {
                self = .texts(texts)
            } else if let tokens = integers(json) {
                self = .tokens(tokens)
            } else if arrays.count == elements.count {
                self = .tokenArrays(arrays)
            } else {
                throw JSONError("expected texts or tokens, found \(first.kind) among others")
            }
        } else if json.array != nil {
            self = .texts([])
        } else {
            throw JSONError("expected a string or an array, found \(json.kind)")
        }
    }

    /// A string, an array of strings, an array of integers, or an array of arrays of integers.
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

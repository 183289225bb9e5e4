/// What a message says: a text, or parts of several kinds.
public enum MessageContent: Sendable, Hashable {
    /// A text.
    case text(String)
    /// Parts: texts, images and what else a model takes.
    case parts([ContentPart])

    /// The text, or that of all text parts one after the other.
    public var text: String {
        switch self {
        case .text(let text): text
        case .parts(let parts): parts.compactMap { $0.type == "text" ? $0.text : nil }.joined()
        }
    }
}

extension MessageContent: ExpressibleByStringInterpolation {
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
}

extension MessageContent: JSONRepresentable, JSONConvertible {
    /// Reads a string, or an array of parts.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` for anything else.
    public init(json: JSONValue) throws(JSONError) {
        switch json {
        case .string(let text): self = .text(text)
        case .array: self = .parts(try [ContentPart](reading: json))
        default: throw JSONError("expected a string or an array of parts, found \(json.kind)")
        }
    }

    /// A string, or an array of parts.
    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .parts(let parts): .array(parts.map(\.json))
        }
    }
}

/// One part of a message: a text, an image, or a kind that the model knows and this package does not.
public struct ContentPart: Sendable, Hashable {
    /// The part's kind: `text`, `image_url`, or another.
    public var type: String
    /// The text, where the part has one.
    public var text: String?
    /// The image, where the part is one.
    public var imageURL: ImageURL?
    /// What else the part has.
    public var additionalFields: [String: JSONValue]

    /// A text.
    ///
    /// - Parameter text: The text.
    /// - Returns: The part.
    public static func text(_ text: String) -> ContentPart {
        ContentPart(type: "text", text: text, imageURL: nil, additionalFields: [:])
    }

    /// An image.
    ///
    /// - Parameter image: Where the image is.
    /// - Returns: The part.
    public static func image(_ image: ImageURL) -> ContentPart {
        ContentPart(type: "image_url", text: nil, imageURL: image, additionalFields: [:])
    }
}

extension ContentPart: JSONMapped {
    package init() { self.init(type: "", text: nil, imageURL: nil, additionalFields: [:]) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("type", &type)
        if !json.isReading || type == "text" { json.required("text", &text) }
        if !json.isReading || type == "image_url" { json.required("image_url", &imageURL) }
        json.rest(&additionalFields)
    }
}

/// Where an image is: an `https:` or `http:` URL, or a `data:image/…` URL that holds it.
public struct ImageURL: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The URL as text.
    public var url: String
    /// How closely the model looks at it.
    public var detail: ImageDetail?
    /// What else was said of the image.
    public var additionalFields: [String: JSONValue] = [:]

    /// An image at a URL.
    ///
    /// - Parameters:
    ///   - url: The URL.
    ///   - detail: How closely the model looks at it; `nil` leaves that to the model.
    public init(_ url: String, detail: ImageDetail? = nil) {
        self.url = url
        self.detail = detail
    }

    /// An image at a URL.
    public init(stringLiteral value: String) { self.init(value) }
}

extension ImageURL: JSONMapped {
    package init() { self.init("") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("url", &url)
        json.field("detail", &detail)
        json.rest(&additionalFields)
    }
}

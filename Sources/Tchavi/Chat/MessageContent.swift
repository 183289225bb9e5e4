/// The content of a message: a text, or parts of several kinds.
public enum MessageContent: Sendable, Hashable {
    /// A text.
    case text(String)
    /// Parts: texts, images and other kinds that a model accepts.
    case parts([ContentPart])

    /// The text, or the concatenated text of all text parts.
    public var text: String {
        switch self {
        case .text(let text): text
        case .parts(let parts): parts.compactMap { $0.type == "text" ? $0.text : nil }.joined()
        }
    }
}

extension MessageContent: ExpressibleByStringInterpolation {
    /// Creates content that is a text.
    public init(stringLiteral value: String) { self = .text(value) }
}

extension MessageContent: JSONRepresentable, JSONConvertible {
    /// Creates content from a string or an array of parts.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` for anything else.
    public init(json: JSONValue) throws(JSONError) { try self.init(reading: json, leniently: false) }

    package init(reading json: JSONValue, leniently: Bool) throws(JSONError) {
        switch json {
        case .string(let text): self = .text(text)
        case .array: self = .parts(try [ContentPart](reading: json, leniently: leniently))
        default: throw JSONError("expected a string or an array of parts, found \(json.kind)")
        }
    }

    /// The content as a string or an array of parts.
    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .parts(let parts): .array(parts.map(\.json))
        }
    }
}

/// One part of a message: a text, an image, or another kind, whose fields are kept as they are.
public struct ContentPart: Sendable, Hashable {
    /// The part's kind: `text`, `image_url`, or another.
    public var type: String
    /// The text, if this is a text part.
    public var text: String?
    /// The image, if this is an image part.
    public var imageURL: ImageURL?
    /// Unrecognized fields of the part.
    public var additionalFields: [String: JSONValue]

    /// Creates a text part.
    public static func text(_ text: String) -> ContentPart {
        ContentPart(type: "text", text: text, imageURL: nil, additionalFields: [:])
    }

    /// Creates an image part.
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

/// The location of an image: an `https:` or `http:` URL, or a `data:image/…` URL that contains it.
///
/// A URL is passed on as it is, never fetched. ``init(data:mediaType:detail:)`` and
/// ``init(contentsOf:mediaType:maximumSize:detail:)`` create one that contains an image.
public struct ImageURL: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The URL as a string.
    public var url: String
    /// The resolution at which the model processes the image; `nil` leaves that to the model.
    public var detail: ImageDetail?
    /// Unrecognized fields of the image.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates the location of an image.
    public init(_ url: String, detail: ImageDetail? = nil) {
        self.url = url
        self.detail = detail
    }

    /// Creates the location of an image.
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

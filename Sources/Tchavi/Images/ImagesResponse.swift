public import Foundation

/// The response to an ``ImageRequest``.
public struct ImagesResponse: Sendable, Hashable {
    /// When the images were created, in seconds since 1970.
    public var created: Int?
    /// The generated images.
    public var data: [GeneratedImage]
    /// How the gateway routed the call and what it charged; `nil` from other OpenAI-compatible servers.
    public var tchavi: TchaviMetadata?
    /// Unrecognized fields of the response.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a response, for tests and for gateways of your own.
    public init(
        created: Int? = nil,
        data: [GeneratedImage],
        tchavi: TchaviMetadata? = nil
    ) {
        self.created = created
        self.data = data
        self.tchavi = tchavi
    }
}

extension ImagesResponse: JSONMapped {
    package init() { self.init(data: []) }

    package mutating func map(_ json: inout JSONMapper) {
        // Images that were paid for must not fail because of a field without which they can be used.
        json.isLenient = true
        json.wholeNumber("created", &created)
        json.field("data", &data)
        json.field("tchavi", &tchavi)
        json.rest(&additionalFields)
    }
}

/// A generated image, as a URL or in base64.
public struct GeneratedImage: Sendable, Hashable {
    /// The image's URL, which works for a limited time.
    public var url: String?
    /// The image's bytes in base64.
    public var base64: String?
    /// The prompt that the model used, if it revised the one of the request.
    public var revisedPrompt: String?
    /// Unrecognized fields of the image.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates an image, for tests and for gateways of your own.
    public init(
        url: String? = nil,
        base64: String? = nil,
        revisedPrompt: String? = nil
    ) {
        self.url = url
        self.base64 = base64
        self.revisedPrompt = revisedPrompt
    }
}

extension GeneratedImage: JSONMapped {
    package init() { self.init(url: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.field("url", &url)
        json.field("b64_json", &base64)
        json.field("revised_prompt", &revisedPrompt)
        json.rest(&additionalFields)
    }
}

extension GeneratedImage {
    /// The image's bytes, if it was returned in base64.
    public var data: Data? { base64.flatMap { Data(base64Encoded: $0) } }
}

public import Foundation

/// The images of a request.
public struct ImagesResponse: Sendable, Hashable {
    /// When they were made, in seconds since 1970.
    public var created: Int?
    /// The images.
    public var data: [GeneratedImage]
    /// What the gateway charged; other servers send none.
    public var tchavi: TchaviMetadata?
    /// Unrecognized fields of the response.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a response, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - created: When they were made, in seconds since 1970.
    ///   - data: The images.
    ///   - tchavi: What the gateway charged; other servers send none.
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
        json.field("created", &created)
        json.field("data", &data)
        json.lenient("tchavi", &tchavi)
        json.rest(&additionalFields)
    }
}

/// One image: by URL or as base64.
public struct GeneratedImage: Sendable, Hashable {
    /// Where the image is, for a while.
    public var url: String?
    /// The image itself, in base64.
    public var base64: String?
    /// The prompt as the model understood it.
    public var revisedPrompt: String?
    /// Unrecognized fields of the image.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes an image, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - url: Where the image is, for a while.
    ///   - base64: The image itself, in base64.
    ///   - revisedPrompt: The prompt as the model understood it.
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
        json.field("url", &url)
        json.field("b64_json", &base64)
        json.field("revised_prompt", &revisedPrompt)
        json.rest(&additionalFields)
    }
}

extension GeneratedImage {
    /// The image's bytes, where it was given in base64.
    public var data: Data? { base64.flatMap { Data(base64Encoded: $0) } }
}

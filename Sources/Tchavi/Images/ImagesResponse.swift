public import Foundation

/// The images of a request.
public struct ImagesResponse: Sendable, Hashable {
    /// When they were made, in seconds since 1970.
    public var created: Int?
    /// The images.
    public var data: [GeneratedImage]
    /// What the gateway charged; other servers send none.
    public var tchavi: TchaviMetadata?

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

extension ImagesResponse: JSONRepresentable {
    /// Reads `{created?, data, tchavi?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        created = try object.optional("created")
        data = try object.requiredArray("data")
        tchavi = try object.optional("tchavi")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("created", created)
        object.set("data", data)
        object.set("tchavi", tchavi)
        return object.json
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

extension GeneratedImage: JSONRepresentable {
    /// Reads `{url?, b64_json?, revised_prompt?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        url = try object.optional("url")
        base64 = try object.optional("b64_json")
        revisedPrompt = try object.optional("revised_prompt")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("url", url)
        object.set("b64_json", base64)
        object.set("revised_prompt", revisedPrompt)
        return object.json
    }
}

extension GeneratedImage {
    /// The image's bytes, where it was given in base64.
    public var data: Data? { base64.flatMap { Data(base64Encoded: $0) } }
}

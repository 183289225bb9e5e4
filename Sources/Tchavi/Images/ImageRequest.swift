/// A request for images.
public struct ImageRequest: Sendable, Hashable {
    /// The description of the images.
    public var prompt: String
    /// The model's name.
    public var model: String?
    /// How many images to generate.
    public var n: Int?
    /// The quality of the images.
    public var quality: ImageQuality?
    /// How the images are returned.
    public var responseFormat: ImageResponseFormat?
    /// The width and height of the images.
    public var size: ImageSize?
    /// The style of the images.
    public var style: ImageStyle?
    /// Your own identifier of the end user, for the provider's abuse detection.
    public var user: String?
    /// Unrecognized parameters, sent unchanged.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a request; parameters that are `nil` are not sent.
    public init(
        prompt: String,
        model: String? = nil,
        n: Int? = nil,
        quality: ImageQuality? = nil,
        responseFormat: ImageResponseFormat? = nil,
        size: ImageSize? = nil,
        style: ImageStyle? = nil,
        user: String? = nil
    ) {
        self.prompt = prompt
        self.model = model
        self.n = n
        self.quality = quality
        self.responseFormat = responseFormat
        self.size = size
        self.style = style
        self.user = user
    }
}

extension ImageRequest: JSONMapped {
    package init() { self.init(prompt: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("prompt", &prompt)
        json.field("model", &model)
        json.field("n", &n)
        json.field("quality", &quality)
        json.field("response_format", &responseFormat)
        json.field("size", &size)
        json.field("style", &style)
        json.field("user", &user)
        json.rest(&additionalFields)
    }
}

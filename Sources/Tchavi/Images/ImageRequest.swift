/// What images to generate.
public struct ImageRequest: Sendable, Hashable {
    /// What the images show.
    public var prompt: String
    /// The model's name.
    public var model: String?
    /// How many images to generate.
    public var n: Int?
    /// How much care is taken.
    public var quality: ImageQuality?
    /// How the images are given.
    public var responseFormat: ImageResponseFormat?
    /// The images' width and height.
    public var size: ImageSize?
    /// The images' style.
    public var style: ImageStyle?
    /// Your own name for the end user, for the provider's abuse checks.
    public var user: String?
    /// Parameters that this type does not know, sent as they are.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - prompt: What the images show.
    ///   - model: The model's name.
    ///   - n: How many images to generate.
    ///   - quality: How much care is taken.
    ///   - responseFormat: How the images are given.
    ///   - size: The images' width and height.
    ///   - style: The images' style.
    ///   - user: Your own name for the end user, for the provider's abuse checks.
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

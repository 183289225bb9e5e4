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

extension ImageRequest: JSONRepresentable {
    /// Reads `{prompt, model?, n?, quality?, response_format?, size?, style?, user?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        prompt = try object.required("prompt")
        model = try object.optional("model")
        n = try object.optional("n")
        quality = try object.optional("quality")
        responseFormat = try object.optional("response_format")
        size = try object.optional("size")
        style = try object.optional("style")
        user = try object.optional("user")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("prompt", prompt)
        object.set("model", model)
        object.set("n", n)
        object.set("quality", quality)
        object.set("response_format", responseFormat)
        object.set("size", size)
        object.set("style", style)
        object.set("user", user)
        return object.json
    }
}

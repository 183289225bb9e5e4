/// What a chat completion is asked for: the model, the messages, and how to answer.
///
/// A parameter that is `nil` is not sent, and the model's own default holds. What this type does not know goes into
/// ``additionalFields`` and is sent as it is.
public struct ChatRequest: Sendable, Hashable {
    /// The model's name.
    public var model: String
    /// The conversation so far.
    public var messages: [ChatMessage]
    /// How freely tokens are chosen: 0 to 2.
    public var temperature: Double?
    /// The share of probability that tokens are chosen from: 0 to 1.
    public var topP: Double?
    /// How many tokens the answer may have. Newer models take ``maxCompletionTokens`` in its place.
    public var maxTokens: Int?
    /// How many tokens the answer may have, reasoning included.
    public var maxCompletionTokens: Int?
    /// How many answers to give.
    public var n: Int?
    /// Texts at which the answer ends.
    public var stop: [String]?
    /// How much tokens that have occurred are avoided: -2 to 2.
    public var presencePenalty: Double?
    /// How much tokens are avoided by how often they have occurred: -2 to 2.
    public var frequencyPenalty: Double?
    /// What is added to the likelihood of tokens, by token id: -100 to 100.
    public var logitBias: [String: Double]?
    /// Your own name for the end user, for the provider's abuse checks.
    public var user: String?
    /// The form of the answer.
    public var responseFormat: ResponseFormat?
    /// A number that makes the same request give the same answer, as far as the model can.
    public var seed: Int?
    /// The tools that the model may ask for.
    public var tools: [ToolDefinition]?
    /// Whether, and which, tools the model may ask for.
    public var toolChoice: ToolChoice?
    /// What a stream has beside its chunks.
    public var streamOptions: StreamOptions?
    /// Parameters that this type does not know, sent as they are.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a request; set parameters on it afterwards.
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - messages: The conversation so far.
    public init(model: String, messages: [ChatMessage]) {
        self.model = model
        self.messages = messages
    }
}

extension ChatRequest: JSONMapped {
    package init() { self.init(model: "", messages: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("model", &model)
        json.field("messages", &messages)
        mapParameters(&json)
        json.rest(&additionalFields)
        // Whether to stream is decided by the call, see ``body(streaming:)``.
        if json.isReading { additionalFields["stream"] = nil }
    }

    /// Names every known parameter to the mapper.
    package mutating func mapParameters(_ json: inout JSONMapper) {
        json.field("temperature", &temperature)
        json.field("top_p", &topP)
        json.field("max_tokens", &maxTokens)
        json.field("max_completion_tokens", &maxCompletionTokens)
        json.field("n", &n)
        json.field(
            "stop",
            &stop,
            reading: { json throws(JSONError) in
                if let text = json.string { [text] } else { try [String](reading: json) }
            },
            writing: { $0?.json }
        )
        json.field("presence_penalty", &presencePenalty)
        json.field("frequency_penalty", &frequencyPenalty)
        json.field("logit_bias", &logitBias)
        json.field("user", &user)
        json.field("response_format", &responseFormat)
        json.field("seed", &seed)
        json.field("tools", &tools)
        json.field("tool_choice", &toolChoice)
        json.field("stream_options", &streamOptions)
    }

    /// The body to send: only a stream has `stream` and `stream_options`.
    package func body(streaming: Bool) -> JSONValue {
        var request = self
        request.additionalFields["stream"] = streaming ? true : nil
        if !streaming { request.streamOptions = nil }
        return request.json
    }
}

/// The form of an answer.
public struct ResponseFormat: Sendable, Hashable {
    /// The form's name: `text`, `json_object`, `json_schema`, or another.
    public var type: String
    /// The schema with its name, for `json_schema`.
    public var jsonSchema: JSONValue?
    /// What else was said of the form.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a form.
    ///
    /// - Parameters:
    ///   - type: The form's name.
    ///   - jsonSchema: The schema with its name.
    public init(type: String, jsonSchema: JSONValue? = nil) {
        self.type = type
        self.jsonSchema = jsonSchema
    }

    /// Plain text.
    public static let text = ResponseFormat(type: "text")
    /// Any JSON object.
    public static let jsonObject = ResponseFormat(type: "json_object")

    /// JSON of a given shape.
    ///
    /// - Parameters:
    ///   - name: A name for the shape.
    ///   - schema: The shape as a JSON Schema.
    /// - Returns: The form.
    public static func jsonSchema(name: String, _ schema: JSONValue) -> ResponseFormat {
        ResponseFormat(type: "json_schema", jsonSchema: ["name": .string(name), "schema": schema])
    }
}

extension ResponseFormat: JSONMapped {
    package init() { self.init(type: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("type", &type)
        json.raw("json_schema", &jsonSchema)
        json.rest(&additionalFields)
    }
}

/// What a stream has beside its chunks.
public struct StreamOptions: Sendable, Hashable {
    /// Whether the last chunk tells the usage.
    public var includeUsage: Bool?
    /// Options that this type does not know.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes options.
    ///
    /// - Parameter includeUsage: Whether the last chunk tells the usage.
    public init(includeUsage: Bool? = nil) {
        self.includeUsage = includeUsage
    }
}

extension StreamOptions: JSONMapped {
    package init() { self.init(includeUsage: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("include_usage", &includeUsage)
        json.rest(&additionalFields)
    }
}

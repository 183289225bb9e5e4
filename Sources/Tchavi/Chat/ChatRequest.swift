/// A request for a chat completion: the model, the messages and the parameters.
///
/// A parameter that is `nil` is not sent, and the model's own default applies. Unrecognized parameters go into
/// ``additionalFields``, and are sent unchanged.
public struct ChatRequest: Sendable, Hashable {
    /// The model's name.
    public var model: String
    /// The conversation so far.
    public var messages: [ChatMessage]
    /// The sampling temperature: 0 to 2. Higher values make the response more random.
    public var temperature: Double?
    /// The probability mass of the tokens to sample from (nucleus sampling): 0 to 1.
    public var topP: Double?
    /// The maximum number of tokens in the response. Newer models take ``maxCompletionTokens`` instead.
    public var maxTokens: Int?
    /// The maximum number of tokens in the response, reasoning included.
    public var maxCompletionTokens: Int?
    /// The number of choices to generate.
    public var n: Int?
    /// Stop sequences: strings at which the response ends.
    public var stop: [String]?
    /// The penalty for tokens that have already occurred: -2 to 2.
    public var presencePenalty: Double?
    /// The penalty for tokens in proportion to how often they have occurred: -2 to 2.
    public var frequencyPenalty: Double?
    /// The bias to add to the likelihood of tokens, by token id: -100 to 100.
    public var logitBias: [String: Double]?
    /// Your own identifier of the end user, for the provider's abuse detection.
    public var user: String?
    /// The format of the response.
    public var responseFormat: ResponseFormat?
    /// A number that makes sampling repeatable, as far as the model supports it.
    public var seed: Int?
    /// The tools that the model may call.
    public var tools: [ToolDefinition]?
    /// Whether the model may or must call tools, and which.
    public var toolChoice: ToolChoice?
    /// Options of the stream; only sent by ``Chat/stream(_:options:)``.
    public var streamOptions: StreamOptions?
    /// Unrecognized parameters, sent unchanged.
    public var additionalFields: [String: JSONValue]

    /// Creates a request. A parameter that is `nil` is not sent, and the model's own default applies.
    ///
    /// ```swift
    /// let request = ChatRequest(
    ///     model: "gpt-4o-mini",
    ///     messages: [.system("Be brief."), .user(question)],
    ///     temperature: 0.2,
    ///     maxTokens: 200
    /// )
    /// ```
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - messages: The conversation so far.
    ///   - temperature: The sampling temperature: 0 to 2.
    ///   - maxTokens: The maximum number of tokens in the response. Newer models take `maxCompletionTokens` instead.
    ///   - maxCompletionTokens: The maximum number of tokens in the response, reasoning included.
    ///   - topP: The probability mass of the tokens to sample from: 0 to 1.
    ///   - n: The number of choices to generate.
    ///   - stop: Strings at which the response ends.
    ///   - presencePenalty: The penalty for tokens that have already occurred: -2 to 2.
    ///   - frequencyPenalty: The penalty for tokens in proportion to how often they have occurred: -2 to 2.
    ///   - logitBias: The bias to add to the likelihood of tokens, by token id: -100 to 100.
    ///   - seed: A number that makes sampling repeatable, as far as the model supports it.
    ///   - responseFormat: The format of the response.
    ///   - tools: The tools that the model may call.
    ///   - toolChoice: Whether the model may or must call tools, and which.
    ///   - user: Your own identifier of the end user, for the provider's abuse detection.
    ///   - streamOptions: Options of the stream; only sent by ``Chat/stream(_:options:)``.
    ///   - additionalFields: Parameters that this type does not have, sent unchanged.
    public init(
        model: String,
        messages: [ChatMessage],
        temperature: Double? = nil,
        maxTokens: Int? = nil,
        maxCompletionTokens: Int? = nil,
        topP: Double? = nil,
        n: Int? = nil,
        stop: [String]? = nil,
        presencePenalty: Double? = nil,
        frequencyPenalty: Double? = nil,
        logitBias: [String: Double]? = nil,
        seed: Int? = nil,
        responseFormat: ResponseFormat? = nil,
        tools: [ToolDefinition]? = nil,
        toolChoice: ToolChoice? = nil,
        user: String? = nil,
        streamOptions: StreamOptions? = nil,
        additionalFields: [String: JSONValue] = [:]
    ) {
        self.model = model
        self.messages = messages
        self.temperature = temperature
        self.maxTokens = maxTokens
        self.maxCompletionTokens = maxCompletionTokens
        self.topP = topP
        self.n = n
        self.stop = stop
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.logitBias = logitBias
        self.seed = seed
        self.responseFormat = responseFormat
        self.tools = tools
        self.toolChoice = toolChoice
        self.user = user
        self.streamOptions = streamOptions
        self.additionalFields = additionalFields
    }
}

extension ChatRequest: JSONMapped {
    package init() { self.init(model: "", messages: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("model", &model)
        json.field("messages", &messages)
        mapParameters(&json)
        json.rest(&additionalFields)
        // The call decides whether to stream: see `body(streaming:)`.
        if json.isReading { additionalFields["stream"] = nil }
    }

    /// Maps every known parameter.
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

    /// Returns the request body; only a stream's has `stream` and `stream_options`.
    package func body(streaming: Bool) -> JSONValue {
        var request = self
        request.additionalFields["stream"] = streaming ? true : nil
        if !streaming { request.streamOptions = nil }
        return request.json
    }
}

/// Options of a stream.
public struct StreamOptions: Sendable, Hashable {
    /// Whether the last chunk reports the token usage.
    public var includeUsage: Bool?
    /// Unrecognized options.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates options; a member that is `nil` is not sent.
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

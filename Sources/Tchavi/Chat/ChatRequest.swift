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

extension ChatRequest: JSONRepresentable {
    /// Reads a request body.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the model or the messages are missing, or a parameter is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        model = try object.required("model")
        messages = try object.requiredArray("messages")
        try readParameters(&object)
        additionalFields = object.remaining
        additionalFields["stream"] = nil
    }

    /// Reads every known parameter, and leaves the others in the object.
    package mutating func readParameters(_ object: inout JSONObject) throws(JSONError) {
        temperature = try object.optional("temperature")
        topP = try object.optional("top_p")
        maxTokens = try object.optional("max_tokens")
        maxCompletionTokens = try object.optional("max_completion_tokens")
        n = try object.optional("n")
        stop = try Self.readStop(&object)
        presencePenalty = try object.optional("presence_penalty")
        frequencyPenalty = try object.optional("frequency_penalty")
        logitBias = try Self.readLogitBias(&object)
        user = try object.optional("user")
        responseFormat = try object.optional("response_format")
        seed = try object.optional("seed")
        tools = try object.optionalArray("tools")
        toolChoice = try object.optional("tool_choice")
        streamOptions = try object.optional("stream_options")
    }

    private static func readStop(_ object: inout JSONObject) throws(JSONError) -> [String]? {
        if let text = object.remaining["stop"]?.string {
            _ = object.take("stop")
            return [text]
        }
        return try object.optionalStrings("stop")
    }

    private static func readLogitBias(_ object: inout JSONObject) throws(JSONError) -> [String: Double]? {
        guard let members = try object.optionalObject("logit_bias") else { return nil }
        var biases: [String: Double] = [:]
        for (token, json) in members {
            guard let bias = json.double else {
                throw JSONError("expected a number, found \(json.kind)", at: [.member("logit_bias"), .member(token)])
            }
            biases[token] = bias
        }
        return biases
    }

    /// The body to send: only a stream has `stream` and `stream_options`.
    package func body(streaming: Bool) -> JSONValue {
        var request = self
        request.additionalFields["stream"] = streaming ? true : nil
        if !streaming { request.streamOptions = nil }
        return request.json
    }

    /// The request in the form of a request body.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("model", model)
        object.set("messages", messages)
        object.set("temperature", temperature)
        object.set("top_p", topP)
        object.set("max_tokens", maxTokens)
        object.set("max_completion_tokens", maxCompletionTokens)
        object.set("n", n)
        object.set("stop", strings: stop)
        object.set("presence_penalty", presencePenalty)
        object.set("frequency_penalty", frequencyPenalty)
        object.set("logit_bias", logitBias.map { .object($0.mapValues(\.json)) } as JSONValue?)
        object.set("user", user)
        object.set("response_format", responseFormat)
        object.set("seed", seed)
        object.set("tools", tools)
        object.set("tool_choice", toolChoice)
        object.set("stream_options", streamOptions)
        return object.json
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

extension ResponseFormat: JSONRepresentable {
    /// Reads `{type, json_schema?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the type is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        type = try object.required("type")
        jsonSchema = object.take("json_schema")
        additionalFields = object.remaining
    }

    /// `{type, json_schema?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("type", type)
        object.set("json_schema", jsonSchema)
        return object.json
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

extension StreamOptions: JSONRepresentable {
    /// Reads `{include_usage?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        includeUsage = try object.optional("include_usage")
        additionalFields = object.remaining
    }

    /// `{include_usage?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("include_usage", includeUsage)
        return object.json
    }
}

/// An answer to a ``ChatRequest``.
public struct ChatCompletion: Sendable, Hashable {
    /// The completion's id.
    public var id: String
    /// When it was made, in seconds since 1970.
    public var created: Int?
    /// The model that answered, which may be named more closely than the one that was asked.
    public var model: String
    /// The answers.
    public var choices: [ChatChoice]
    /// How many tokens it took, where the server says so.
    public var usage: TokenUsage?
    /// The configuration that the provider ran.
    public var systemFingerprint: String?
    /// What the gateway charged; other OpenAI-compatible servers send none.
    public var tchavi: TchaviMetadata?
    /// What else the completion has.
    public var additionalFields: [String: JSONValue]
    /// The kind of object, which no server is known to vary.
    package var object = "chat.completion"

    /// Makes a completion, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The completion's id.
    ///   - created: When it was made, in seconds since 1970.
    ///   - model: The model that answered.
    ///   - choices: The answers.
    ///   - usage: How many tokens it took.
    ///   - tchavi: What the gateway charged.
    public init(
        id: String,
        created: Int? = nil,
        model: String,
        choices: [ChatChoice],
        usage: TokenUsage? = nil,
        tchavi: TchaviMetadata? = nil
    ) {
        self.id = id
        self.created = created
        self.model = model
        self.choices = choices
        self.usage = usage
        self.tchavi = tchavi
        additionalFields = [:]
    }

    /// The first choice's text; empty where the model only asks for tools.
    public var text: String { choices.first?.message.text ?? "" }
}

extension ChatCompletion: JSONRepresentable {
    /// Reads a completion as OpenAI-like servers send it.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the choices are missing or something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.optional("id") ?? ""
        self.object = try object.optional("object") ?? "chat.completion"
        created = try object.optional("created")
        model = try object.optional("model") ?? ""
        choices = try object.requiredArray("choices")
        usage = try object.optional("usage")
        systemFingerprint = try object.optional("system_fingerprint")
        // An answer that was paid for must not fail because its bill cannot be read.
        tchavi = object.take("tchavi").flatMap { try? TchaviMetadata(json: $0) }
        additionalFields = object.remaining
    }

    /// The completion as OpenAI-like servers send it.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("id", id)
        object.set("object", self.object)
        object.set("created", created)
        object.set("model", model)
        object.set("choices", choices)
        object.set("usage", usage)
        object.set("system_fingerprint", systemFingerprint)
        object.set("tchavi", tchavi)
        return object.json
    }
}

/// One answer of a completion.
public struct ChatChoice: Sendable, Hashable {
    /// The answer's place among the answers, from 0.
    public var index: Int
    /// What the model says.
    public var message: ChatMessage
    /// Why the model stopped.
    public var finishReason: FinishReason?
    /// The likelihoods of tokens, where they were asked for.
    public var logprobs: JSONValue?
    /// What else the choice has.
    public var additionalFields: [String: JSONValue]

    /// Makes a choice.
    ///
    /// - Parameters:
    ///   - index: The answer's place among the answers, from 0.
    ///   - message: What the model says.
    ///   - finishReason: Why the model stopped.
    public init(index: Int = 0, message: ChatMessage, finishReason: FinishReason?) {
        self.index = index
        self.message = message
        self.finishReason = finishReason
        additionalFields = [:]
    }
}

extension ChatChoice: JSONRepresentable {
    /// Reads `{index, message, finish_reason, logprobs?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the message is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        index = try object.optional("index") ?? 0
        message = try object.required("message")
        finishReason = try object.optional("finish_reason")
        logprobs = object.take("logprobs").flatMap { $0.isNull ? nil : $0 }
        additionalFields = object.remaining
    }

    /// `{index, message, finish_reason, logprobs?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("index", index)
        object.set("message", message)
        object.set("finish_reason", finishReason?.json ?? .null)
        object.set("logprobs", logprobs)
        return object.json
    }
}

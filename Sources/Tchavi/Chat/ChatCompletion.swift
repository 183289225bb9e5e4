/// The response to a ``ChatRequest``.
public struct ChatCompletion: Sendable, Hashable {
    /// The completion's id.
    public var id: String
    /// When the completion was created, in seconds since 1970.
    public var created: Int?
    /// The model that responded; its name may be more specific than the requested one.
    public var model: String
    /// The choices: one, unless ``ChatRequest/n`` requests more.
    public var choices: [ChatChoice]
    /// The number of tokens used, if the server reports it.
    public var usage: TokenUsage?
    /// The provider's identifier of the configuration that it ran.
    public var systemFingerprint: String?
    /// How the gateway routed the call and what it charged; `nil` from other OpenAI-compatible servers.
    public var tchavi: TchaviMetadata?
    /// Unrecognized fields of the completion.
    public var additionalFields: [String: JSONValue]
    /// The `object` field, which has the same value in every known response.
    package var object = "chat.completion"

    /// Creates a completion, for tests and for gateways of your own.
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

    /// The first choice's text; empty if the model only requests tool calls.
    public var text: String { choices.first?.message.text ?? "" }
}

extension ChatCompletion: JSONMapped {
    package init() { self.init(id: "", model: "", choices: []) }

    package mutating func map(_ json: inout JSONMapper) {
        // A completion that was paid for must not fail because of a field without which it can be used.
        json.isLenient = true
        json.defaulted("id", &id)
        json.defaulted("object", &object)
        json.wholeNumber("created", &created)
        json.defaulted("model", &model)
        json.field("choices", &choices)
        json.field("usage", &usage)
        json.field("system_fingerprint", &systemFingerprint)
        json.field("tchavi", &tchavi)
        json.rest(&additionalFields)
    }
}

/// One choice of a completion.
public struct ChatChoice: Sendable, Hashable {
    /// The choice's index, from 0.
    public var index: Int
    /// The message that the model generated.
    public var message: ChatMessage
    /// Why the model stopped generating.
    public var finishReason: FinishReason?
    /// The log probabilities of tokens, if they were requested.
    public var logprobs: JSONValue?
    /// Unrecognized fields of the choice.
    public var additionalFields: [String: JSONValue]

    /// Creates a choice, for tests and for gateways of your own.
    public init(index: Int = 0, message: ChatMessage, finishReason: FinishReason?) {
        self.index = index
        self.message = message
        self.finishReason = finishReason
        additionalFields = [:]
    }
}

extension ChatChoice: JSONMapped {
    package init() { self.init(message: ChatMessage(), finishReason: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.wholeNumber("index", &index)
        json.field("message", &message)
        json.nullable("finish_reason", &finishReason)
        // Maxim's responses use camelCase.
        if json.isReading, finishReason == nil { json.field("finishReason", &finishReason) }
        json.field("logprobs", &logprobs)
        json.rest(&additionalFields)
    }
}

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

extension ChatCompletion: JSONMapped {
    package init() { self.init(id: "", model: "", choices: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        json.defaulted("object", &object)
        json.field("created", &created)
        json.defaulted("model", &model)
        json.field("choices", &choices)
        json.field("usage", &usage)
        json.field("system_fingerprint", &systemFingerprint)
        // A completion that was paid for must not fail because its bill cannot be read.
        json.lenient("tchavi", &tchavi)
        json.rest(&additionalFields)
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

extension ChatChoice: JSONMapped {
    package init() { self.init(message: ChatMessage(), finishReason: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("index", &index)
        json.field("message", &message)
        // Maxim's responses spell it in camelCase.
        json.nullable("finish_reason", alias: "finishReason", &finishReason)
        json.field("logprobs", &logprobs)
        json.rest(&additionalFields)
    }
}

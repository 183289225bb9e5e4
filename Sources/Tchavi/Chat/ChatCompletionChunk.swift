/// One piece of a streamed completion.
public struct ChatCompletionChunk: Sendable, Hashable {
    /// The completion's id, the same in every chunk.
    public var id: String
    /// When the completion was begun, in seconds since 1970.
    public var created: Int?
    /// The model that answers.
    public var model: String
    /// What is new in each answer; empty in a chunk that only tells the usage.
    public var choices: [ChunkChoice]
    /// How many tokens it took, in the last chunk.
    public var usage: TokenUsage?
    /// The configuration that the provider runs.
    public var systemFingerprint: String?
    /// What else the chunk has.
    public var additionalFields: [String: JSONValue]
    /// The kind of object, which no server is known to vary.
    package var object = "chat.completion.chunk"

    /// Makes a chunk, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The completion's id.
    ///   - created: When the completion was begun, in seconds since 1970.
    ///   - model: The model that answers.
    ///   - choices: What is new in each answer.
    ///   - usage: How many tokens it took.
    public init(
        id: String,
        created: Int? = nil,
        model: String,
        choices: [ChunkChoice],
        usage: TokenUsage? = nil
    ) {
        self.id = id
        self.created = created
        self.model = model
        self.choices = choices
        self.usage = usage
        additionalFields = [:]
    }

    /// The first choice's new text.
    public var text: String { choices.first { $0.index == 0 }?.delta.content?.text ?? "" }
}

extension ChatCompletionChunk: JSONMapped {
    package init() { self.init(id: "", model: "", choices: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        json.defaulted("object", &object)
        json.field("created", &created)
        json.defaulted("model", &model)
        json.field("choices", &choices)
        json.field("usage", &usage)
        json.field("system_fingerprint", &systemFingerprint)
        json.rest(&additionalFields)
    }
}

/// What is new in one answer.
public struct ChunkChoice: Sendable, Hashable {
    /// The answer's place among the answers, from 0.
    public var index: Int
    /// What is new.
    public var delta: ChatDelta
    /// Why the model stopped, in the answer's last chunk.
    public var finishReason: FinishReason?
    /// The likelihoods of the new tokens, where they were asked for.
    public var logprobs: JSONValue?
    /// What else the choice has.
    public var additionalFields: [String: JSONValue]
}

extension ChunkChoice {
    /// Makes a choice, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - index: The answer's place among the answers, from 0.
    ///   - delta: What is new.
    ///   - finishReason: Why the model stopped, in the answer's last chunk.
    public init(index: Int = 0, delta: ChatDelta, finishReason: FinishReason? = nil) {
        self.index = index
        self.delta = delta
        self.finishReason = finishReason
        additionalFields = [:]
    }
}

extension ChunkChoice: JSONMapped {
    package init() { self.init(delta: ChatDelta()) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("index", &index)
        json.defaulted("delta", &delta)
        json.nullable("finish_reason", &finishReason)
        json.field("logprobs", &logprobs)
        json.rest(&additionalFields)
    }
}

/// What a chunk adds to a message.
public struct ChatDelta: Sendable, Hashable {
    /// Who speaks, in the first chunk.
    public var role: Role?
    /// More of the content.
    public var content: MessageContent?
    /// More of the tool calls.
    public var toolCalls: [ToolCallDelta]?
    /// More of a function call, as before tool calls.
    public var functionCall: ToolCallDelta.Function?
    /// More of a refusal.
    public var refusal: String?
    /// More of what else the message has, such as `reasoning_content`.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a delta that says nothing; set what it adds.
    public init() {}
}

extension ChatDelta: JSONMapped {
    package mutating func map(_ json: inout JSONMapper) {
        json.field("role", &role)
        json.field("content", &content)
        json.field("tool_calls", &toolCalls)
        json.field("function_call", &functionCall)
        json.field("refusal", &refusal)
        json.rest(&additionalFields)
    }
}

/// What a chunk adds to a tool call.
public struct ToolCallDelta: Sendable, Hashable {
    /// What a chunk adds to a function call.
    public struct Function: Sendable, Hashable, JSONMapped {
        /// The function's name, once.
        public var name: String?
        /// More of the arguments' text.
        public var arguments: String?
        /// Unrecognized fields.
        public var additionalFields: [String: JSONValue] = [:]

        /// Creates an addition.
        ///
        /// - Parameters:
        ///   - name: The function's name.
        ///   - arguments: More of the arguments' text.
        public init(name: String? = nil, arguments: String? = nil) {
            self.name = name
            self.arguments = arguments
        }

        package init() { self.init(name: nil) }

        package mutating func map(_ json: inout JSONMapper) {
            json.field("name", &name)
            // Some servers send the arguments as an object, and not as a string that holds it.
            json.field(
                "arguments",
                &arguments,
                reading: { json throws(JSONError) in
                    if case .object = json { json.serialized() } else { try String(reading: json) }
                },
                writing: { $0?.json }
            )
            json.rest(&additionalFields)
        }
    }

    /// Which of the message's calls this adds to, from 0; some servers leave it out.
    public var index: Int?
    /// The call's id, in its first chunk.
    public var id: String?
    /// The call's kind, in its first chunk.
    public var type: String?
    /// What is added to the function's name and arguments.
    public var function: Function?
    /// What else the call has.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes an addition.
    ///
    /// - Parameters:
    ///   - index: Which of the message's calls this adds to, from 0.
    ///   - id: The call's id.
    ///   - function: What is added to the function's name and arguments.
    public init(index: Int?, id: String? = nil, function: Function? = nil) {
        self.index = index
        self.id = id
        type = id == nil ? nil : "function"
        self.function = function
    }
}

extension ToolCallDelta: JSONMapped {
    package init() { self.init(index: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("index", &index)
        json.field("id", &id)
        json.field("type", &type)
        json.field("function", &function)
        json.rest(&additionalFields)
    }
}

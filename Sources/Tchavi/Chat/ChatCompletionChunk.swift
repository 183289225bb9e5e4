/// One chunk of a streamed completion.
public struct ChatCompletionChunk: Sendable, Hashable {
    /// The completion's id, the same in every chunk.
    public var id: String
    /// When the completion was created, in seconds since 1970.
    public var created: Int?
    /// The model that responds.
    public var model: String
    /// What the chunk adds to each choice; empty in a chunk that only reports the usage.
    public var choices: [ChunkChoice]
    /// The number of tokens used, in the last chunk.
    public var usage: TokenUsage?
    /// The provider's identifier of the configuration that it runs.
    public var systemFingerprint: String?
    /// Unrecognized fields of the chunk.
    public var additionalFields: [String: JSONValue]
    /// The `object` field, which has the same value in every known response.
    package var object = "chat.completion.chunk"

    /// Creates a chunk, for tests and for gateways of your own.
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

    /// The text that the chunk adds to the first choice.
    public var text: String { choices.first { $0.index == 0 }?.delta.content?.text ?? "" }
}

extension ChatCompletionChunk: JSONMapped {
    package init() { self.init(id: "", model: "", choices: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.defaulted("id", &id)
        json.defaulted("object", &object)
        json.wholeNumber("created", &created)
        json.defaulted("model", &model)
        // Some servers send no choices, or null, in the chunk that reports the usage.
        if json.members["choices"] == .null || json.members["usage"] ?? .null != .null {
            json.defaulted("choices", &choices)
        } else {
            json.field("choices", &choices)
        }
        json.field("usage", &usage)
        json.field("system_fingerprint", &systemFingerprint)
        json.rest(&additionalFields)
    }
}

/// What a chunk adds to one choice.
public struct ChunkChoice: Sendable, Hashable {
    /// The choice's index, from 0.
    public var index: Int
    /// What the chunk adds to the choice's message.
    public var delta: ChatDelta
    /// Why the model stopped generating, in the choice's last chunk.
    public var finishReason: FinishReason?
    /// The log probabilities of the new tokens, if they were requested.
    public var logprobs: JSONValue?
    /// Unrecognized fields of the choice.
    public var additionalFields: [String: JSONValue]
}

extension ChunkChoice {
    /// Creates a choice, for tests and for gateways of your own.
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
        json.isLenient = true
        json.wholeNumber("index", &index)
        json.defaulted("delta", &delta)
        json.nullable("finish_reason", &finishReason)
        json.field("logprobs", &logprobs)
        json.rest(&additionalFields)
    }
}

/// What a chunk adds to a message.
public struct ChatDelta: Sendable, Hashable {
    /// The message's role, in the first chunk.
    public var role: Role?
    /// The content to append.
    public var content: MessageContent?
    /// Additions to the tool calls.
    public var toolCalls: [ToolCallDelta]?
    /// An addition to the function call, the predecessor of tool calls.
    public var functionCall: ToolCallDelta.Function?
    /// The text to append to the refusal.
    public var refusal: String?
    /// Unrecognized fields, such as `reasoning_content`, to append to the message's.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates an empty delta.
    public init() {}
}

extension ChatDelta: JSONMapped {
    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
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
        /// The function's name, in the call's first chunk.
        public var name: String?
        /// The text to append to the arguments.
        public var arguments: String?
        /// Unrecognized fields of the function.
        public var additionalFields: [String: JSONValue] = [:]

        /// Creates an addition to a function call.
        public init(name: String? = nil, arguments: String? = nil) {
            self.name = name
            self.arguments = arguments
        }

        package init() { self.init(name: nil) }

        package mutating func map(_ json: inout JSONMapper) {
            json.isLenient = true
            json.field("name", &name)
            // Some servers send the arguments as JSON instead of a string that contains it.
            json.field("arguments", &arguments, reading: { $0.string ?? $0.serialized() }, writing: { $0?.json })
            json.rest(&additionalFields)
        }
    }

    /// The index of the tool call to append to, from 0; some servers omit it.
    public var index: Int?
    /// The call's id, in its first chunk.
    public var id: String?
    /// The call's kind, in its first chunk.
    public var type: String?
    /// What to add to the function's name and arguments.
    public var function: Function?
    /// Unrecognized fields of the call.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates an addition to a tool call; with an id, it is of type `function`.
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
        json.isLenient = true
        json.wholeNumber("index", &index)
        json.field("id", &id)
        json.field("type", &type)
        json.field("function", &function)
        json.rest(&additionalFields)
    }
}

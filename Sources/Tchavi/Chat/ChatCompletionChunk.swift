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

extension ChatCompletionChunk: JSONRepresentable {
    /// Reads a chunk as OpenAI-like servers send it.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the choices are missing or something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.optional("id") ?? ""
        self.object = try object.optional("object") ?? "chat.completion.chunk"
        created = try object.optional("created")
        model = try object.optional("model") ?? ""
        choices = try object.requiredArray("choices")
        usage = try object.optional("usage")
        systemFingerprint = try object.optional("system_fingerprint")
        additionalFields = object.remaining
    }

    /// The chunk as OpenAI-like servers send it.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("id", id)
        object.set("object", self.object)
        object.set("created", created)
        object.set("model", model)
        object.set("choices", choices)
        object.set("usage", usage)
        object.set("system_fingerprint", systemFingerprint)
        return object.json
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

extension ChunkChoice: JSONRepresentable {
    /// Reads `{index, delta, finish_reason, logprobs?}`; a missing delta says nothing new.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        index = try object.optional("index") ?? 0
        delta = try object.optional("delta") ?? ChatDelta()
        finishReason = try object.optional("finish_reason")
        logprobs = object.take("logprobs").flatMap { $0.isNull ? nil : $0 }
        additionalFields = object.remaining
    }

    /// `{index, delta, finish_reason, logprobs?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("index", index)
        object.set("delta", delta)
        object.set("finish_reason", finishReason?.json ?? .null)
        object.set("logprobs", logprobs)
        return object.json
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

extension ChatDelta: JSONRepresentable {
    /// Reads `{role?, content?, tool_calls?, …}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        role = try object.optional("role")
        content = try object.optional("content")
        toolCalls = try object.optionalArray("tool_calls")
        functionCall = try object.optional("function_call")
        refusal = try object.optional("refusal")
        additionalFields = object.remaining
    }

    /// `{role?, content?, tool_calls?, …}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("role", role)
        object.set("content", content)
        object.set("tool_calls", toolCalls)
        object.set("function_call", functionCall)
        object.set("refusal", refusal)
        return object.json
    }
}

/// What a chunk adds to a tool call.
public struct ToolCallDelta: Sendable, Hashable {
    /// What a chunk adds to a function call.
    public struct Function: Sendable, Hashable, JSONRepresentable {
        /// The function's name, once.
        public var name: String?
        /// More of the arguments' text.
        public var arguments: String?

        /// Makes an addition.
        ///
        /// - Parameters:
        ///   - name: The function's name.
        ///   - arguments: More of the arguments' text.
        public init(name: String? = nil, arguments: String? = nil) {
            self.name = name
            self.arguments = arguments
        }

        /// Reads `{name?, arguments?}`.
        ///
        /// - Parameter json: The JSON form.
        /// - Throws: ``JSONError`` where something is of the wrong kind.
        public init(json: JSONValue) throws(JSONError) {
            var object = try JSONObject(json)
            name = try object.optional("name")
            if case .object = object.remaining["arguments"] {
                arguments = object.take("arguments")?.serialized()
            } else {
                arguments = try object.optional("arguments")
            }
        }

        /// `{name?, arguments?}`.
        public var json: JSONValue {
            var object = JSONObjectBuilder()
            object.set("name", name)
            object.set("arguments", arguments)
            return object.json
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

extension ToolCallDelta: JSONRepresentable {
    /// Reads `{index?, id?, type?, function?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        index = try object.optional("index")
        id = try object.optional("id")
        type = try object.optional("type")
        function = try object.optional("function")
        additionalFields = object.remaining
    }

    /// `{index?, id?, type?, function?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("index", index)
        object.set("id", id)
        object.set("type", type)
        object.set("function", function)
        return object.json
    }
}

import Tchavi

extension RunOptions {
    /// The fields of messages with tool calls that servers need back with the results of the tools: without them, they
    /// refuse the request, or the model loses its train of thought.
    ///
    /// - `thinking_blocks`: signed reasoning of Anthropic's models, as LiteLLM sends it
    ///   (<https://docs.litellm.ai/docs/reasoning_content>).
    /// - `reasoning_details`: signed or encrypted reasoning, as OpenRouter sends it
    ///   (<https://openrouter.ai/docs/use-cases/reasoning-tokens>).
    /// - `reasoning_content`: the reasoning of DeepSeek's models
    ///   (<https://api-docs.deepseek.com/guides/thinking_mode>) and of Moonshot's
    ///   (<https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model>). Of messages without tool calls it does not
    ///   go back, because older models refuse it.
    /// - `extra_content`: Gemini's signatures of tool calls
    ///   (<https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures>).
    public static let defaultEchoedFields: Set<String> = [
        "thinking_blocks", "reasoning_details", "reasoning_content", "extra_content",
    ]
}

/// Ids of calls, each used once: some servers send calls without an id, or with that of another call, to which a result
/// could belong as well.
struct CallIdentities: Sendable {
    private var used: Set<String>
    /// The number to try next for an id that was used before.
    private var nextNumbers: [String: Int] = [:]

    init(used: Set<String>) { self.used = used }

    /// Returns an id that no call has.
    mutating func id(_ id: String, round: Int, index: Int) -> String {
        let wanted = id.isEmpty ? "call_\(round)_\(index)" : id
        var unique = wanted
        while !used.insert(unique).inserted {
            let number = nextNumbers[wanted, default: 2]
            nextNumbers[wanted] = number + 1
            unique = "\(wanted)_\(number)"
        }
        return unique
    }
}

/// The messages that a run adds to the conversation, in a form that can always be sent.
struct Transcript: Sendable {
    private(set) var messages: [ChatMessage]
    /// The calls of the last message that have no result yet.
    private(set) var openCalls: [ToolCall] = []
    private let echoedFields: Set<String>
    /// The ids of the calls so far.
    private(set) var identities: CallIdentities

    /// - Parameters:
    ///   - messages: The user's message, if there is one.
    ///   - history: The messages before it, whose calls have ids that must not be used again.
    ///   - echoedFields: The unrecognized fields that are sent back.
    init(_ messages: [ChatMessage], after history: [ChatMessage], echoedFields: Set<String>) {
        self.messages = messages
        self.echoedFields = echoedFields
        identities = CallIdentities(used: Set(history.flatMap { $0.toolCalls ?? [] }.map(\.id)))
    }

    /// Gives every call of a message an id of its own, and one meaning: a call with a function is a call of it, whatever
    /// its type and its other fields say.
    mutating func identifyCalls(of message: inout ChatMessage, round: Int) {
        for (index, call) in (message.toolCalls ?? []).enumerated() {
            message.toolCalls?[index].id = identities.id(call.id, round: round, index: index)
            guard !call.function.name.isEmpty else { continue }
            message.toolCalls?[index].type = "function"
            message.toolCalls?[index].additionalFields["custom"] = nil
        }
    }

    /// Adds a message of the model.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - isComplete: Whether it arrived as a whole. Of a part, only the text is added: calls may be cut.
    mutating func append(_ message: ChatMessage, isComplete: Bool) {
        var message = message
        message.role = .assistant
        message.name = nil
        message.toolCallID = nil
        if !isComplete {
            message.toolCalls = nil
            message.functionCall = nil
        }
        if message.toolCalls?.isEmpty == true { message.toolCalls = nil }
        // Only with tool calls does the model go on where it was.
        let fields = message.toolCalls == nil ? [] : echoedFields
        message.additionalFields = message.additionalFields.filter { fields.contains($0.key) && !$0.value.isNull }
        // Servers other than OpenAI's refuse the field; the model said it all the same.
        if let refusal = message.refusal.take(), message.text.isEmpty { message.content = .text(refusal) }
        message.toolCalls = message.toolCalls?.map { $0.echoed(echoedFields) }
        message.functionCall = message.functionCall?.echoed([])
        if message.text.isEmpty, message.content?.hasOnlyText ?? true { message.content = nil }
        guard message.content != nil || message.toolCalls != nil || message.functionCall != nil else { return }
        messages.append(message)
        openCalls = message.toolCalls ?? []
    }

    /// Adds the results of the open calls.
    mutating func append(_ results: [ToolCallResult], capturedText: String) {
        messages += results.map { result in
            let isCaptured = result.type == .schema && !result.isError
            return .tool(.text(isCaptured ? capturedText : result.messageText), callID: result.id)
        }
        openCalls = []
    }

    /// Adds a message that asks for another response.
    mutating func append(request message: ChatMessage) { messages.append(message) }

    /// Replaces the result of a call.
    mutating func replaceResult(of id: String, with text: String) {
        guard let index = messages.lastIndex(where: { $0.role == .tool && $0.toolCallID == id }) else { return }
        messages[index].content = .text(text)
    }

    /// Removes what only the model that wrote it accepts, before another model gets the messages.
    mutating func removeEchoedFields() { messages = messages.map(\.withoutAdditionalFields) }

    /// Adds a message for each call that has no result, so that the messages can be sent.
    mutating func closeOpenCalls() {
        messages += openCalls.map { .tool("The call was not carried out.", callID: $0.id) }
        openCalls = []
    }
}

extension ToolCall {
    /// The call as it is sent back, without fields that servers do not know.
    fileprivate func echoed(_ fields: Set<String>) -> ToolCall {
        var call = self
        // The fields of a call of another kind are the call itself.
        let isFunction = type == "function" || type.isEmpty
        call.additionalFields = additionalFields.filter { fields.contains($0.key) || (!isFunction && $0.key == type) }
        guard isFunction else { return call }
        call.type = "function"
        call.function = function.echoed(fields)
        return call
    }
}

extension FunctionCall {
    /// The call as it is sent back: some servers refuse arguments that are not a JSON object, and names that a function
    /// cannot have.
    fileprivate func echoed(_ fields: Set<String>) -> FunctionCall {
        var call = self
        call.additionalFields = additionalFields.filter { fields.contains($0.key) }
        if (try? JSONValue(parsing: arguments))?.object == nil { call.arguments = "{}" }
        call.name = name.wireName
        if call.name.isEmpty { call.name = "unnamed" }
        return call
    }
}

extension ChatMessage {
    /// A message of the model without the fields that only the model that wrote it accepts; other messages unchanged.
    var withoutAdditionalFields: ChatMessage {
        guard role == .assistant else { return self }
        var message = self
        message.additionalFields = [:]
        for index in (toolCalls ?? []).indices where toolCalls?[index].type == "function" {
            message.toolCalls?[index].additionalFields = [:]
            message.toolCalls?[index].function.additionalFields = [:]
        }
        return message
    }
}

extension MessageContent {
    fileprivate var hasOnlyText: Bool {
        guard case .parts(let parts) = self else { return true }
        return parts.allSatisfy { $0.type == "text" }
    }
}

/// Combines the chunks of a stream into a completion.
///
/// Ids, models and names are taken from the first chunk that has them; texts are concatenated; the last usage and
/// finish reason win. Unrecognized fields of a delta are concatenated if they are strings or arrays; those of a chunk
/// or a choice, which servers repeat, are replaced.
public struct ChatCompletionAccumulator: Sendable {
    private var base = ChatCompletion(id: "", model: "", choices: [])
    private var choices: [Int: Choice] = [:]

    /// Creates an accumulator without chunks.
    public init() {}

    /// The tool calls of the first choice so far, in the order in which they began.
    package var toolCalls: [ToolCallDelta] { choices[0]?.calls.deltas ?? [] }

    /// Whether at least one choice has begun, and every choice that has begun has a finish reason.
    public var isFinished: Bool { !choices.isEmpty && choices.values.allSatisfy { $0.finishReason != nil } }

    /// The completion that the chunks so far add up to.
    public var completion: ChatCompletion {
        var completion = base
        completion.choices = choices.sorted { $0.key < $1.key }.map { $0.value.choice(index: $0.key) }
        return completion
    }

    /// Adds a chunk.
    ///
    /// - Parameter chunk: The next chunk, in the order of the stream.
    public mutating func append(_ chunk: ChatCompletionChunk) {
        if base.id.isEmpty { base.id = chunk.id }
        if base.model.isEmpty { base.model = chunk.model }
        if base.created == nil || base.created == 0 { base.created = chunk.created }
        if base.systemFingerprint == nil { base.systemFingerprint = chunk.systemFingerprint }
        if let usage = chunk.usage { base.usage = usage }
        base.additionalFields.merge(chunk.additionalFields) { $1.isNull ? $0 : $1 }
        for choice in chunk.choices { choices[choice.index, default: Choice()].append(choice) }
    }

    /// Adds the gateway's metadata.
    ///
    /// - Parameter metadata: The metadata that follows the chunks.
    public mutating func append(_ metadata: TchaviMetadata) {
        base.tchavi = metadata
    }

    /// A choice that is still being received.
    private struct Choice {
        var finishReason: FinishReason?
        private var role: Role?
        private var text: String?
        /// The parts in order, as soon as one of them is not plain text.
        private var parts: [ContentPart]?
        private var refusal: String?
        private(set) var calls = ToolCallAccumulator()
        private var functionCall: FunctionCall?
        private var logprobs: JSONValue?
        private var messageFields: [String: JSONValue] = [:]
        private var choiceFields: [String: JSONValue] = [:]

        mutating func append(_ choice: ChunkChoice) {
            // Some servers send empty strings where others send nothing.
            if let reason = choice.finishReason, reason != "" { finishReason = reason }
            if let new = choice.logprobs { logprobs.fold(new) }
            choiceFields.merge(choice.additionalFields) { $1.isNull ? $0 : $1 }
            let delta = choice.delta
            if role == nil, delta.role != "" { role = delta.role }
            if let content = delta.content { append(content) }
            if let new = delta.refusal { refusal = (refusal ?? "") + new }
            if let function = delta.functionCall {
                var call = functionCall ?? FunctionCall(name: "", arguments: "")
                if call.name.isEmpty { call.name = function.name ?? "" }
                call.arguments += function.arguments ?? ""
                call.additionalFields.fold(function.additionalFields)
                functionCall = call
            }
            for call in delta.toolCalls ?? [] { calls.append(call) }
            if !delta.additionalFields.isEmpty { messageFields.fold(delta.additionalFields) }
        }

        private mutating func append(_ content: MessageContent) {
            switch content {
            case .text(let new): append(text: new)
            case .parts(let new):
                for part in new {
                    if part.type == "text", part.additionalFields.isEmpty {
                        append(text: part.text ?? "")
                    } else {
                        if parts == nil { parts = (text ?? "").isEmpty ? [] : [.text(text ?? "")] }
                        parts?.append(part)
                    }
                }
            }
        }

        private mutating func append(text new: String) {
            guard let last = parts?.indices.last else {
                if text?.append(new) == nil { text = new }
                return
            }
            if parts?[last].type == "text", parts?[last].additionalFields.isEmpty == true {
                parts?[last].text?.append(new)
            } else if !new.isEmpty {
                parts?.append(.text(new))
            }
        }

        func choice(index: Int) -> ChatChoice {
            let content: MessageContent? = parts.map { .parts($0) } ?? text.map { .text($0) }
            var message = ChatMessage(role: role ?? .assistant, content: content)
            message.refusal = refusal
            message.functionCall = functionCall
            message.additionalFields = messageFields
            // A delta has no properties for these two. Values other than strings are dropped.
            message.name = message.additionalFields.removeValue(forKey: "name")?.string
            message.toolCallID = message.additionalFields.removeValue(forKey: "tool_call_id")?.string
            if !calls.deltas.isEmpty { message.toolCalls = calls.toolCalls }
            var choice = ChatChoice(index: index, message: message, finishReason: finishReason)
            choice.logprobs = logprobs
            choice.additionalFields = choiceFields
            return choice
        }
    }
}

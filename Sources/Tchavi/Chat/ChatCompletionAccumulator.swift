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
        private var calls: [ToolCallDelta] = []
        private var functionCall: FunctionCall?
        private var logprobs: JSONValue?
        private var messageFields: [String: JSONValue] = [:]
        private var choiceFields: [String: JSONValue] = [:]

        mutating func append(_ choice: ChunkChoice) {
            if let reason = choice.finishReason { finishReason = reason }
            if let new = choice.logprobs { logprobs.fold(new) }
            choiceFields.merge(choice.additionalFields) { $1.isNull ? $0 : $1 }
            let delta = choice.delta
            if role == nil { role = delta.role }
            if let content = delta.content { append(content) }
            if let new = delta.refusal { refusal = (refusal ?? "") + new }
            if let function = delta.functionCall {
                var call = functionCall ?? FunctionCall(name: "", arguments: "")
                if call.name.isEmpty { call.name = function.name ?? "" }
                call.arguments += function.arguments ?? ""
                call.additionalFields.fold(function.additionalFields)
                functionCall = call
            }
            for call in delta.toolCalls ?? [] { append(call) }
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
                        if parts == nil { parts = text.map { [.text($0)] } ?? [] }
                        parts?.append(part)
                    }
                }
            }
        }

        private mutating func append(text new: String) {
            guard let last = parts?.indices.last else {
                if parts != nil {
                    parts?.append(.text(new))
                } else if text?.append(new) == nil {
                    text = new
                }
                return
            }
            if parts?[last].type == "text", parts?[last].additionalFields.isEmpty == true {
                parts?[last].text?.append(new)
            } else if !new.isEmpty {
                parts?.append(.text(new))
            }
        }

        private mutating func append(_ delta: ToolCallDelta) {
            let position =
                if let index = delta.index {
                    calls.firstIndex { $0.index == index }
                } else if let id = delta.id, !id.isEmpty {
                    calls.firstIndex { $0.id == id }
                } else {
                    calls.indices.last
                }
            guard let position else {
                var first = delta
                if first.index == nil { first.index = (calls.compactMap(\.index).max() ?? -1).addingWithoutOverflow(1) }
                calls.append(first)
                return
            }
            if calls[position].id?.isEmpty ?? true { calls[position].id = delta.id }
            if calls[position].type == nil { calls[position].type = delta.type }
            if !delta.additionalFields.isEmpty { calls[position].additionalFields.fold(delta.additionalFields) }
            guard let function = delta.function else { return }
            if calls[position].function == nil { calls[position].function = ToolCallDelta.Function() }
            if calls[position].function?.name?.isEmpty ?? true { calls[position].function?.name = function.name }
            calls[position].function?.additionalFields.fold(function.additionalFields)
            if let arguments = function.arguments {
                if calls[position].function?.arguments?.append(arguments) == nil {
                    calls[position].function?.arguments = arguments
                }
            }
        }

        func choice(index: Int) -> ChatChoice {
            let content: MessageContent? = parts.map { .parts($0) } ?? text.map { .text($0) }
            var message = ChatMessage(role: role ?? .assistant, content: content)
            message.refusal = refusal
            message.functionCall = functionCall
            message.additionalFields = messageFields
            // A delta has no properties for these two. Other values than strings could not be decoded again: drop them.
            message.name = message.additionalFields.removeValue(forKey: "name")?.string
            message.toolCallID = message.additionalFields.removeValue(forKey: "tool_call_id")?.string
            if !calls.isEmpty {
                message.toolCalls = calls.sorted { ($0.index ?? 0) < ($1.index ?? 0) }.map { delta in
                    var call = ToolCall(
                        id: delta.id ?? "",
                        name: delta.function?.name ?? "",
                        arguments: delta.function?.arguments ?? ""
                    )
                    call.type = delta.type ?? "function"
                    call.function.additionalFields = delta.function?.additionalFields ?? [:]
                    call.additionalFields = delta.additionalFields
                    return call
                }
            }
            var choice = ChatChoice(index: index, message: message, finishReason: finishReason)
            choice.logprobs = logprobs
            choice.additionalFields = choiceFields
            return choice
        }
    }
}

extension JSONValue? {
    /// Appends in place: strings and arrays are concatenated, objects merged, other values replaced.
    fileprivate mutating func fold(_ more: JSONValue) {
        switch more {
        case .null: return
        case .string(let new):
            guard case .string(var text)? = self else { break }
            // Release the string held here, so that it is appended to in place and not copied.
            self = nil
            text += new
            self = .string(text)
            return
        case .array(let new):
            guard case .array(var elements)? = self else { break }
            self = nil
            elements += new
            self = .array(elements)
            return
        case .object(let new):
            guard case .object(var members)? = self else { break }
            self = nil
            members.fold(new)
            self = .object(members)
            return
        default: break
        }
        self = more
    }
}

extension [String: JSONValue] {
    fileprivate mutating func fold(_ more: [String: JSONValue]) {
        for (name, value) in more { self[name].fold(value) }
    }
}

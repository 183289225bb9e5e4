import Foundation
import Tchavi

/// The server-sent events of a streamed completion.
///
/// Combined again, they are the same completion, but for what a stream cannot tell apart: parts that are plain text are
/// one text, and a field that is `null` or an empty array of tool calls is absent.
enum CompletionEvents {
    static func events(of completion: ChatCompletion, includesUsage: Bool) -> [Data] {
        var base = ChatCompletionChunk(
            id: completion.id,
            created: completion.created,
            model: completion.model,
            choices: []
        )
        base.systemFingerprint = completion.systemFingerprint
        var chunks = completion.choices.flatMap(choices).map { choice in
            var chunk = base
            chunk.choices = [choice]
            return chunk
        }
        if chunks.isEmpty { chunks = [base] }
        chunks[0].additionalFields = completion.additionalFields
        if includesUsage, let usage = completion.usage {
            base.usage = usage
            chunks.append(base)
        }
        var events = chunks.map { "data: \($0.json.serialized())\n\n" }
        events.append("data: [DONE]\n\n")
        if let tchavi = completion.tchavi { events.append("event: tchavi\ndata: \(tchavi.json.serialized())\n\n") }
        return events.map { Data($0.utf8) }
    }

    /// What the chunks add to a choice: its role, its message, and why it ended.
    private static func choices(of choice: ChatChoice) -> [ChunkChoice] {
        var first = ChatDelta()
        first.role = choice.message.role
        var last = ChunkChoice(index: choice.index, delta: ChatDelta(), finishReason: choice.finishReason)
        last.logprobs = choice.logprobs
        last.additionalFields = choice.additionalFields
        return ([first] + deltas(of: choice.message)).map { ChunkChoice(index: choice.index, delta: $0) } + [last]
    }

    /// A message's reasoning and other fields, its refusal and its text word by word, and its tool calls, with their
    /// arguments split in two.
    private static func deltas(of message: ChatMessage) -> [ChatDelta] {
        var deltas: [ChatDelta] = []
        func append(_ change: (inout ChatDelta) -> Void) {
            var delta = ChatDelta()
            change(&delta)
            deltas.append(delta)
        }
        // A delta has no properties for these two.
        var fields = message.additionalFields
        fields["name"] = message.name.map { .string($0) }
        fields["tool_call_id"] = message.toolCallID.map { .string($0) }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            for value in value.string.map({ words(of: $0).map { .string($0) } }) ?? [value] {
                append { $0.additionalFields[name] = value }
            }
        }
        for word in message.refusal.map(words) ?? [] { append { $0.refusal = word } }
        switch message.content {
        case nil: break
        case .text(let text): for word in words(of: text) { append { $0.content = .text(word) } }
        case .parts(let parts): for part in parts { append { $0.content = .parts([part]) } }
        }
        if let call = message.functionCall {
            for function in functions(of: call) { append { $0.functionCall = function } }
        }
        for (index, call) in (message.toolCalls ?? []).enumerated() {
            for (number, function) in functions(of: call.function).enumerated() {
                var delta = ToolCallDelta(index: index, id: number == 0 ? call.id : nil, function: function)
                if number == 0 {
                    delta.type = call.type
                    delta.additionalFields = call.additionalFields
                }
                append { $0.toolCalls = [delta] }
            }
        }
        return deltas
    }

    /// The function's name, and then its arguments in two parts.
    private static func functions(of call: FunctionCall) -> [ToolCallDelta.Function] {
        let arguments = call.arguments
        let half = arguments.index(arguments.startIndex, offsetBy: arguments.count / 2)
        var first = ToolCallDelta.Function(name: call.name, arguments: "")
        first.additionalFields = call.additionalFields
        return [first]
            + [arguments[..<half], arguments[half...]].filter { !$0.isEmpty }
            .map { ToolCallDelta.Function(arguments: String($0)) }
    }

    /// The words of a text with the spaces behind them; an empty text is one empty word.
    private static func words(of text: String) -> [String] {
        var words = [""]
        for character in text {
            if words[words.count - 1].last == " " { words.append("") }
            words[words.count - 1].append(character)
        }
        return words
    }
}

import Foundation
public import Tchavi

extension LocalGateway {
    /// Derives a response from a request by fixed rules.
    ///
    /// If the request declares tools and its last message is not a tool result, the response calls each tool once, with
    /// arguments that fit the tool's schema: the input's last capitalised word for a string, an enumeration's first
    /// value, 1, or `true`. Otherwise it is a sentence that repeats the input or the tool results, as JSON if the
    /// request's response format asks for it.
    ///
    /// A gateway uses this unless it was created with a closure of its own, which can call it for the requests that it
    /// has no response for.
    ///
    /// - Parameter request: The request.
    /// - Returns: Tool calls or text.
    public static func derivedResponse(to request: ChatRequest) -> ScriptedResponse {
        let input = request.messages.last { $0.role == .user }?.text ?? request.messages.last?.text ?? ""
        if let tools = request.tools, !tools.isEmpty, request.toolChoice != .disabled,
            request.messages.last?.role != .tool
        {
            let calls = tools.enumerated().map { index, tool in
                ToolCall(
                    id: "call_local_\(request.messages.count)_\(index)",
                    name: tool.name,
                    arguments: arguments(for: tool, input: input).serialized()
                )
            }
            return .toolCalls(calls)
        }
        let results = request.messages.reversed().prefix { $0.role == .tool }.reversed().map(\.text)
        let sentence =
            results.isEmpty
            ? "This is LocalGateway, not a language model. You asked: \(input)"
            : "This is LocalGateway, not a language model. The tools returned: \(results.joined(separator: "; "))"
        if let format = request.responseFormat, format.type.hasPrefix("json") {
            return .text(JSONValue.object(["answer": .string(sentence)]).serialized())
        }
        return .text(sentence)
    }

    private static func arguments(for tool: ToolDefinition, input: String) -> JSONValue {
        var arguments: [String: JSONValue] = [:]
        let properties = tool.parameters?["properties"]?.object ?? [:]
        let required = tool.parameters?["required"]?.array?.compactMap(\.string) ?? Array(properties.keys)
        for name in required { arguments[name] = value(for: properties[name], input: input) }
        return .object(arguments)
    }

    private static func value(for schema: JSONValue?, input: String) -> JSONValue {
        if let first = schema?["enum"]?[0] { return first }
        switch schema?["type"]?.string {
        case "integer", "number": return 1
        case "boolean": return true
        case "array": return []
        case "object": return [:]
        default:
            let words = input.split { !$0.isLetter }
            return .string(String(words.last { $0.first?.isUppercase == true } ?? words.last ?? "sample"))
        }
    }

    /// Estimates a message's tokens: one for every four bytes of text and tool calls, 85 for each image, and four for
    /// the message itself. Tokenizers count differently.
    static func estimatedTokens(_ message: ChatMessage) -> Int {
        var bytes = message.text.utf8.count
        for call in message.toolCalls ?? [] { bytes += call.name.utf8.count + call.function.arguments.utf8.count }
        var images = 0
        if case .parts(let parts) = message.content { images = parts.count { $0.imageURL != nil } }
        return 4 + (bytes + 3) / 4 + images * 85
    }
}

/// The server-sent events of a streamed completion.
enum CompletionEvents {
    static func events(of completion: ChatCompletion, includesUsage: Bool) -> [Data] {
        var chunks: [ChatCompletionChunk] = []
        for choice in completion.choices {
            var first = ChatDelta()
            first.role = choice.message.role
            chunks.append(chunk(completion, choice.index, first))
            for delta in deltas(of: choice.message) { chunks.append(chunk(completion, choice.index, delta)) }
            chunks.append(chunk(completion, choice.index, ChatDelta(), finish: choice.finishReason))
        }
        if includesUsage, let usage = completion.usage {
            var last = chunk(completion, 0, ChatDelta())
            last.choices = []
            last.usage = usage
            chunks.append(last)
        }
        var events = chunks.map { "data: \($0.json.serialized())\n\n" }
        events.append("data: [DONE]\n\n")
        if let tchavi = completion.tchavi { events.append("event: tchavi\ndata: \(tchavi.json.serialized())\n\n") }
        return events.map { Data($0.utf8) }
    }

    /// A message's text word by word, then its tool calls, with their arguments split in two.
    private static func deltas(of message: ChatMessage) -> [ChatDelta] {
        var deltas: [ChatDelta] = []
        var word = ""
        for character in message.text {
            word.append(character)
            if character == " " {
                deltas.append(text(word))
                word = ""
            }
        }
        if !word.isEmpty { deltas.append(text(word)) }
        for (index, call) in (message.toolCalls ?? []).enumerated() {
            let arguments = call.function.arguments
            let half = arguments.index(arguments.startIndex, offsetBy: arguments.count / 2)
            var first = ToolCallDelta(index: index, id: call.id, function: .init(name: call.name, arguments: ""))
            first.type = call.type
            deltas.append(calls(first))
            for part in [arguments[..<half], arguments[half...]] where !part.isEmpty {
                deltas.append(calls(ToolCallDelta(index: index, function: .init(arguments: String(part)))))
            }
        }
        return deltas
    }

    private static func text(_ text: String) -> ChatDelta {
        var delta = ChatDelta()
        delta.content = .text(text)
        return delta
    }

    private static func calls(_ call: ToolCallDelta) -> ChatDelta {
        var delta = ChatDelta()
        delta.toolCalls = [call]
        return delta
    }

    private static func chunk(
        _ completion: ChatCompletion,
        _ index: Int,
        _ delta: ChatDelta,
        finish: FinishReason? = nil
    ) -> ChatCompletionChunk {
        ChatCompletionChunk(
            id: completion.id,
            created: completion.created,
            model: completion.model,
            choices: [ChunkChoice(index: index, delta: delta, finishReason: finish)]
        )
    }
}

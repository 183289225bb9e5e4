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
        if let tools = request.tools?.filter(\.isFunction), !tools.isEmpty, request.toolChoice != .disabled,
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

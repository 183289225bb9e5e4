import Tchavi

extension LocalGateway {
    /// Refuses messages that OpenAI's API refuses.
    static func check(_ messages: [ChatMessage]) throws(RequestFailure) {
        guard !messages.isEmpty else { throw .invalid("`messages` is empty.") }
        // The calls of the last assistant message, and those that have no result yet.
        var calls: [String] = []
        var unanswered: [String] = []
        for (index, message) in messages.enumerated() {
            let path = "messages[\(index)]"
            try checkContent(of: message, path)
            if message.role == .tool {
                guard let id = message.toolCallID, !id.isEmpty else {
                    throw .invalid("`\(path).tool_call_id` is missing.")
                }
                guard calls.contains(id) else {
                    throw .invalid("`\(path).tool_call_id`: the preceding assistant message has no tool call `\(id)`.")
                }
                guard let position = unanswered.firstIndex(of: id) else {
                    throw .invalid("`\(path).tool_call_id`: the tool call `\(id)` has a result already.")
                }
                unanswered.remove(at: position)
                continue
            }
            if let id = unanswered.first {
                throw .invalid("The tool call `\(id)` has no result: a `tool` message must stand before `\(path)`.")
            }
            calls = (message.toolCalls ?? []).map(\.id)
            unanswered = calls
            guard message.toolCalls?.isEmpty != true else { throw .invalid("`\(path).tool_calls` is empty.") }
            guard !calls.contains("") else { throw .invalid("`\(path).tool_calls` has a call without an `id`.") }
        }
        if let id = unanswered.first {
            throw .invalid("The tool call `\(id)` has no result: a `tool` message must follow.")
        }
    }

    private static func checkContent(of message: ChatMessage, _ path: String) throws(RequestFailure) {
        if case .parts(let parts) = message.content, parts.isEmpty { throw .invalid("`\(path).content` is empty.") }
        switch message.role {
        case .user, .system, .developer, .tool:
            guard message.content != nil else { throw .invalid("`\(path).content` is missing.") }
            guard message.toolCalls == nil else {
                throw .invalid("`\(path).tool_calls`: only an assistant message may have tool calls.")
            }
        case .function:
            guard message.name?.isEmpty == false else { throw .invalid("`\(path).name` is missing.") }
        case .assistant:
            let isEmpty =
                message.content == nil && message.toolCalls == nil && message.functionCall == nil
                && message.refusal == nil && message.additionalFields["audio"] == nil
            guard !isEmpty else {
                throw .invalid("`\(path)` has neither `content` nor `tool_calls`.")
            }
        default: throw .invalid("`\(path).role`: `\(message.role.rawValue)` is not a role.")
        }
    }
}

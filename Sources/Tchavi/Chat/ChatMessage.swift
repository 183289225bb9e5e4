/// One message of a conversation.
public struct ChatMessage: Sendable, Hashable {
    /// Who speaks.
    public var role: Role
    /// What is said; `nil` where the model only asks for tools.
    public var content: MessageContent?
    /// The speaker's name, where several share a role.
    public var name: String?
    /// The tools that the model asks for.
    public var toolCalls: [ToolCall]?
    /// The call that this message, of role `tool`, answers.
    public var toolCallID: String?
    /// The function that the model asks for, as before tool calls.
    public var functionCall: FunctionCall?
    /// Why the model refuses to answer.
    public var refusal: String?
    /// What else the message has, such as `reasoning_content` or `annotations`.
    public var additionalFields: [String: JSONValue]

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - role: Who speaks.
    ///   - content: What is said.
    ///   - name: The speaker's name.
    ///   - toolCalls: The tools that the model asks for.
    ///   - toolCallID: The call that a message of role `tool` answers.
    public init(
        role: Role,
        content: MessageContent?,
        name: String? = nil,
        toolCalls: [ToolCall]? = nil,
        toolCallID: String? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        additionalFields = [:]
    }

    /// A message of the end user.
    ///
    /// - Parameter content: What is said.
    /// - Returns: The message.
    public static func user(_ content: MessageContent) -> ChatMessage { ChatMessage(role: .user, content: content) }

    /// Instructions.
    ///
    /// - Parameter content: What is said.
    /// - Returns: The message.
    public static func system(_ content: MessageContent) -> ChatMessage { ChatMessage(role: .system, content: content) }

    /// A message of the model.
    ///
    /// - Parameter content: What is said.
    /// - Returns: The message.
    public static func assistant(_ content: MessageContent) -> ChatMessage {
        ChatMessage(role: .assistant, content: content)
    }

    /// The result of a tool call.
    ///
    /// - Parameters:
    ///   - content: The result, often JSON.
    ///   - callID: The id of the call.
    /// - Returns: The message.
    public static func tool(_ content: MessageContent, callID: String) -> ChatMessage {
        ChatMessage(role: .tool, content: content, toolCallID: callID)
    }

    /// The text of the content; empty where there is none.
    public var text: String { content?.text ?? "" }
}

extension ChatMessage: JSONMapped {
    package init() { self.init(role: .user, content: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("role", &role)
        json.nullable("content", &content)
        json.field("name", &name)
        json.field("tool_calls", &toolCalls)
        json.field("tool_call_id", &toolCallID)
        json.field("function_call", &functionCall)
        json.field("refusal", &refusal)
        json.rest(&additionalFields)
    }
}

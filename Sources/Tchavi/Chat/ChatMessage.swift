/// One message of a conversation.
public struct ChatMessage: Sendable, Hashable {
    /// The author of the message.
    public var role: Role
    /// The content; `nil` if the model only requests tool calls.
    public var content: MessageContent?
    /// The author's name, if several authors share a role.
    public var name: String?
    /// The tool calls that the model requests.
    public var toolCalls: [ToolCall]?
    /// For a message of role `tool`, the id of the call that it is the result of.
    public var toolCallID: String?
    /// The function call that the model requests, the predecessor of tool calls.
    public var functionCall: FunctionCall?
    /// The model's explanation, if it refuses to respond.
    public var refusal: String?
    /// Unrecognized fields of the message, such as `reasoning_content` or `annotations`.
    public var additionalFields: [String: JSONValue]

    /// Creates a message of any role.
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

    /// The text of the content; empty if the message has none.
    public var text: String { content?.text ?? "" }
}

extension ChatMessage: JSONMapped {
    package init() { self.init(role: .user, content: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        if json.isReading, json.isLenient {
            // Some servers send a model's message without a role, or with an empty one.
            role = ""
            json.defaulted("role", &role)
            if role == "" { role = .assistant }
        } else {
            json.field("role", &role)
        }
        json.nullable("content", &content)
        json.field("name", &name)
        json.field("tool_call_id", &toolCallID)
        // Messages outside of responses are written by people and programs, whose mistakes are errors. These three fields
        // come from models even there.
        json.lenient("tool_calls", &toolCalls)
        json.lenient("function_call", &functionCall)
        json.lenient("refusal", &refusal)
        json.rest(&additionalFields)
    }
}

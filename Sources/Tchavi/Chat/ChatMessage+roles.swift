// Each factory exists for texts and for content: a literal is a text, and a `String` that is not a literal needs no
// `.text(…)` around it.
extension ChatMessage {
    /// Creates a message of the end user.
    ///
    /// - Parameter text: The text.
    /// - Returns: The message.
    public static func user(_ text: String) -> ChatMessage { user(.text(text)) }

    /// Creates a message of the end user.
    ///
    /// - Parameter content: The content: a text, or parts such as texts and images.
    /// - Returns: The message.
    public static func user(_ content: MessageContent) -> ChatMessage {
        ChatMessage(role: .user, content: content)
    }

    /// Creates a message with instructions, of role `system`.
    ///
    /// - Parameter text: The text.
    /// - Returns: The message.
    public static func system(_ text: String) -> ChatMessage { system(.text(text)) }

    /// Creates a message with instructions, of role `system`.
    ///
    /// - Parameter content: The content: a text, or parts such as texts and images.
    /// - Returns: The message.
    public static func system(_ content: MessageContent) -> ChatMessage {
        ChatMessage(role: .system, content: content)
    }

    /// Creates a message with instructions, of role `developer`, which newer models take in place of `system`.
    ///
    /// - Parameter text: The text.
    /// - Returns: The message.
    public static func developer(_ text: String) -> ChatMessage { developer(.text(text)) }

    /// Creates a message with instructions, of role `developer`, which newer models take in place of `system`.
    ///
    /// - Parameter content: The content: a text, or parts such as texts and images.
    /// - Returns: The message.
    public static func developer(_ content: MessageContent) -> ChatMessage {
        ChatMessage(role: .developer, content: content)
    }

    /// Creates a message of the model, of role `assistant`.
    ///
    /// - Parameter text: The text.
    /// - Returns: The message.
    public static func assistant(_ text: String) -> ChatMessage { assistant(.text(text)) }

    /// Creates a message of the model, of role `assistant`.
    ///
    /// - Parameter content: The content: a text, or parts such as texts and images.
    /// - Returns: The message.
    public static func assistant(_ content: MessageContent) -> ChatMessage {
        ChatMessage(role: .assistant, content: content)
    }

    /// Creates a message with the result of a tool call.
    ///
    /// - Parameters:
    ///   - text: The result, often JSON.
    ///   - callID: The id of the call.
    /// - Returns: The message.
    public static func tool(_ text: String, callID: String) -> ChatMessage { tool(.text(text), callID: callID) }

    /// Creates a message with the result of a tool call.
    ///
    /// - Parameters:
    ///   - content: The result, often JSON.
    ///   - callID: The id of the call.
    /// - Returns: The message.
    public static func tool(_ content: MessageContent, callID: String) -> ChatMessage {
        ChatMessage(role: .tool, content: content, toolCallID: callID)
    }
}

/// Who speaks in a message.
public struct Role: OpenEnum, JSONScalar {
    /// The role's name on the wire.
    public let rawValue: String
    /// A role by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The end user.
    public static let user: Role = "user"
    /// Instructions that the model gives precedence.
    public static let system: Role = "system"
    /// Instructions by the developer, which newer models take in place of `system`.
    public static let developer: Role = "developer"
    /// The model.
    public static let assistant: Role = "assistant"
    /// The result of a tool call.
    public static let tool: Role = "tool"
    /// The result of a function call, as before tool calls.
    public static let function: Role = "function"
}

/// Why the model stopped.
public struct FinishReason: OpenEnum, JSONScalar {
    /// The reason's name on the wire.
    public let rawValue: String
    /// A reason by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The answer is complete.
    public static let stop: FinishReason = "stop"
    /// The limit of tokens was reached.
    public static let length: FinishReason = "length"
    /// The model asks for tools to be called.
    public static let toolCalls: FinishReason = "tool_calls"
    /// The model asks for a function to be called, as before tool calls.
    public static let functionCall: FinishReason = "function_call"
    /// A filter withheld content.
    public static let contentFilter: FinishReason = "content_filter"
}

/// How closely a model looks at an image.
public struct ImageDetail: OpenEnum, JSONScalar {
    /// The level's name on the wire.
    public let rawValue: String
    /// A level by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The model decides.
    public static let auto: ImageDetail = "auto"
    /// At a low resolution, for few tokens.
    public static let low: ImageDetail = "low"
    /// At full resolution.
    public static let high: ImageDetail = "high"
}

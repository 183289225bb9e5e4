/// The author of a message.
public struct Role: OpenEnum, JSONScalar {
    /// The role's name on the wire.
    public let rawValue: String
    /// Creates a role from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The end user.
    public static let user: Role = "user"
    /// Instructions that take precedence over the user's messages.
    public static let system: Role = "system"
    /// Instructions by the developer, which newer models accept instead of ``system``.
    public static let developer: Role = "developer"
    /// The model.
    public static let assistant: Role = "assistant"
    /// The result of a tool call.
    public static let tool: Role = "tool"
    /// The result of a function call, the predecessor of tool calls.
    public static let function: Role = "function"
}

/// Why the model stopped generating.
public struct FinishReason: OpenEnum, JSONScalar {
    /// The reason's name on the wire.
    public let rawValue: String
    /// Creates a reason from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The response is complete, or a stop sequence was generated.
    public static let stop: FinishReason = "stop"
    /// The maximum number of tokens was reached.
    public static let length: FinishReason = "length"
    /// The model requests tool calls.
    public static let toolCalls: FinishReason = "tool_calls"
    /// The model requests a function call, the predecessor of tool calls.
    public static let functionCall: FinishReason = "function_call"
    /// A filter removed content.
    public static let contentFilter: FinishReason = "content_filter"
}

/// The resolution at which a model processes an image.
public struct ImageDetail: OpenEnum, JSONScalar {
    /// The level's name on the wire.
    public let rawValue: String
    /// Creates a level from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The model decides.
    public static let auto: ImageDetail = "auto"
    /// Low resolution, which takes few tokens.
    public static let low: ImageDetail = "low"
    /// Full resolution.
    public static let high: ImageDetail = "high"
}

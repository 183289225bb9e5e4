public import Tchavi

/// Options of one run: the history, tools, limits and overrides.
public struct RunOptions: Sendable {
    /// The conversation so far. It is sent between the version's messages and the input; its variables are not
    /// replaced.
    public var history: [ChatMessage]
    /// Whether messages of the history may have any role, such as system or developer, which instruct the model. Set it
    /// only if no user can write the history.
    public var trustsHistory: Bool
    /// Tools for this run. They take precedence over the library's tools of the same name.
    public var tools: [PromptTool]
    /// How many times the model may request tools before the run throws ``PromptError/Code/toolRounds``.
    public var maxToolRounds: Int
    /// The time limit of a tool call, for tools that have no timeout of their own.
    public var toolTimeout: Duration
    /// The model to use in place of the version's.
    public var model: String?
    /// Model parameters for this run. They take precedence over the version's parameters of the same name.
    public var modelParameters: [String: JSONValue]
    /// The timeout, headers and other options of the calls to the gateway.
    public var requestOptions: RequestOptions
    /// Whether ``PromptResponse/resolvedMessages`` is set.
    public var includesResolvedMessages: Bool

    /// Creates options; a `model` of `nil` means the version's.
    public init(
        history: [ChatMessage] = [],
        trustsHistory: Bool = false,
        tools: [PromptTool] = [],
        maxToolRounds: Int = 8,
        toolTimeout: Duration = .seconds(30),
        model: String? = nil,
        modelParameters: [String: JSONValue] = [:],
        requestOptions: RequestOptions = RequestOptions(),
        includesResolvedMessages: Bool = true
    ) {
        self.history = history
        self.trustsHistory = trustsHistory
        self.tools = tools
        self.maxToolRounds = maxToolRounds
        self.toolTimeout = toolTimeout
        self.model = model
        self.modelParameters = modelParameters
        self.requestOptions = requestOptions
        self.includesResolvedMessages = includesResolvedMessages
    }
}

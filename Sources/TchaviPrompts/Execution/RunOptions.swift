public import Tchavi

/// What one run does beside its input and variables.
public struct RunOptions: Sendable {
    /// The conversation so far; it stands between the version's messages and the input, and is never rendered.
    public var history: [ChatMessage]
    /// Whether the history may also speak as system or developer.
    public var trustsHistory: Bool
    /// Tools for this run; of the library's, those of the same name give way to them.
    public var tools: [PromptTool]
    /// How many times the model may ask for tools.
    public var maxToolRounds: Int
    /// How long a tool may take that has no timeout of its own.
    public var toolTimeout: Duration
    /// Another model than the version's.
    public var model: String?
    /// Model parameters beside the version's; of the same name, these win.
    public var modelParameters: [String: JSONValue]
    /// How the calls to the gateway behave.
    public var requestOptions: RequestOptions
    /// Whether the response has the messages as they were sent.
    public var includesResolvedMessages: Bool

    /// Makes options.
    ///
    /// - Parameters:
    ///   - history: The conversation so far.
    ///   - trustsHistory: Whether the history may also speak as system or developer.
    ///   - tools: Tools for this run.
    ///   - maxToolRounds: How many times the model may ask for tools.
    ///   - toolTimeout: How long a tool may take that has no timeout of its own.
    ///   - model: Another model than the version's.
    ///   - modelParameters: Model parameters beside the version's.
    ///   - requestOptions: How the calls to the gateway behave.
    ///   - includesResolvedMessages: Whether the response has the messages as they were sent.
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

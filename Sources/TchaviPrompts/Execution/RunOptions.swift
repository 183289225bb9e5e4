public import Foundation
public import Tchavi

/// Options of one run: the history, tools, limits and overrides.
public struct RunOptions: Sendable {
    /// What to do if a version declares a function tool that the program has not registered.
    public enum UnregisteredTools: Sendable, Hashable {
        /// Throw ``PromptError/Code/invalidInput`` before anything is sent: the tool may be misspelt, or new.
        case refuse
        /// Capture its calls, as those of a tool of kind ``ToolKind/schema``.
        case capture
    }

    // MARK: Messages

    /// The conversation so far. It is sent between the version's messages and the input; its variables are not
    /// replaced.
    public var history: [ChatMessage]
    /// Whether messages of the history may have any role, such as system or developer, which instruct the model. Set it
    /// only if no user can write the history.
    public var trustsHistory: Bool
    /// The names of the unrecognized fields of a model's message with tool calls, and of these calls, that are sent back to
    /// the model: ``defaultEchoedFields`` unless set. All others are left out, because many servers refuse fields that they
    /// do not know.
    public var echoedFields: Set<String>

    // MARK: Tools

    /// Tools for this run. They take precedence over the library's tools of the same name.
    public var tools: [PromptTool]
    /// What to do if the version declares a function tool that is not registered.
    public var unregisteredTools: UnregisteredTools
    /// Decides about each call before it is run. It is asked for the calls of a round one after another, in their order,
    /// before any of them is run; not for calls that are only captured. If it throws, the call is denied.
    public var beforeToolCall: (@Sendable (ToolCall) async throws -> ToolCallDecision)?
    /// The time limit of a tool call, for tools that have no timeout of their own.
    public var toolTimeout: Duration
    /// The maximum size of a tool's result in bytes, as the model gets it: 256 KiB unless set. Instead of a larger one,
    /// the model is told its size; of a larger error, the beginning.
    public var maxToolResultBytes: Int
    /// What the next turn's model is told about a captured call.
    public var capturedCallText: String

    // MARK: Limits

    /// How many times the model may request tools before the run throws ``PromptError/Code/toolRounds``. Requests to
    /// repair a structured response count.
    public var maxToolRounds: Int
    /// How long the run may take, with its tools and retries; `nil` for no limit but those of each call and tool. Beyond
    /// it, the run throws ``PromptError/Code/limit``.
    public var deadline: Duration?
    /// How many tokens the run may use, checked before each call of the model but the first; `nil` for no limit. Beyond
    /// it, or if the server does not report the tokens, the run throws ``PromptError/Code/limit``.
    public var maxTotalTokens: Int?
    /// How many credits the run may cost, checked before each call of the model but the first; `nil` for no limit. Beyond
    /// it, or if the gateway does not report the credits, the run throws ``PromptError/Code/limit``.
    public var maxCredits: Decimal?
    /// The maximum size of the input text in bytes of UTF-8; `nil` for no limit. A longer one throws
    /// ``PromptError/Code/limit``, and nothing is sent.
    public var maxInputBytes: Int?

    // MARK: The model

    /// The model to use in place of the version's.
    public var model: String?
    /// The models to try next, in order, if the model refuses a request or fails before it answers.
    ///
    /// Another model is tried after a connection that failed, and after a response with an error status other than 401;
    /// after a timeout (also of status 408 or 504) or a lost connection, when the model may have been called and charged, only if
    /// `TchaviClient.Configuration.honoursIdempotencyKey` is set; never once a part of the answer has arrived. Each
    /// model's own retries come first. The following rounds go on with the model that answered.
    public var alternativeModels: [String]
    /// Model parameters for this run. They take precedence over the version's parameters of the same name.
    public var modelParameters: [String: JSONValue]
    /// The timeout, headers and other options of the calls to the gateway.
    ///
    /// A run derives the `Idempotency-Key` of each call from the key given here, because a run makes several calls with
    /// different bodies. Without one, each call has a random key.
    public var requestOptions: RequestOptions
    /// Whether ``PromptResponse/resolvedMessages`` is set.
    public var includesResolvedMessages: Bool

    /// Creates options; a `model` of `nil` means the version's.
    public init(
        history: [ChatMessage] = [],
        trustsHistory: Bool = false,
        echoedFields: Set<String> = defaultEchoedFields,
        tools: [PromptTool] = [],
        unregisteredTools: UnregisteredTools = .refuse,
        beforeToolCall: (@Sendable (ToolCall) async throws -> ToolCallDecision)? = nil,
        maxToolRounds: Int = 8,
        toolTimeout: Duration = .seconds(30),
        maxToolResultBytes: Int = 256 << 10,
        capturedCallText: String = "captured",
        deadline: Duration? = nil,
        maxTotalTokens: Int? = nil,
        maxCredits: Decimal? = nil,
        maxInputBytes: Int? = nil,
        model: String? = nil,
        alternativeModels: [String] = [],
        modelParameters: [String: JSONValue] = [:],
        requestOptions: RequestOptions = RequestOptions(),
        includesResolvedMessages: Bool = true
    ) {
        self.history = history
        self.trustsHistory = trustsHistory
        self.echoedFields = echoedFields
        self.tools = tools
        self.unregisteredTools = unregisteredTools
        self.beforeToolCall = beforeToolCall
        self.maxToolRounds = maxToolRounds
        self.toolTimeout = toolTimeout
        self.maxToolResultBytes = maxToolResultBytes
        self.capturedCallText = capturedCallText
        self.deadline = deadline
        self.maxTotalTokens = maxTotalTokens
        self.maxCredits = maxCredits
        self.maxInputBytes = maxInputBytes
        self.model = model
        self.alternativeModels = alternativeModels
        self.modelParameters = modelParameters
        self.requestOptions = requestOptions
        self.includesResolvedMessages = includesResolvedMessages
    }
}

public import Tchavi

/// A selected version of a prompt, ready to run.
///
/// A prompt is a value: it keeps its version when other versions are deployed later.
public struct Prompt: Sendable, Identifiable {
    /// The id of the prompt, the same for all its versions.
    public let promptID: String
    /// The number of the selected version.
    public let version: Int
    /// The id of the selected version.
    public let versionID: String
    /// The stored messages, whose variables are not replaced yet.
    public let messages: [ChatMessage]
    /// The model parameters, such as `temperature` and `tools`.
    public let modelParameters: [String: JSONValue]
    /// The name of the model.
    public let model: String
    /// The id of the provider's deployment of the model, for providers that have deployments.
    public let deploymentID: String?
    /// The name of the model's provider.
    public let provider: String
    /// The version's tags.
    public let tags: [String: ConditionValue]
    /// Why this version was selected.
    public let selection: Selection

    let compiled: CompiledMessages
    let gateway: TchaviClient?
    let tools: [PromptTool]
    let observers: [any PromptObserver]
    /// The name of the model in requests to the gateway.
    let gatewayModel: String

    init(
        record: PromptRecord,
        version: PromptVersion,
        config: PromptVersionConfig,
        selection: Selection,
        compiled: CompiledMessages,
        gateway: TchaviClient?,
        gatewayModel: String,
        tools: [PromptTool],
        observers: [any PromptObserver]
    ) {
        promptID = record.promptID
        self.version = version.version
        versionID = version.id
        messages = config.messages
        modelParameters = config.modelParameters
        model = config.model
        deploymentID = config.deploymentID
        provider = config.provider
        tags = config.tags
        self.selection = selection
        self.compiled = compiled
        self.gateway = gateway
        self.gatewayModel = gatewayModel
        self.tools = tools
        self.observers = observers
    }

    /// The prompt's id and the version's number: `support-reply@3`.
    public var id: String { "\(promptID)@\(version)" }

    /// The names of the variables that the messages use, each once, in the order of their first appearance.
    public var variableNames: [String] { compiled.variables.map(\.name) }
}

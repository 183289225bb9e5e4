public import Tchavi

/// A prompt in the version that was picked: what is run.
///
/// A value that keeps its version, whatever is deployed later.
public struct Prompt: Sendable {
    /// The prompt's id.
    public let promptID: String
    /// The version's number.
    public let version: Int
    /// The version's id.
    public let versionID: String
    /// The messages as they are stored, with their variables.
    public let messages: [ChatMessage]
    /// The model's parameters.
    public let modelParameters: [String: JSONValue]
    /// The model's name.
    public let model: String
    /// The provider's deployment of the model, where it has such.
    public let deploymentID: String?
    /// Who provides the model.
    public let provider: String
    /// The version's tags.
    public let tags: [String: ConditionValue]
    /// Why this version was picked.
    public let selection: Selection

    let compiled: CompiledMessages
    let gateway: TchaviClient
    let tools: [PromptTool]

    init(
        record: PromptRecord,
        version: PromptVersion,
        config: PromptVersionConfig,
        selection: Selection,
        compiled: CompiledMessages,
        gateway: TchaviClient,
        tools: [PromptTool]
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
        self.tools = tools
    }

    /// The names of the variables that the messages use, each once, in the order of their first appearance.
    public var variableNames: [String] { compiled.variables.map(\.name) }

    /// Resolves the prompt without sending anything: what would be sent.
    ///
    /// - Parameters:
    ///   - input: What the user says; `nil` or empty for nothing.
    ///   - variables: The variables' values by name.
    ///   - images: Images for the user's message.
    ///   - options: History, tools, limits, and what to override.
    /// - Returns: The messages, the request, and its content hash.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/missingVariables``, ``PromptError/Code/invalidInput`` or
    ///   ``PromptError/Code/invalidRecord``.
    public func resolve(
        _ input: String? = nil,
        variables: [String: String] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) throws(PromptError) -> Resolution {
        try Resolver(prompt: self, options: options).resolve(input, variables: variables, images: images)
    }

    /// Runs the prompt: resolves it, asks the model, calls the tools that it asks for, and asks again, until it answers.
    ///
    /// - Parameters:
    ///   - input: What the user says; `nil` or empty for nothing.
    ///   - variables: The variables' values by name.
    ///   - images: Images for the user's message.
    ///   - options: History, tools, limits, and what to override.
    /// - Returns: The model's last answer, with the usage, the cost and every tool call's result of the whole run.
    /// - Throws: ``PromptError`` as ``resolve(_:variables:images:options:)`` does, and of code
    ///   ``PromptError/Code/toolRounds``; `TchaviError` of the gateway; `CancellationError`.
    public func run(
        _ input: String? = nil,
        variables: [String: String] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) async throws -> PromptResponse {
        let resolution = try resolve(input, variables: variables, images: images, options: options)
        var run = try PromptRun(prompt: self, resolution: resolution, options: options)
        let time = gateway.pipeline.time
        while true {
            let start = time.elapsed()
            let completion = try await gateway.chat.complete(run.request, options: options.requestOptions)
            let calls = try run.receive(completion, latency: time.elapsed() - start)
            guard !calls.isEmpty else { return run.response }
            run.append(try await run.toolbox.results(of: calls, round: run.round, time: time))
            if run.isEnded { return run.response }
        }
    }

    /// Runs the prompt and streams its text while the model writes it, its tool calls as they are made, and last the
    /// response.
    ///
    /// Nothing is resolved or sent before the first event is asked for, and every error comes with an event: what
    /// ``run(_:variables:images:options:)`` throws.
    ///
    /// - Parameters:
    ///   - input: What the user says; `nil` or empty for nothing.
    ///   - variables: The variables' values by name.
    ///   - images: Images for the user's message.
    ///   - options: History, tools, limits, and what to override.
    /// - Returns: The run's events, which can be iterated once.
    public func stream(
        _ input: String? = nil,
        variables: [String: String] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) -> PromptStream {
        PromptStream(gateway: gateway, options: options) {
            let resolution = try resolve(input, variables: variables, images: images, options: options)
            return try PromptRun(prompt: self, resolution: resolution, options: options)
        }
    }
}

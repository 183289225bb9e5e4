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

    init(
        record: PromptRecord,
        version: PromptVersion,
        config: PromptVersionConfig,
        selection: Selection,
        compiled: CompiledMessages,
        gateway: TchaviClient?,
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

    /// The prompt's id and the version's number: `support-reply@3`.
    public var id: String { "\(promptID)@\(version)" }

    /// The names of the variables that the messages use, each once, in the order of their first appearance.
    public var variableNames: [String] { compiled.variables.map(\.name) }

    /// Resolves the prompt to the request that a run would send first, without sending it.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    /// - Returns: The rendered messages, the request and its content hash.
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

    /// Runs the prompt: resolves it, calls the model, runs the tools that the model requests, and calls the model again
    /// with their results, until it requests no more tools.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    /// - Returns: The model's last response, with the usage, the cost and the tool call results of the whole run.
    /// - Throws: ``PromptError`` as ``resolve(_:variables:images:options:)`` does, and of code
    ///   ``PromptError/Code/toolRounds``; `TchaviError` where a call to the gateway fails; `CancellationError`.
    public func run(
        _ input: String? = nil,
        variables: [String: String] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) async throws -> PromptResponse {
        let resolution = try await resolution(input, variables, images, options)
        var run = try PromptRun(prompt: self, resolution: resolution, options: options)
        let time = run.gateway.pipeline.time
        while true {
            let start = time.elapsed()
            let completion = try await run.gateway.chat.complete(run.request, options: options.requestOptions)
            let calls = try run.receive(completion, latency: time.elapsed() - start)
            guard !calls.isEmpty else { return run.response }
            run.append(try await run.toolbox.results(of: calls, round: run.round, time: time))
            if run.isEnded { return run.response }
        }
    }

    /// Runs the prompt as a stream: of text as the model writes it, of tool calls and their results, and of the
    /// response as the last event.
    ///
    /// The prompt is resolved and sent when the first event is requested. Iteration throws the errors that
    /// ``run(_:variables:images:options:)`` throws.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    /// - Returns: The run's events, which can be iterated once.
    public func stream(
        _ input: String? = nil,
        variables: [String: String] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) -> PromptStream {
        PromptStream(options: options) {
            let resolution = try await resolution(input, variables, images, options)
            return try PromptRun(prompt: self, resolution: resolution, options: options)
        }
    }

    /// Resolves the prompt outside of the caller's actor: to hash a request that contains images takes milliseconds.
    @concurrent
    private func resolution(
        _ input: String?,
        _ variables: [String: String],
        _ images: [ImageURL],
        _ options: RunOptions
    ) async throws(PromptError) -> Resolution {
        try resolve(input, variables: variables, images: images, options: options)
    }
}

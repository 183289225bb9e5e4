public import Tchavi

extension Prompt {
    /// Resolves the prompt to the request that a run would send first, without sending it.
    ///
    /// Takes time in proportion to the request, because it is hashed: milliseconds if it contains images.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - conversation: The conversation so far, sent after the history of the options.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    /// - Returns: The rendered messages, the request and its content hash.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/missingVariables``, ``PromptError/Code/invalidInput``,
    ///   ``PromptError/Code/limit`` or ``PromptError/Code/invalidRecord``.
    public func resolve(
        _ input: String? = nil,
        in conversation: Conversation = Conversation(),
        variables: [String: any VariableConvertible] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) throws(PromptError) -> Resolution {
        let input = RunInput(input, conversation, variables, images, options)
        return try resolution(of: input)
    }

    /// Runs the prompt: resolves it, calls the model, runs the tools that the model requests, and calls the model again
    /// with their results, until it requests no more tools.
    ///
    /// Every error after the first call of the model carries the response so far, in ``PromptError/response`` and
    /// `TchaviError.response`.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - conversation: The conversation so far, sent after the history of the options. It is not changed:
    ///     append the response to it.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    /// - Returns: The model's last response, with the usage, the cost and the tool call results of the whole run.
    /// - Throws: ``PromptError`` as ``resolve(_:in:variables:images:options:)`` does, and of codes
    ///   ``PromptError/Code/toolRounds`` and ``PromptError/Code/limit``; `TchaviError` where a call to the gateway fails;
    ///   `CancellationError`.
    public func run(
        _ input: String? = nil,
        in conversation: Conversation = Conversation(),
        variables: [String: any VariableConvertible] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) async throws -> PromptResponse {
        let input = RunInput(input, conversation, variables, images, options)
        return try await run(input) { _ in nil }
    }

    /// Runs the prompt as a stream: of text as the model writes it, of tool calls and their results, and of the
    /// response as the last event.
    ///
    /// The prompt is resolved and sent when the first event is requested. Iteration throws the errors that
    /// ``run(_:in:variables:images:options:)`` throws.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - conversation: The conversation so far, sent after the history of the options.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    /// - Returns: The run's events, which can be iterated once.
    public func stream(
        _ input: String? = nil,
        in conversation: Conversation = Conversation(),
        variables: [String: any VariableConvertible] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions()
    ) -> PromptStream {
        PromptStream(prompt: self, input: RunInput(input, conversation, variables, images, options))
    }

    // MARK: Implementation

    /// Runs the prompt until its response is accepted: `check` returns what to ask of the model once more, or `nil` to accept
    /// the response.
    func run(
        _ input: RunInput,
        isolation: isolated (any Actor)? = #isolation,
        check: (PromptResponse) async throws -> PromptRun.Repair?
    ) async throws -> PromptResponse {
        let report = RunReport(self)
        do {
            report.run = try await start(input)
            repeat {
                try await report.run?.completeRound()
                if report.run?.isComplete == true, let repair = try await check(report.response) {
                    try report.run?.repair(repair)
                }
            } while report.run?.isComplete == false
            return report.completed()
        } catch {
            throw report.failed(error)
        }
    }

    /// Resolves the prompt outside of the caller's actor: to hash a request that contains images takes milliseconds.
    @concurrent
    func start(_ input: RunInput) async throws -> PromptRun {
        let start = gateway?.pipeline.time.elapsed() ?? .zero
        return try PromptRun(prompt: self, resolution: resolution(of: input), options: input.options, start: start)
    }

    private func resolution(of input: RunInput) throws(PromptError) -> Resolution {
        var options = input.options
        options.history += input.conversation.messages(for: options.model ?? gatewayModel)
        return try Resolver(prompt: self, options: options)
            .resolve(input.text, variables: input.variables, images: input.images)
    }

    /// Refuses a request with tools whose calls could not be carried out.
    func checkTools(of request: ChatRequest, registered: [PromptTool], _ options: RunOptions) throws {
        if let choices = request.choicesWithTools {
            throw TchaviError(
                .invalidRequest,
                "The request for `\(promptID)` asks for \(choices) choices and has tools, whose calls can be run for one choice "
                    + "only.",
                advice:
                    "Set `n` to 1, or remove the tools; the version's model parameters and the run options can set both."
            )
        }
        guard options.unregisteredTools == .refuse else { return }
        let names = registered.map(\.name)
        let missing = (request.tools ?? []).filter { $0.isFunction && !names.contains($0.name) }
        guard !missing.isEmpty else { return }
        let known = names.isEmpty ? "none is registered" : "registered are \(Set(names).sorted().quotedList)"
        throw PromptError(
            .invalidInput,
            "Version \(version) of `\(promptID)` declares tools that are not registered: "
                + "\(missing.map(\.name).quotedList); \(known).",
            advice:
                "Register each with `PromptTool.program`, `.api` or `.schema`, or set `unregisteredTools` to `.capture`. "
                + "Nothing was sent.",
            promptID: promptID
        )
    }
}

extension [String] {
    fileprivate var quotedList: String { map { "`\($0)`" }.joined(separator: ", ") }
}

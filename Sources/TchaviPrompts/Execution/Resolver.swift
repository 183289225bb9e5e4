import Tchavi

/// Resolves a prompt to a request.
struct Resolver {
    let prompt: Prompt
    let options: RunOptions

    func resolve(
        _ input: String?,
        variables: [String: String],
        images: [ImageURL]
    ) throws(PromptError) -> Resolution {
        try checkLength(of: input)
        let missing = prompt.compiled.variables.filter { variables[$0.name] == nil }
        guard missing.isEmpty else { throw missingVariables(missing, given: variables) }
        var messages: [ChatMessage]
        do {
            messages = try prompt.compiled.rendered(variables)
        } catch {
            throw promptError(error)
        }
        try checkImages(of: messages, "message")
        try checkHistory()
        try checkImages(of: options.history, "the history's message")
        let historyStart = messages.count
        messages += options.history
        for image in images { try check(image, "the input") }
        let userMessage = Self.userMessage(input, images)
        if let userMessage { messages.append(userMessage) }
        let request = try request(messages)
        let names = prompt.compiled.variables.map(\.name)
        return Resolution(
            messages: messages,
            request: request,
            usedVariables: names,
            unusedVariables: variables.keys.filter { !names.contains($0) }.sorted(),
            contentHash: request.contentHash,
            userMessage: userMessage,
            historyStart: historyStart
        )
    }

    private static func userMessage(_ input: String?, _ images: [ImageURL]) -> ChatMessage? {
        let text = input.flatMap { $0.isEmpty ? nil : $0 }
        guard !images.isEmpty else { return text.map { .user(.text($0)) } }
        return .user(.parts((text.map { [.text($0)] } ?? []) + images.map { .image($0) }))
    }

    // MARK: The request

    private func request(_ messages: [ChatMessage]) throws(PromptError) -> ChatRequest {
        var request: ChatRequest
        do throws(InvalidParameter) {
            request = try ChatRequest(
                model: options.model ?? prompt.gatewayModel,
                messages: messages,
                parameters: prompt.modelParameters.merging(options.modelParameters) { $1 }
            )
        } catch {
            throw promptError(error)
        }
        let declared = Set(request.tools?.compactMap(\.callableName) ?? [])
        let added = options.tools.filter { !declared.contains($0.name) }.map(\.definition)
        if !added.isEmpty { request.tools = (request.tools ?? []) + added.uniqued() }
        return request
    }

    /// An error about a model parameter, which names the caller's options or the stored version, whichever set it.
    private func promptError(_ error: InvalidParameter) -> PromptError {
        let isCallers = error.name.map { options.modelParameters[$0] != nil } ?? false
        return PromptError(
            isCallers ? .invalidInput : .invalidRecord,
            (isCallers ? "`RunOptions.modelParameters` for" : "The model parameters of version \(prompt.version) of")
                + " `\(prompt.promptID)` \(error.reason).",
            advice: error.advice,
            promptID: prompt.promptID
        )
    }

    // MARK: Checks

    private func checkLength(of input: String?) throws(PromptError) {
        guard let limit = options.maxInputBytes, let bytes = input?.utf8.count, bytes > limit else { return }
        var error = PromptError(
            .limit,
            "The input for `\(prompt.promptID)` has \(bytes) bytes; `maxInputBytes` is \(limit).",
            advice: "Shorten it, or raise the limit. Nothing was sent.",
            promptID: prompt.promptID
        )
        error.limit = .input
        throw error
    }

    private func missingVariables(
        _ missing: [CompiledMessages.Variable],
        given variables: [String: String]
    ) -> PromptError {
        let names = Set(prompt.compiled.variables.map(\.name))
        let unused = variables.keys.filter { !names.contains($0) }.sorted().map { "`\($0)`" }
        let list = missing.map { "`\($0.name)` (message \($0.messageIndex))" }.joined(separator: ", ")
        var error = PromptError(
            .missingVariables,
            "Version \(prompt.version) of `\(prompt.promptID)` needs values for \(list)."
                + (unused.isEmpty ? "" : " Given, but not used: \(unused.joined(separator: ", "))."),
            advice: "Pass them as `variables:`. Nothing was sent.",
            promptID: prompt.promptID
        )
        error.missingVariables = missing.map { .init(name: $0.name, messageIndex: $0.messageIndex) }
        return error
    }

    private func checkImages(of messages: [ChatMessage], _ place: String) throws(PromptError) {
        for (index, message) in messages.enumerated() {
            guard case .parts(let parts) = message.content else { continue }
            for part in parts {
                if let image = part.imageURL { try check(image, "\(place) \(index)") }
            }
        }
    }

    private func check(_ image: ImageURL, _ place: String) throws(PromptError) {
        guard let refusal = image.refusal else { return }
        throw PromptError(
            .invalidInput,
            "The image URL `\(String(image.url.unicodeScalars.prefix(60)).escapingControlCharacters)` in \(place) "
                + "\(refusal).",
            advice: "Pass a URL that the model can fetch, or the image itself as a data URL: `ImageURL(contentsOf:)`.",
            promptID: prompt.promptID
        )
    }

    private func promptError(_ error: CompiledMessages.RenderingError) -> PromptError {
        let version = "version \(prompt.version) of `\(prompt.promptID)`"
        switch error {
        case .missingVariables(let names):
            return missingVariables(prompt.compiled.variables.filter { names.contains($0.name) }, given: [:])
        case .invalidValue(let value, let index):
            return PromptError(
                .invalidInput,
                "The value of `\(value.variable)` in message \(index) of \(version) \(value.reason).",
                advice: value.advice,
                promptID: prompt.promptID
            )
        case .misplacedVariable(let index):
            return PromptError(
                .invalidRecord,
                "Message \(index) of \(version) cannot be used: \(ImageURLTemplate.misplacedVariable).",
                advice: "A value there could change where the image is loaded from.",
                promptID: prompt.promptID
            )
        }
    }

    private func checkHistory() throws(PromptError) {
        guard !options.trustsHistory else { return }
        let allowed: Set<Role> = [.user, .assistant, .tool]
        guard let index = options.history.firstIndex(where: { !allowed.contains($0.role) }) else { return }
        throw PromptError(
            .invalidInput,
            "Message \(index) of the history and conversation has the role `\(options.history[index].role)`; only user, assistant and "
                + "tool are allowed.",
            advice: "Remove the message, or set `trustsHistory` if no user can write the history: messages of other "
                + "roles are instructions to the model.",
            promptID: prompt.promptID
        )
    }
}

extension [ToolDefinition] {
    /// The definitions, without those that have the name of an earlier one.
    fileprivate func uniqued() -> [ToolDefinition] {
        var names: Set<String> = []
        return filter { names.insert($0.name).inserted }
    }
}

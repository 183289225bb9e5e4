import Foundation
import Tchavi

/// The state of a run between its calls to the gateway.
struct PromptRun: Sendable {
    /// The next request to send.
    private(set) var request: ChatRequest
    /// How many times the model has requested tools.
    private(set) var round = 0
    /// Whether the call of a tool that is only declared has ended the run.
    private(set) var isEnded = false
    /// The response so far.
    private(set) var response: PromptResponse
    let toolbox: Toolbox
    let gateway: TchaviClient

    private let maxToolRounds: Int
    private let promptID: String

    init(prompt: Prompt, resolution: Resolution, options: RunOptions) throws(TchaviError) {
        guard let gateway = prompt.gateway else {
            throw TchaviError(
                .invalidRequest,
                "`\(prompt.promptID)` cannot be run: its library was created without a gateway.",
                advice: "Create the library with `PromptLibrary(source:gateway:)`."
            )
        }
        self.gateway = gateway
        request = resolution.request
        maxToolRounds = options.maxToolRounds
        promptID = prompt.promptID
        toolbox = Toolbox(
            tools: options.tools + prompt.tools,
            declared: resolution.request.tools ?? [],
            timeout: options.toolTimeout
        )
        response = PromptResponse(
            id: "",
            provider: prompt.provider,
            model: resolution.request.model,
            choices: [],
            usage: PromptUsage(),
            modelParams: prompt.modelParameters.merging(options.modelParameters) { $1 },
            toolCallResults: [],
            resolvedMessages: options.includesResolvedMessages ? resolution.messages : nil,
            selection: prompt.selection,
            contentHash: resolution.contentHash
        )
        if let choices = request.choicesWithTools {
            throw TchaviError(
                .invalidRequest,
                "The request for `\(promptID)` asks for \(choices) choices and has tools, whose calls can be run for one choice "
                    + "only.",
                advice:
                    "Set `n` to 1, or remove the tools; the version's model parameters and the run options can set both."
            )
        }
    }

    /// Adds a round's completion to the response.
    ///
    /// - Returns: The tool calls to run; empty if the run is complete.
    mutating func receive(_ completion: ChatCompletion, latency: Duration) throws(PromptError) -> [ToolCall] {
        response.usage.add(completion, latency: latency)
        response.id = completion.id
        if !completion.model.isEmpty { response.model = completion.model }
        var choices = completion.choices
        // Some servers send calls without an id, which the results refer to.
        for (index, call) in (choices.first?.message.toolCalls ?? []).enumerated() where call.id.isEmpty {
            choices[0].message.toolCalls?[index].id = "call_\(round + 1)_\(index)"
        }
        response.choices = choices
        response.additionalFields = completion.additionalFields
        if let fingerprint = completion.systemFingerprint {
            response.additionalFields["systemFingerprint"] = .string(fingerprint)
        }
        guard let message = choices.first?.message, let calls = message.toolCalls, !calls.isEmpty else { return [] }
        guard round < maxToolRounds else {
            var error = PromptError(
                .toolRounds,
                "The model of `\(promptID)` requested tools \(round + 1) times; `maxToolRounds` is \(maxToolRounds).",
                advice: "Check `response.toolCallResults` for repeated calls, or raise `maxToolRounds`.",
                promptID: promptID
            )
            error.response = response
            throw error
        }
        round += 1
        request.messages.append(message)
        return calls
    }

    /// Adds a round's tool results to the response, and to the next request.
    mutating func append(_ results: [ToolCallResult]) {
        response.toolCallResults += results
        isEnded = results.contains { $0.type == .schema }
        request.messages += results.map { result in
            .tool(.text(result.result.string ?? result.result.serialized()), callID: result.id)
        }
        // A tool choice that forces a call is for the first round only; otherwise every round would have to call tools.
        if case .required = request.toolChoice { request.toolChoice = .auto }
        if case .function = request.toolChoice { request.toolChoice = .auto }
    }
}

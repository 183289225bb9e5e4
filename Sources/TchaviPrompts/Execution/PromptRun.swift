import Foundation
import Tchavi

/// A run between its calls to the gateway: what to send next, and what has come so far.
struct PromptRun: Sendable {
    /// What to send next.
    private(set) var request: ChatRequest
    /// How many times the model has asked for tools.
    private(set) var round = 0
    /// Whether a tool that nobody carries out has ended the run.
    private(set) var isEnded = false
    /// The response so far.
    private(set) var response: PromptResponse
    let toolbox: Toolbox

    private let maxToolRounds: Int
    private let promptID: String

    init(prompt: Prompt, resolution: Resolution, options: RunOptions) throws(TchaviError) {
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
        if let n = request.n, n > 1, request.tools?.isEmpty == false {
            throw TchaviError(
                .invalidRequest,
                "`\(prompt.promptID)` asks for \(n) answers and has tools: which answer's tools to call is undefined.",
                advice: "Set `n` to 1, or remove the tools."
            )
        }
    }

    /// Adds a round's completion to the response.
    ///
    /// - Returns: The tools that it asks for; none, where the run is complete.
    mutating func receive(_ completion: ChatCompletion, latency: Duration) throws(PromptError) -> [ToolCall] {
        response.usage.add(completion, latency: latency)
        response.id = completion.id
        if !completion.model.isEmpty { response.model = completion.model }
        var choices = completion.choices
        // Some servers give calls no id; results need one to be told apart by.
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
                "The model of `\(promptID)` asked for tools \(round + 1) times, which is more than \(maxToolRounds).",
                advice: "Look at `response.toolCallResults` for what it keeps asking, or raise `maxToolRounds`.",
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
        // What the first round had to call need not be called again in every further one.
        if case .required = request.toolChoice { request.toolChoice = .auto }
        if case .function = request.toolChoice { request.toolChoice = .auto }
    }
}

public import Foundation
public import Tchavi

/// The result of a run: the model's last response, and the usage, the cost and the tool calls of the whole run.
///
/// Its JSON form is Maxim's, with additional keys; responses of Maxim's API can be decoded too.
public struct PromptResponse: Sendable, Hashable {
    /// The id of the model's last response.
    public var id: String
    /// The name of the model's provider.
    public var provider: String
    /// The model as the last response names it.
    public var model: String
    /// The choices of the last response; more than one if `n` was set.
    public var choices: [ChatChoice]
    /// The tokens, the time and the cost of all rounds.
    public var usage: PromptUsage
    /// The model parameters of the version, with those of the options.
    public var modelParams: [String: JSONValue]
    /// The tool calls of all rounds and their results, in the order of the calls.
    public var toolCallResults: [ToolCallResult]
    /// The messages of the first request, unless ``RunOptions/includesResolvedMessages`` is false.
    public var resolvedMessages: [ChatMessage]?
    /// The version that was run, and why it was selected.
    public var selection: Selection?
    /// The hash of the first request: see ``Resolution/contentHash``.
    public var contentHash: String?
    /// Unrecognized fields of the last response, such as `service_tier`, and its `systemFingerprint`.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a response, for tests of code that processes one.
    public init(
        id: String,
        provider: String = "",
        model: String,
        choices: [ChatChoice],
        usage: PromptUsage = PromptUsage(),
        modelParams: [String: JSONValue] = [:],
        toolCallResults: [ToolCallResult] = [],
        resolvedMessages: [ChatMessage]? = nil,
        selection: Selection? = nil,
        contentHash: String? = nil
    ) {
        self.id = id
        self.provider = provider
        self.model = model
        self.choices = choices
        self.usage = usage
        self.modelParams = modelParams
        self.toolCallResults = toolCallResults
        self.resolvedMessages = resolvedMessages
        self.selection = selection
        self.contentHash = contentHash
    }

    /// The text of the first choice; empty if the model only requested tools.
    public var text: String { choices.first?.message.text ?? "" }
}

extension PromptResponse: JSONMapped {
    package init() { self.init(id: "", model: "", choices: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        json.defaulted("provider", &provider)
        json.defaulted("model", &model)
        var wrapped = choices.map(CamelCaseChoice.init)
        json.field("choices", &wrapped)
        choices = wrapped.map(\.choice)
        json.defaulted("usage", &usage)
        json.defaulted("modelParams", &modelParams)
        json.field(
            "toolCallResults",
            &toolCallResults,
            reading: Self.results,
            writing: { $0.isEmpty ? Optional.none : $0.json }
        )
        json.field("resolvedMessages", &resolvedMessages)
        json.field("selection", &selection)
        json.field("contentHash", &contentHash)
        json.rest(&additionalFields)
    }

    /// Reads an array, or an object `{results: […]}` as Maxim's API returns it.
    private static func results(_ json: JSONValue) throws(JSONError) -> [ToolCallResult] {
        guard case .object(let members) = json else { return try [ToolCallResult](reading: json) }
        do {
            return try [ToolCallResult](reading: members["results"] ?? [])
        } catch {
            throw error.inside(.member("results"))
        }
    }
}

/// The tokens, the time and the cost of a run.
public struct PromptUsage: Sendable, Hashable {
    /// The number of tokens in the requests of all rounds.
    public var promptTokens = 0
    /// The number of tokens in the completions of all rounds.
    public var completionTokens = 0
    /// The total number of tokens, as the server counts them.
    public var totalTokens = 0
    /// The time spent waiting for the model, without the time that tools took.
    public var latency = Duration.zero
    /// The time until the first text or tool call arrived; `nil` unless the run was streamed.
    public var timeToFirstToken: Duration?
    /// The number of credits that the run cost, if the gateway reports it.
    public var creditsUsed: Decimal?
    /// The number of credits left after the last round, if the gateway reports it.
    public var creditsRemaining: Decimal?

    /// Unrecognized fields of the last round's usage, such as `prompt_tokens_details`.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a usage of zero.
    public init() {}

    /// Adds the usage of one round.
    mutating func add(_ completion: ChatCompletion, latency: Duration) {
        if let usage = completion.usage {
            promptTokens = promptTokens.addingWithoutOverflow(usage.promptTokens)
            completionTokens = completionTokens.addingWithoutOverflow(usage.completionTokens)
            totalTokens = totalTokens.addingWithoutOverflow(usage.totalTokens)
            additionalFields = usage.additionalFields
        }
        self.latency += latency
        if let tchavi = completion.tchavi {
            creditsUsed = (creditsUsed ?? 0).addingWithoutOverflow(tchavi.creditsUsed)
            creditsRemaining = tchavi.creditsRemaining
        }
    }
}

extension PromptUsage: JSONMapped {
    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("promptTokens", alias: "prompt_tokens", &promptTokens)
        json.defaulted("completionTokens", alias: "completion_tokens", &completionTokens)
        var total = json.isReading ? nil : totalTokens
        json.field("totalTokens", alias: "total_tokens", &total)
        totalTokens = total ?? promptTokens.addingWithoutOverflow(completionTokens)
        json.defaulted("latency", &latency)
        json.field("timeToFirstToken", &timeToFirstToken)
        json.field("creditsUsed", &creditsUsed)
        json.field("creditsRemaining", &creditsRemaining)
        json.rest(&additionalFields)
    }
}

/// A choice in Maxim's form: its finish reason is `finishReason`, and is left out if it is `nil`.
private struct CamelCaseChoice: JSONConvertible {
    let choice: ChatChoice

    init(_ choice: ChatChoice) { self.choice = choice }

    init(reading json: JSONValue) throws(JSONError) { choice = try ChatChoice(json: json) }

    var json: JSONValue {
        guard case .object(var members) = choice.json else { return choice.json }
        let reason = members.removeValue(forKey: "finish_reason")
        if let reason, !reason.isNull { members["finishReason"] = reason }
        return .object(members)
    }
}

public import Foundation
public import Tchavi

/// What came of a run: the model's last answer, and the usage, the cost and the tool calls of the whole run.
///
/// Its JSON is Maxim's, with a few more keys; Maxim's own answers can be read too.
public struct PromptResponse: Sendable, Hashable {
    /// The id of the model's last answer.
    public var id: String
    /// Who provides the model.
    public var provider: String
    /// The model that answered.
    public var model: String
    /// The answers.
    public var choices: [ChatChoice]
    /// Tokens, time and cost, over all rounds.
    public var usage: PromptUsage
    /// The model parameters that were used.
    public var modelParams: [String: JSONValue]
    /// What each tool was asked, and what it gave, in the order of the calls.
    public var toolCallResults: [ToolCallResult]
    /// The messages as they were first sent, if the options asked for them.
    public var resolvedMessages: [ChatMessage]?
    /// Which version was run, and why.
    public var selection: Selection?
    /// What names the request that was first sent: see ``Resolution/contentHash``.
    public var contentHash: String?
    /// What else the response has, such as `systemFingerprint` or `service_tier`.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a response, for tests of code that takes one.
    ///
    /// - Parameters:
    ///   - id: The id of the model's last answer.
    ///   - provider: Who provides the model.
    ///   - model: The model that answered.
    ///   - choices: The answers.
    ///   - usage: Tokens, time and cost.
    ///   - modelParams: The model parameters that were used.
    ///   - toolCallResults: What each tool was asked, and what it gave.
    ///   - resolvedMessages: The messages as they were first sent.
    ///   - selection: Which version was run, and why.
    ///   - contentHash: What names the request that was first sent.
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

    /// The first choice's text; empty where the model only asked for tools.
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
            writing: { $0.isEmpty ? nil : $0.json }
        )
        json.field("resolvedMessages", &resolvedMessages)
        json.field("selection", &selection)
        json.field("contentHash", &contentHash)
        json.rest(&additionalFields)
    }

    /// Reads an array, or `{results: […]}` of Maxim's API.
    private static func results(_ json: JSONValue) throws(JSONError) -> [ToolCallResult] {
        guard case .object(let members) = json else { return try [ToolCallResult](reading: json) }
        do {
            return try [ToolCallResult](reading: members["results"] ?? [])
        } catch {
            throw error.inside(.member("results"))
        }
    }
}

/// Tokens, time and cost of a run.
public struct PromptUsage: Sendable, Hashable {
    /// The tokens of the requests, over all rounds.
    public var promptTokens = 0
    /// The tokens of the answers, over all rounds.
    public var completionTokens = 0
    /// Both together, as the server counts them.
    public var totalTokens = 0
    /// The time spent waiting for the model; tools are not included.
    public var latency = Duration.zero
    /// The time until the first piece of text or of a tool call came, of a stream.
    public var timeToFirstToken: Duration?
    /// The credits that the run cost, where the gateway said so.
    public var creditsUsed: Decimal?
    /// The credits that are left, where the gateway said so.
    public var creditsRemaining: Decimal?

    /// What else the last round's usage tells, such as `prompt_tokens_details`.
    public var additionalFields: [String: JSONValue] = [:]

    /// Nothing used.
    public init() {}

    /// Adds one round.
    mutating func add(_ completion: ChatCompletion, latency: Duration) {
        if let usage = completion.usage {
            promptTokens = promptTokens.addingWithoutOverflow(usage.promptTokens)
            completionTokens = completionTokens.addingWithoutOverflow(usage.completionTokens)
            totalTokens = totalTokens.addingWithoutOverflow(usage.totalTokens)
            additionalFields = usage.additionalFields
        }
        self.latency += latency
        if let tchavi = completion.tchavi {
            creditsUsed = (creditsUsed ?? 0) + tchavi.creditsUsed
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

/// A choice as Maxim writes it: `finishReason` in camelCase, and none where the model did not say why it stopped.
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

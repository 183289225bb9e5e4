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
    public var choices: [PromptChoice]
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
        choices: [PromptChoice],
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

extension PromptResponse: JSONRepresentable {
    /// Reads this type's own JSON, or an answer of Maxim's API: `usage` in snake_case, `toolCallResults` as
    /// `{results: […]}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where the choices are missing or something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.optional("id") ?? ""
        provider = try object.optional("provider") ?? ""
        model = try object.optional("model") ?? ""
        choices = try object.requiredArray("choices")
        usage = try object.optional("usage") ?? PromptUsage()
        modelParams = try object.optionalObject("modelParams") ?? [:]
        if case .object(let versioned) = object.remaining["toolCallResults"] {
            _ = object.take("toolCallResults")
            do {
                toolCallResults = try JSONObject.elements(versioned["results"] ?? [])
            } catch {
                throw error.inside(.member("results")).inside(.member("toolCallResults"))
            }
        } else {
            toolCallResults = try object.optionalArray("toolCallResults") ?? []
        }
        resolvedMessages = try object.optionalArray("resolvedMessages")
        selection = try object.optional("selection")
        contentHash = try object.optional("contentHash")
        additionalFields = object.remaining
    }

    /// `{id, provider, model, choices, usage, modelParams, toolCallResults?, resolvedMessages?, selection?,
    /// contentHash?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("id", id)
        object.set("provider", provider)
        object.set("model", model)
        object.set("choices", choices)
        object.set("usage", usage)
        object.set("modelParams", JSONValue.object(modelParams))
        if !toolCallResults.isEmpty { object.set("toolCallResults", toolCallResults) }
        object.set("resolvedMessages", resolvedMessages)
        object.set("selection", selection)
        object.set("contentHash", contentHash)
        return object.json
    }
}

/// One answer of a response.
public struct PromptChoice: Sendable, Hashable {
    /// The answer's place among the answers, from 0.
    public var index: Int
    /// What the model says.
    public var message: ChatMessage
    /// Why the model stopped.
    public var finishReason: FinishReason?
    /// The likelihoods of tokens, where they were asked for.
    public var logprobs: JSONValue?
    /// What else the choice has.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a choice, for tests.
    ///
    /// - Parameters:
    ///   - index: The answer's place among the answers, from 0.
    ///   - message: What the model says.
    ///   - finishReason: Why the model stopped.
    public init(index: Int = 0, message: ChatMessage, finishReason: FinishReason?) {
        self.index = index
        self.message = message
        self.finishReason = finishReason
    }
}

extension PromptChoice: JSONRepresentable {
    /// Reads `{index, message, finishReason}`; `finish_reason` is read too.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where the message is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        index = try object.optional("index") ?? 0
        message = try object.required("message")
        let snakeCase: FinishReason? = try object.optional("finish_reason")
        let camelCase: FinishReason? = try object.optional("finishReason")
        finishReason = camelCase ?? snakeCase
        logprobs = object.take("logprobs").flatMap { $0.isNull ? nil : $0 }
        additionalFields = object.remaining
    }

    /// `{index, message, finishReason, logprobs?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("logprobs", logprobs)
        object.set("index", index)
        object.set("message", message)
        object.set("finishReason", finishReason)
        return object.json
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

extension PromptUsage: JSONRepresentable {
    /// Reads `{promptTokens, completionTokens, totalTokens, latency, …}`, or the same in snake_case; durations are in
    /// milliseconds.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where something is of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        promptTokens = try Self.count(&object, "promptTokens", "prompt_tokens") ?? 0
        completionTokens = try Self.count(&object, "completionTokens", "completion_tokens") ?? 0
        let total = try Self.count(&object, "totalTokens", "total_tokens")
        totalTokens = total ?? promptTokens.addingWithoutOverflow(completionTokens)
        latency = try object.optional("latency") ?? .zero
        timeToFirstToken = try object.optional("timeToFirstToken")
        creditsUsed = try object.optional("creditsUsed")
        creditsRemaining = try object.optional("creditsRemaining")
        additionalFields = object.remaining
    }

    private static func count(
        _ object: inout JSONObject,
        _ name: String,
        _ snakeCase: String
    ) throws(JSONError) -> Int? {
        let inCamelCase: Int? = try object.optional(name)
        let inSnakeCase: Int? = try object.optional(snakeCase)
        return inCamelCase ?? inSnakeCase
    }

    /// `{promptTokens, completionTokens, totalTokens, latency, timeToFirstToken?, creditsUsed?, creditsRemaining?}`;
    /// durations are in milliseconds.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("promptTokens", promptTokens)
        object.set("completionTokens", completionTokens)
        object.set("totalTokens", totalTokens)
        object.set("latency", latency)
        object.set("timeToFirstToken", timeToFirstToken)
        object.set("creditsUsed", creditsUsed)
        object.set("creditsRemaining", creditsRemaining)
        return object.json
    }
}

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
    /// Every call of a model, in order: those that failed, and those that were answered, the last one last.
    public var attempts: [ModelAttempt] = []
    /// The messages that the run added to the conversation: the user's message made of the input and the images, then all
    /// messages of the model and of its tools. Append them to the history, or the response to a ``Conversation``, and the
    /// next turn knows what the tools returned.
    ///
    /// They can always be sent: a call that was not carried out has a tool message that says so, and a captured one the
    /// text of ``RunOptions/capturedCallText``; see ``setToolMessage(_:forCall:)``. Of the unrecognized fields of a
    /// model's message, they have only ``RunOptions/echoedFields``, because many servers refuse others; ``choices`` has all.
    public var newMessages: [ChatMessage] = []
    /// The model parameters of the version, with those of the options.
    public var modelParams: [String: JSONValue]
    /// The tool calls of all rounds and their results, in the order of the calls.
    public var toolCallResults: [ToolCallResult]
    /// The messages of the first request, unless ``RunOptions/includesResolvedMessages`` is false.
    public var resolvedMessages: [ChatMessage]?
    /// The version that was run, and why it was selected.
    public var selection: Selection?
    /// The hash of the first request that a model answered: see ``Resolution/contentHash``.
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

    /// Sets what the next turn's model is told about a call, for instance the result of a captured call that the program
    /// has carried out itself.
    ///
    /// - Parameters:
    ///   - text: The text of the tool message.
    ///   - id: The id of the call.
    /// - Returns: Whether ``newMessages`` has a result of the call.
    @discardableResult
    public mutating func setToolMessage(_ text: String, forCall id: String) -> Bool {
        guard let index = newMessages.lastIndex(where: { $0.role == .tool && $0.toolCallID == id }) else {
            return false
        }
        newMessages[index].content = .text(text)
        return true
    }
}

extension PromptResponse: JSONMapped {
    package init() { self.init(id: "", model: "", choices: []) }

    /// The names of the JSON form, which a server's fields must not take.
    static let ownFields: Set<String> = [
        "id", "provider", "model", "choices", "usage", "attempts", "newMessages", "modelParams", "toolCallResults",
        "resolvedMessages", "selection", "contentHash", "systemFingerprint",
    ]

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        json.defaulted("provider", &provider)
        json.defaulted("model", &model)
        var wrapped = choices.map(CamelCaseChoice.init)
        json.field("choices", &wrapped)
        choices = wrapped.map(\.choice)
        json.defaulted("usage", &usage)
        json.field(
            "attempts",
            &attempts,
            reading: { json throws(JSONError) in try [ModelAttempt](reading: json) },
            writing: { $0.isEmpty ? Optional.none : $0.json }
        )
        json.field(
            "newMessages",
            &newMessages,
            reading: { json throws(JSONError) in try [ChatMessage](reading: json) },
            writing: { $0.isEmpty ? Optional.none : $0.json }
        )
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

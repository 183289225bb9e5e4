/// How many tokens a completion took.
public struct TokenUsage: Sendable, Hashable {
    /// The tokens of the request.
    public var promptTokens: Int
    /// The tokens of the answer, reasoning included.
    public var completionTokens: Int
    /// Both together, as the server counts them.
    public var totalTokens: Int
    /// What else was counted, such as `prompt_tokens_details`.
    public var additionalFields: [String: JSONValue]

    /// Makes a count.
    ///
    /// - Parameters:
    ///   - promptTokens: The tokens of the request.
    ///   - completionTokens: The tokens of the answer.
    public init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        totalTokens = promptTokens + completionTokens
        additionalFields = [:]
    }
}

extension TokenUsage: JSONMapped {
    package init() { self.init(promptTokens: 0, completionTokens: 0) }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("prompt_tokens", &promptTokens)
        json.defaulted("completion_tokens", &completionTokens)
        var total = json.isReading ? nil : totalTokens
        json.field("total_tokens", &total)
        totalTokens = total ?? promptTokens.addingWithoutOverflow(completionTokens)
        json.rest(&additionalFields)
    }
}

/// The number of tokens that a call used.
public struct TokenUsage: Sendable, Hashable {
    /// The number of tokens in the request.
    public var promptTokens: Int
    /// The number of tokens in the response, reasoning included.
    public var completionTokens: Int
    /// The total number of tokens, as the server counts them.
    public var totalTokens: Int
    /// Unrecognized fields of the usage, such as `prompt_tokens_details`.
    public var additionalFields: [String: JSONValue]

    /// Creates a usage whose total is the sum of both numbers.
    public init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        totalTokens = promptTokens.addingWithoutOverflow(completionTokens)
        additionalFields = [:]
    }
}

extension TokenUsage: JSONMapped {
    package init() { self.init(promptTokens: 0, completionTokens: 0) }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.wholeNumber("prompt_tokens", &promptTokens)
        json.wholeNumber("completion_tokens", &completionTokens)
        var total = json.isReading ? nil : totalTokens
        json.wholeNumber("total_tokens", &total)
        totalTokens = total ?? promptTokens.addingWithoutOverflow(completionTokens)
        json.rest(&additionalFields)
    }
}

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

extension TokenUsage: JSONRepresentable {
    /// Reads `{prompt_tokens, completion_tokens, total_tokens, …}`. A missing total is the sum of the others.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where a count is no integer.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        promptTokens = try object.optional("prompt_tokens") ?? 0
        completionTokens = try object.optional("completion_tokens") ?? 0
        totalTokens = try object.optional("total_tokens") ?? promptTokens.addingWithoutOverflow(completionTokens)
        additionalFields = object.remaining
    }

    /// `{prompt_tokens, completion_tokens, total_tokens, …}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("prompt_tokens", promptTokens)
        object.set("completion_tokens", completionTokens)
        object.set("total_tokens", totalTokens)
        return object.json
    }
}

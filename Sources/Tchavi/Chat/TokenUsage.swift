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

    /// The counts that a server did not send, or not as numbers.
    package var unknownCounts: Set<Count> = []

    /// A number of tokens that servers report.
    package enum Count: Sendable { case prompt, completion, total }

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
        map(&json, "prompt_tokens", .prompt, \.promptTokens)
        map(&json, "completion_tokens", .completion, \.completionTokens)
        if json.isReading { totalTokens = promptTokens.addingWithoutOverflow(completionTokens) }
        map(&json, "total_tokens", .total, \.totalTokens)
        if unknownCounts == [.total] { unknownCounts = [] }
        json.rest(&additionalFields)
    }

    private mutating func map(
        _ json: inout JSONMapper,
        _ name: String,
        _ count: Count,
        _ property: WritableKeyPath<TokenUsage, Int>
    ) {
        var value = json.isReading || unknownCounts.contains(count) ? nil : self[keyPath: property]
        json.wholeNumber(name, &value)
        guard json.isReading else { return }
        if let value { self[keyPath: property] = value } else { unknownCounts.insert(count) }
    }

    /// A number of tokens; `nil` if it is unknown, or cannot be right.
    package func known(_ count: Count) -> Int? {
        let value =
            switch count {
            case .prompt: promptTokens
            case .completion: completionTokens
            case .total: totalTokens
            }
        return unknownCounts.contains(count) || value < 0 ? nil : value
    }
}

extension TokenUsage {
    /// The number of prompt tokens that the provider read from its cache (`prompt_tokens_details.cached_tokens`), if the
    /// server reports it. They are included in ``promptTokens``.
    public var cachedTokens: Int? { additionalFields.cachedTokens }

    /// The number of completion tokens that the model used for reasoning
    /// (`completion_tokens_details.reasoning_tokens`), if the server reports it. They are included in
    /// ``completionTokens``.
    public var reasoningTokens: Int? { additionalFields.reasoningTokens }
}

extension [String: JSONValue] {
    /// The cached tokens in the unrecognized fields of a usage.
    package var cachedTokens: Int? { self["prompt_tokens_details"]?["cached_tokens"]?.integer }

    /// The reasoning tokens in the unrecognized fields of a usage.
    package var reasoningTokens: Int? { self["completion_tokens_details"]?["reasoning_tokens"]?.integer }

    /// Adds the unrecognized fields of another usage: numbers are summed, objects merged, other values replaced.
    package mutating func add(_ other: [String: JSONValue]) {
        merge(other) { $0.sum(with: $1) }
    }
}

extension JSONValue {
    fileprivate func sum(with other: JSONValue) -> JSONValue {
        switch (self, other) {
        case (_, .null): return self
        case (.object(var members), .object(let more)):
            members.add(more)
            return .object(members)
        default:
            if let left = integer, let right = other.integer {
                return .integer(Int64(left.addingWithoutOverflow(right)))
            }
            if let left = double, let right = other.double { return .double(left + right) }
            return other
        }
    }
}

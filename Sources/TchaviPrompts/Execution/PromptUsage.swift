public import Foundation
public import Tchavi

/// The tokens, the time and the cost of a run: sums over its rounds.
///
/// What a server does not report is unknown, not zero. If one round's tokens or credits are unknown, so is the sum;
/// ``PromptResponse/attempts`` has what was reported for each round.
public struct PromptUsage: Sendable, Hashable {
    /// The number of tokens in the requests of all rounds; `nil` if it is unknown for one of them.
    public var promptTokens: Int? = 0
    /// The number of tokens in the completions of all rounds; `nil` if it is unknown for one of them.
    public var completionTokens: Int? = 0
    /// The total number of tokens, as the server counts them; `nil` if it is unknown for one of the rounds.
    public var totalTokens: Int? = 0
    /// The time spent waiting for the model, without the time that tools took.
    public var latency = Duration.zero
    /// The time spent waiting for the model until its first text or tool call arrived; `nil` unless the run was
    /// streamed and one has arrived.
    public var timeToFirstToken: Duration?
    /// The number of credits that the run cost; `nil` if the gateway did not report it for one of the rounds.
    public var creditsUsed: Decimal? = 0
    /// The number of credits left after the last round, if the gateway reports it.
    public var creditsRemaining: Decimal?
    /// Unrecognized fields of the usage, such as `prompt_tokens_details`. Numbers in them are sums over the rounds; of
    /// other values, the last round's is kept.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a usage of zero.
    public init() {}

    /// The number of prompt tokens that the provider read from its cache (`prompt_tokens_details.cached_tokens`), if a
    /// server reported it. They are included in ``promptTokens``.
    public var cachedTokens: Int? { additionalFields.cachedTokens }

    /// The number of completion tokens that the model used for reasoning
    /// (`completion_tokens_details.reasoning_tokens`), if a server reported it. They are included in ``completionTokens``.
    public var reasoningTokens: Int? { additionalFields.reasoningTokens }

    /// Adds the usage of one round.
    ///
    /// - Parameter completion: The round's completion, or the part of it that had arrived; `nil` if the model may have
    ///   responded without a byte of it arriving.
    mutating func add(_ completion: ChatCompletion?) {
        let usage = completion?.usage
        promptTokens = Self.sum(promptTokens, usage?.known(.prompt))
        completionTokens = Self.sum(completionTokens, usage?.known(.completion))
        totalTokens = Self.sum(totalTokens, usage?.known(.total))
        if let usage { additionalFields.add(usage.additionalFields.filter { !Self.ownFields.contains($0.key) }) }
        if let sum = creditsUsed, let tchavi = completion?.tchavi, tchavi.creditsUsed >= 0 {
            creditsUsed = sum.addingWithoutOverflow(tchavi.creditsUsed)
        } else {
            creditsUsed = nil
        }
        if let tchavi = completion?.tchavi { creditsRemaining = tchavi.creditsRemaining }
    }

    /// The names of the JSON form, which a server's fields must not take.
    private static let ownFields: Set<String> = [
        "promptTokens", "prompt_tokens", "completionTokens", "completion_tokens", "totalTokens", "total_tokens",
        "latency",
        "timeToFirstToken", "creditsUsed", "creditsRemaining",
    ]

    private static func sum(_ sum: Int?, _ new: Int?) -> Int? {
        guard let sum, let new else { return nil }
        return sum.addingWithoutOverflow(new)
    }
}

extension PromptUsage: CustomStringConvertible {
    /// The tokens in words: `86 tokens (57 in, 29 out)`.
    public var description: String {
        func text(_ count: Int?) -> String { count.map { String($0) } ?? "unknown" }
        return
            "\(totalTokens.map { "\($0) tokens" } ?? "unknown tokens") (\(text(promptTokens)) in, \(text(completionTokens)) out)"
    }
}

extension PromptUsage: JSONMapped {
    package mutating func map(_ json: inout JSONMapper) {
        if json.isReading { (promptTokens, completionTokens, totalTokens, creditsUsed) = (nil, nil, nil, nil) }
        json.field("promptTokens", alias: "prompt_tokens", &promptTokens)
        json.field("completionTokens", alias: "completion_tokens", &completionTokens)
        json.field("totalTokens", alias: "total_tokens", &totalTokens)
        if json.isReading, totalTokens == nil { totalTokens = Self.sum(promptTokens, completionTokens) }
        json.defaulted("latency", &latency)
        json.field("timeToFirstToken", &timeToFirstToken)
        json.field("creditsUsed", &creditsUsed)
        json.field("creditsRemaining", &creditsRemaining)
        json.rest(&additionalFields)
    }
}

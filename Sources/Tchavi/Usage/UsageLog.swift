public import Foundation

/// A period that ends now.
public struct UsagePeriod: OpenEnum {
    /// The period's name on the wire.
    public let rawValue: String
    /// Creates a period from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The last day.
    public static let day: UsagePeriod = "day"
    /// The last week.
    public static let week: UsagePeriod = "week"
    /// The last month.
    public static let month: UsagePeriod = "month"
}

/// How a logged call ended.
public struct UsageLogStatus: OpenEnum {
    /// The status's name on the wire.
    public let rawValue: String
    /// Creates a status from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The call succeeded.
    public static let success: UsageLogStatus = "SUCCESS"
    /// The call failed; ``UsageLog/errorCode`` says why.
    public static let error: UsageLogStatus = "ERROR"
    /// The call was refused because of too many requests.
    public static let rateLimited: UsageLogStatus = "RATE_LIMITED"
}

/// What the account used in a period.
public struct UsageStatistics: Codable, Sendable, Hashable {
    /// The number of calls.
    public var totalRequests: Int
    /// The number of tokens.
    public var totalTokens: Int
    /// The number of credits.
    public var totalCreditsUsed: Decimal
    /// The beginning of the period.
    public var periodStart: Timestamp
    /// The end of the period.
    public var periodEnd: Timestamp
}

/// One call as the gateway logged it.
public struct UsageLog: Codable, Sendable, Hashable, Identifiable {
    /// The log entry's id.
    public var id: String
    /// The first characters of the key that was used; `nil` for a call with an access token.
    public var apiKeyPrefix: String?
    /// The endpoint's path.
    public var endpoint: String
    /// The model's name.
    public var model: String
    /// The number of tokens in the request.
    public var promptTokens: Int
    /// The number of tokens in the response.
    public var completionTokens: Int
    /// The sum of both, as the gateway counts it.
    public var totalTokens: Int
    /// The credits that the call cost.
    public var creditsCharged: Decimal
    /// How the call ended.
    public var status: UsageLogStatus
    /// The error's name, if the call failed.
    public var errorCode: String?
    /// When the call was made.
    public var createdAt: Timestamp

    private var latencyMs: Double?

    /// How long the call took.
    public var latency: Duration? { latencyMs.flatMap { Duration(scalar: .double($0)) } }
}

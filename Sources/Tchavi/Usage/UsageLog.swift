public import Foundation

/// A period that ends now.
public struct UsagePeriod: OpenEnum, JSONScalar {
    /// The period's name on the wire.
    public let rawValue: String
    /// A period by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A day.
    public static let day: UsagePeriod = "day"
    /// A week.
    public static let week: UsagePeriod = "week"
    /// A month.
    public static let month: UsagePeriod = "month"
}

/// How a logged call ended.
public struct UsageLogStatus: OpenEnum, JSONScalar {
    /// The status's name on the wire.
    public let rawValue: String
    /// A status by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Well.
    public static let success: UsageLogStatus = "SUCCESS"
    /// With an error.
    public static let error: UsageLogStatus = "ERROR"
    /// Refused: too many requests.
    public static let rateLimited: UsageLogStatus = "RATE_LIMITED"
}

/// What was used in a period.
public struct UsageStatistics: Sendable, Hashable {
    /// How many calls.
    public var totalRequests: Int
    /// How many tokens.
    public var totalTokens: Int
    /// How many credits.
    public var totalCreditsUsed: Decimal
    /// When the period began.
    public var periodStart: Timestamp
    /// When the period ended.
    public var periodEnd: Timestamp

    /// Makes statistics, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - totalRequests: How many calls.
    ///   - totalTokens: How many tokens.
    ///   - totalCreditsUsed: How many credits.
    ///   - periodStart: When the period began.
    ///   - periodEnd: When the period ended.
    public init(
        totalRequests: Int,
        totalTokens: Int,
        totalCreditsUsed: Decimal,
        periodStart: Timestamp,
        periodEnd: Timestamp
    ) {
        self.totalRequests = totalRequests
        self.totalTokens = totalTokens
        self.totalCreditsUsed = totalCreditsUsed
        self.periodStart = periodStart
        self.periodEnd = periodEnd
    }
}

extension UsageStatistics: JSONRepresentable {
    /// Reads `{totalRequests, totalTokens, totalCreditsUsed, periodStart, periodEnd}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        totalRequests = try object.required("totalRequests")
        totalTokens = try object.required("totalTokens")
        totalCreditsUsed = try object.required("totalCreditsUsed")
        periodStart = try object.required("periodStart")
        periodEnd = try object.required("periodEnd")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("totalRequests", totalRequests)
        object.set("totalTokens", totalTokens)
        object.set("totalCreditsUsed", totalCreditsUsed)
        object.set("periodStart", periodStart)
        object.set("periodEnd", periodEnd)
        return object.json
    }
}

/// One call as the gateway logged it.
public struct UsageLog: Sendable, Hashable, Identifiable {
    /// The log's id.
    public var id: String
    /// The first characters of the key that was used.
    public var apiKeyPrefix: String?
    /// The endpoint.
    public var endpoint: String
    /// The model.
    public var model: String
    /// The tokens of the request.
    public var promptTokens: Int
    /// The tokens of the answer.
    public var completionTokens: Int
    /// Both together.
    public var totalTokens: Int
    /// The credits it cost.
    public var creditsCharged: Decimal
    /// How long it took.
    public var latency: Duration?
    /// How it ended.
    public var status: UsageLogStatus
    /// The error's name, where it ended with one.
    public var errorCode: String?
    /// When it was made.
    public var createdAt: Timestamp

    /// Makes a log, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The log's id.
    ///   - apiKeyPrefix: The first characters of the key that was used.
    ///   - endpoint: The endpoint.
    ///   - model: The model.
    ///   - promptTokens: The tokens of the request.
    ///   - completionTokens: The tokens of the answer.
    ///   - totalTokens: Both together.
    ///   - creditsCharged: The credits it cost.
    ///   - latency: How long it took.
    ///   - status: How it ended.
    ///   - errorCode: The error's name, where it ended with one.
    ///   - createdAt: When it was made.
    public init(
        id: String,
        apiKeyPrefix: String? = nil,
        endpoint: String,
        model: String,
        promptTokens: Int,
        completionTokens: Int,
        totalTokens: Int,
        creditsCharged: Decimal,
        latency: Duration? = nil,
        status: UsageLogStatus,
        errorCode: String? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.apiKeyPrefix = apiKeyPrefix
        self.endpoint = endpoint
        self.model = model
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.totalTokens = totalTokens
        self.creditsCharged = creditsCharged
        self.latency = latency
        self.status = status
        self.errorCode = errorCode
        self.createdAt = createdAt
    }
}

extension UsageLog: JSONRepresentable {
    /// Reads the API's JSON.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        apiKeyPrefix = try object.optional("apiKeyPrefix")
        endpoint = try object.required("endpoint")
        model = try object.required("model")
        promptTokens = try object.required("promptTokens")
        completionTokens = try object.required("completionTokens")
        totalTokens = try object.required("totalTokens")
        creditsCharged = try object.required("creditsCharged")
        latency = try object.optional("latencyMs")
        status = try object.required("status")
        errorCode = try object.optional("errorCode")
        createdAt = try object.required("createdAt")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("apiKeyPrefix", apiKeyPrefix)
        object.set("endpoint", endpoint)
        object.set("model", model)
        object.set("promptTokens", promptTokens)
        object.set("completionTokens", completionTokens)
        object.set("totalTokens", totalTokens)
        object.set("creditsCharged", creditsCharged)
        object.set("latencyMs", latency)
        object.set("status", status)
        object.set("errorCode", errorCode)
        object.set("createdAt", createdAt)
        return object.json
    }
}

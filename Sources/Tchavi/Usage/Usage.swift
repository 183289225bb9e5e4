/// The account's usage statistics, and its log of calls.
public struct Usage: Sendable {
    let pipeline: HTTPPipeline

    /// Fetches the totals of a period (`GET /usage/stats`).
    ///
    /// - Parameters:
    ///   - period: The period that ends now; `nil` for the gateway's default.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The totals.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func statistics(
        period: UsagePeriod? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws -> UsageStatistics {
        var call = HTTPPipeline.Call(.usageStatistics)
        call.set("period", period?.rawValue)
        return try await pipeline.send(call, options, as: "usage statistics")
    }

    /// Fetches every logged call, the newest first, page by page as the sequence is read (`GET /usage/history`).
    ///
    /// - Parameters:
    ///   - filter: Which calls to fetch.
    ///   - pageSize: How many calls a page has; `nil` for the gateway's default.
    ///   - options: Options that override the client's configuration for each page's call.
    /// - Returns: The calls.
    public func history(
        _ filter: UsageFilter = UsageFilter(),
        pageSize: Int? = nil,
        options: RequestOptions = RequestOptions()
    ) -> PagedSequence<UsageLog> {
        PagedSequence { page in try await historyPage(page, filter, pageSize: pageSize, options: options) }
    }

    /// Fetches one page of the logged calls.
    ///
    /// - Parameters:
    ///   - page: The page's number, from 1.
    ///   - filter: Which calls to fetch.
    ///   - pageSize: How many calls a page has; `nil` for the gateway's default.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The page.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func historyPage(
        _ page: Int,
        _ filter: UsageFilter = UsageFilter(),
        pageSize: Int? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws -> Page<UsageLog> {
        var call = HTTPPipeline.Call(.usageHistory)
        call.set("page", String(page))
        call.set("limit", pageSize.map { String($0) })
        call.set("model", filter.model)
        call.set("endpoint", filter.endpoint)
        call.set("startDate", filter.startDate?.text)
        call.set("endDate", filter.endDate?.text)
        return try await pipeline.send(call, options, as: "a page of the usage history")
    }
}

/// Which calls of the usage history to fetch.
public struct UsageFilter: Sendable, Hashable {
    /// Only calls of this model.
    public var model: String?
    /// Only calls of this endpoint.
    public var endpoint: String?
    /// Only calls since this date.
    public var startDate: Timestamp?
    /// Only calls before this date.
    public var endDate: Timestamp?

    /// Creates a filter; a member that is `nil` does not restrict the calls.
    public init(
        model: String? = nil,
        endpoint: String? = nil,
        startDate: Timestamp? = nil,
        endDate: Timestamp? = nil
    ) {
        self.model = model
        self.endpoint = endpoint
        self.startDate = startDate
        self.endDate = endDate
    }
}

public import Foundation

extension LocalGateway {
    /// Settings of a local gateway.
    public struct Configuration: Sendable {
        /// The API keys that the gateway accepts.
        public var apiKeys: Set<String> = [LocalGateway.defaultAPIKey]
        /// The account's initial credits.
        public var credits: Decimal = 1000
        /// The price of a thousand tokens, in credits.
        public var creditsPerThousandTokens: Decimal = 1
        /// The size of a stream's chunks in bytes; `nil` for one event per chunk. A size splits events and characters
        /// at any byte.
        public var streamChunkBytes: Int?
        /// The lifetime of an access token.
        public var accessTokenLifetime: Duration = .seconds(900)
        /// The delay before each response.
        public var latency: Duration = .zero
        /// Whether requests are kept for ``LocalGateway/requests`` and calls for the usage history. Memory grows with
        /// each request, so turn this off for long runs.
        public var remembersRequests = true
        /// The clock that measures ``latency``. With a ``TestClock``, a delayed response waits until the test advances
        /// the clock.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// Returns the current date, which decides when keys and tokens expire.
        public var now: @Sendable () -> Date = { Date() }

        /// Creates a configuration with the default settings.
        public init() {}
    }
}

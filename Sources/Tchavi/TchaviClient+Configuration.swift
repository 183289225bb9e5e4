public import Foundation

extension TchaviClient {
    /// Where the gateway is, and how calls behave.
    public struct Configuration: Sendable {
        /// Where the gateway is: `http://localhost:3001` unless set. An ending `/v1` is understood.
        public var baseURL: URL
        /// Allows plain `http` to hosts other than loopback, where it would show the key to the network.
        public var allowsInsecureHTTP = false
        /// When calls are sent again.
        public var retryPolicy = RetryPolicy()
        /// How many retries all calls of the client may make together. `nil` for no bound.
        public var retryBudget: RetryBudget? = RetryBudget()
        /// Told of every attempt, when it has ended; for logs and metrics. Called on the calling task, so be quick.
        public var observer: (@Sendable (AttemptReport) -> Void)?
        /// How long one attempt may take: 60 s. For streams it ends with the head of the answer. `nil` for no limit.
        public var timeout: Duration? = .seconds(60)
        /// How long a call may take over all attempts and the waits between them: 300 s. `nil` for no limit.
        public var deadline: Duration? = .seconds(300)
        /// How long a stream may fall silent: 60 s. `nil` for no limit.
        public var idleTimeout: Duration? = .seconds(60)
        /// How long a stream is read on after its `[DONE]`, for the credits that follow: 2 s.
        public var metadataTimeout: Duration = .seconds(2)
        /// How large an answer may be that is no stream: 64 MiB.
        public var maximumResponseBytes = 64 << 20
        /// How many bytes of an answer may wait for a slow reader: 16 MiB. Then the answer fails.
        public var streamBufferBytes = 16 << 20
        /// How large one line or event of a stream may be: 16 MiB.
        public var maximumEventBytes = 16 << 20
        /// Whether the gateway carries a request out only once that comes twice under the same `Idempotency-Key`. Then
        /// calls that cost are also sent again after a timeout or a lost connection.
        public var honoursIdempotencyKey = false
        /// Endpoints of the gateway that are elsewhere, by the one that they replace.
        public var endpoints: [Endpoint: Endpoint] = [:]
        /// Header fields that every call sends.
        public var headers = HeaderFields()
        /// What carries the requests.
        public var transport: any HTTPTransport = URLSessionTransport.shared
        /// What measures timeouts and waits.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// What day it is, for the dates that a gateway names.
        public var now: @Sendable () -> Date = { Date() }
        /// A random number from 0 up to 1, for the waits between retries.
        public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

        /// Makes a configuration; set what differs from it afterwards.
        ///
        /// - Parameter baseURL: Where the gateway is.
        public init(baseURL: URL = Configuration.defaultBaseURL) {
            self.baseURL = baseURL
        }

        /// `http://localhost:3001`.
        public static var defaultBaseURL: URL {
            var components = URLComponents()
            components.scheme = "http"
            components.host = "localhost"
            components.port = 3001
            return components.url ?? URL(fileURLWithPath: "/")
        }
    }
}

public import Foundation

extension TchaviClient {
    /// The gateway's address, and how calls behave.
    public struct Configuration: Sendable {
        /// The gateway's base URL: `http://localhost:3001` unless set. A trailing `/v1` is ignored.
        public var baseURL: URL
        /// Whether plain `http` to hosts other than loopback is allowed, which exposes the key to the network.
        public var allowsInsecureHTTP = false
        /// When calls are retried, and after how long.
        public var retryPolicy = RetryPolicy()
        /// The limit for the retries of all calls of the client together. `nil` for no limit.
        public var retryBudget: RetryBudget? = RetryBudget()
        /// Called after every attempt, and at the end of every stream that has begun, for logs and metrics.
        ///
        /// The outcome of an attempt is ``AttemptReport/Outcome/retrying(after:)`` if another one follows, and how the
        /// call ended otherwise; a call that is cancelled between two attempts has no further report. A stream whose
        /// response has begun is reported as ``AttemptReport/Outcome/began``, and exactly once more at its end:
        /// ``AttemptReport/Outcome/succeeded``, ``AttemptReport/Outcome/failed(_:)``,
        /// ``AttemptReport/Outcome/cancelled``, or ``AttemptReport/Outcome/abandoned`` if its iterator was dropped
        /// before the end.
        ///
        /// The closure runs on the task that makes the call or reads the stream, or where a stream is dropped, so it must
        /// return quickly.
        public var observer: (@Sendable (AttemptReport) -> Void)?
        /// How long one attempt may take: 60 s. For streams, until the response headers. `nil` for no limit.
        public var timeout: Duration? = .seconds(60)
        /// How long a call may take, with all attempts and the waits between them: 300 s. `nil` for no limit.
        public var deadline: Duration? = .seconds(300)
        /// How long a stream may be idle, without a byte arriving: 60 s. `nil` for no limit.
        public var idleTimeout: Duration? = .seconds(60)
        /// How long a stream is read after its `[DONE]`, for the metadata that follows: 2 s.
        public var metadataTimeout: Duration = .seconds(2)
        /// The maximum size of a response, and of all chunks of a chat stream together: 64 MiB. A chunk counts with its
        /// whole JSON, which is several hundred bytes for each token: raise this for completions beyond 100,000 tokens.
        public var maximumResponseBytes = 64 << 20
        /// How many bytes of a response may be buffered for a slow reader: 16 MiB. Beyond that the response fails.
        public var streamBufferBytes = 16 << 20
        /// The maximum size of one line or event of a stream: 16 MiB.
        public var maximumEventBytes = 16 << 20
        /// Whether the gateway carries out a request only once if it receives it twice with the same `Idempotency-Key`.
        /// If so, calls that cost credits are also retried after a timeout or a lost connection.
        public var honoursIdempotencyKey = false
        /// Replacements for endpoints that this gateway has elsewhere, by the endpoint that each replaces.
        public var endpoints: [Endpoint: Endpoint] = [:]
        /// Header fields to send with every call. They replace those that the client sets itself, such as `User-Agent`,
        /// but for `Accept`, `Authorization` and `Idempotency-Key`, which are ignored here.
        public var headers = HeaderFields()
        /// The transport that sends the requests.
        public var transport: any HTTPTransport = URLSessionTransport.shared
        /// The clock that measures timeouts and the waits between retries.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// Returns the current date, to compare with dates in response headers and tokens.
        public var now: @Sendable () -> Date = { Date() }
        /// Returns a random number in `0..<1`, for the waits between retries.
        public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

        /// Creates a configuration with defaults for everything but the base URL.
        public init(baseURL: URL = Configuration.defaultBaseURL) {
            self.baseURL = baseURL
        }

        /// `http://localhost:3001`, the address of a gateway that runs on this computer.
        public static var defaultBaseURL: URL {
            var components = URLComponents()
            components.scheme = "http"
            components.host = "localhost"
            components.port = 3001
            return components.url ?? URL(fileURLWithPath: "/")
        }
    }
}

public import Foundation

/// A call to the gateway that failed: what failed, why, and what to do about it.
///
/// ```swift
/// do {
///     let completion = try await client.chat.complete(request)
/// } catch let error as TchaviError where error.code == .insufficientCredits {
///     print("Only \(error.creditsRemaining ?? 0) credits are left.")
/// }
/// ```
///
/// Cancelling a call throws `CancellationError` instead. No error contains a credential. The client puts no text of a prompt
/// into an error, but ``message``, ``details`` and ``body`` may be a server's words, which may repeat one.
public struct TchaviError: Error, Sendable {
    /// The kind of failure. The set is open: later versions may add to it.
    public struct Code: OpenEnum, JSONScalar {
        /// The name of the kind.
        public let rawValue: String

        /// Creates a kind from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The gateway rejected the credential (401), or the credential is missing or invalid.
        public static let authentication: Code = "authentication"
        /// Too many requests (429). Wait for ``TchaviError/retryAfter``, then retry.
        public static let rateLimited: Code = "rateLimited"
        /// The account has too few credits (402). Buy some, or choose a cheaper model.
        public static let insufficientCredits: Code = "insufficientCredits"
        /// The gateway reported another error; see ``TchaviError/statusCode`` and ``TchaviError/errorCode``.
        public static let api: Code = "api"
        /// The network failed: there was no connection, it was lost, or the response was too large.
        public static let transport: Code = "transport"
        /// A timeout or deadline was exceeded, or a stream was idle for too long.
        public static let timeout: Code = "timeout"
        /// The response could not be decoded as the expected type.
        public static let decoding: Code = "decoding"
        /// A stream did not conform to its format, or ended before it was complete.
        public static let stream: Code = "stream"
        /// The call failed before it was sent: an argument or a setting is invalid.
        public static let invalidRequest: Code = "invalidRequest"
    }

    /// The kind of failure.
    public var code: Code

    /// What went wrong, in one sentence: the server's, if it sent one.
    public var message: String

    /// What to do about it, in one sentence.
    public var advice: String?

    /// The HTTP status, if there was a response.
    public var statusCode: Int?

    /// The gateway's name for the error: `error` in its body, or `code` or `type` in an OpenAI-like one.
    public var errorCode: String?

    /// Further details that the gateway reported, if any.
    public var details: JSONValue?

    /// The response headers, with lowercase names; those that may contain a secret are redacted.
    public var headers: [String: String] = [:]

    /// The gateway's id of the request (`x-request-id` or `request-id`), to include in a support request.
    public var requestID: String?

    /// How long the gateway asked to wait (`Retry-After`).
    public var retryAfter: Duration?

    /// The credits that are left, if the gateway reported them with a 402.
    public var creditsRemaining: Decimal?

    /// The response body, truncated to 4 KiB, if it was not an error in JSON.
    public var body: String?

    /// The method and path of the call, for instance `POST /v1/chat/completions`.
    public var operation: String?

    /// How many times the client tried to send the request.
    public var attempts: Int?

    /// The part of a response that had arrived when a stream failed; each resource exposes it as its own type.
    package var partial: (any Hashable & Sendable)?

    /// What a run of a prompt had done before this error ended it; `TchaviPrompts` exposes it as its own type.
    package var run: (any Hashable & Sendable)?

    /// Whether a retry could succeed.
    package var isRepeatable = true

    /// Whether the request never reached the gateway, so that a retry cannot repeat its work.
    package var isConnectFailure = false

    /// Creates an error, for tests and for transports of your own.
    public init(_ code: Code, _ message: String, advice: String? = nil, statusCode: Int? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.statusCode = statusCode
    }
}

extension TchaviError: Hashable {
    /// All stored properties.
    private var values: [AnyHashable?] {
        [
            code, message, advice, statusCode, errorCode, details, headers, requestID, retryAfter, creditsRemaining,
            body, operation, attempts, partial.map { AnyHashable($0) }, run.map { AnyHashable($0) },
            isRepeatable, isConnectFailure,
        ]
    }

    /// Returns whether all properties of two errors are equal.
    public static func == (left: TchaviError, right: TchaviError) -> Bool { left.values == right.values }

    /// Hashes all properties of the error.
    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension TchaviError: CustomStringConvertible, LocalizedError {
    /// The whole error in one line: kind, status, message, operation, request id, and advice.
    public var description: String {
        var text = "Tchavi error (\(code)"
        if let statusCode { text += ", status \(statusCode)" }
        if let errorCode { text += ", \(errorCode)" }
        text += "): \(message)"
        if let operation { text += " [\(operation)\(attempts.map { $0 > 1 ? ", tried \($0) times" : "" } ?? "")]" }
        if let requestID { text += " [request id \(requestID)]" }
        if let body, !body.isEmpty { text += " [body: \(body.prefix(200))]" }
        if let advice { text += " \(advice)" }
        return text
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

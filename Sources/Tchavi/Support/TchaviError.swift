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
/// Cancelling a call throws `CancellationError` instead. No error holds a credential, nor a prompt's text.
public struct TchaviError: Error, Sendable {
    /// What kind of failure this is. The set is open: later versions may add to it.
    public struct Code: OpenEnum, JSONScalar {
        /// The name of the kind.
        public let rawValue: String

        /// A kind by its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The gateway refused the credential (401), or there is none that can be used.
        public static let authentication: Code = "authentication"
        /// Too many requests (429). Wait for ``TchaviError/retryAfter``, then try again.
        public static let rateLimited: Code = "rateLimited"
        /// The account has too few credits (402). Buy some, or choose a cheaper model.
        public static let insufficientCredits: Code = "insufficientCredits"
        /// The gateway responded with another error; ``TchaviError/statusCode`` and ``TchaviError/errorCode`` say which.
        public static let api: Code = "api"
        /// The network failed: no connection, a connection that was lost, a response that was too large.
        public static let transport: Code = "transport"
        /// A deadline passed, or a stream fell silent.
        public static let timeout: Code = "timeout"
        /// The response could not be read as what it should be.
        public static let decoding: Code = "decoding"
        /// A stream broke a rule of its format, or ended before it was complete.
        public static let stream: Code = "stream"
        /// The call was refused before it was sent: an argument or a setting is wrong.
        public static let invalidRequest: Code = "invalidRequest"
    }

    /// What kind of failure this is.
    public var code: Code

    /// What went wrong, in one sentence, without a credential or a prompt's text.
    public var message: String

    /// What to do about it, in one sentence.
    public var advice: String?

    /// The HTTP status, where there was a response.
    public var statusCode: Int?

    /// The gateway's own name for the error: `error` of its body, or `code` or `type` of an OpenAI-like one.
    public var errorCode: String?

    /// What the gateway said beside that.
    public var details: JSONValue?

    /// The response's headers, those that may hold a secret redacted. Names are in lower case.
    public var headers: [String: String] = [:]

    /// The gateway's id of the request (`x-request-id` or `request-id`), to quote in a question to its support.
    public var requestID: String?

    /// How long the gateway asked to wait (`Retry-After`).
    public var retryAfter: Duration?

    /// The credits that are left, where the gateway said so with a 402.
    public var creditsRemaining: Decimal?

    /// The response's body where it was not an error in JSON, cut to 4 KiB.
    public var body: String?

    /// The method and path of the call, for instance `POST /v1/chat/completions`.
    public var operation: String?

    /// How many times the request was sent.
    public var attempts: Int?

    /// What had arrived of a response when a stream failed; each resource returns it in its own type.
    package var partial: (any Sendable)?

    /// Whether a retry could have another outcome.
    package var isRepeatable = true

    /// Whether a retry cannot repeat work: the request never reached the gateway.
    package var isConnectFailure = false

    /// Creates an error, for transports and tests of your own.
    ///
    /// - Parameters:
    ///   - code: What kind of failure this is.
    ///   - message: What went wrong, in one sentence.
    ///   - advice: What to do about it.
    ///   - statusCode: The HTTP status, where there was a response.
    public init(_ code: Code, _ message: String, advice: String? = nil, statusCode: Int? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.statusCode = statusCode
    }
}

extension TchaviError: CustomStringConvertible, LocalizedError {
    /// The whole error in one line: kind, status, message, where, and what to do.
    public var description: String {
        var text = "Tchavi error (\(code)"
        if let statusCode { text += ", status \(statusCode)" }
        if let errorCode { text += ", \(errorCode)" }
        text += "): \(message)"
        if let operation { text += " [\(operation)\(attempts.map { $0 > 1 ? ", sent \($0) times" : "" } ?? "")]" }
        if let requestID { text += " [request id \(requestID)]" }
        if let body, !body.isEmpty { text += " [body: \(body.prefix(200))]" }
        if let advice { text += " \(advice)" }
        return text
    }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}

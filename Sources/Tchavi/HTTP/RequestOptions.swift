/// What one call does differently from its client's configuration.
public struct RequestOptions: Sendable {
    /// How long one attempt may take; for streams, until the response headers. `nil` for the configuration's.
    public var timeout: Duration?
    /// How long the call may take over all attempts and the waits between them. `nil` for the configuration's.
    public var deadline: Duration?
    /// How many times the call may be retried. `nil` for the configuration's.
    public var maxRetries: Int?
    /// Header fields to send beside the client's; of the same name, these win, also over those that the client sets
    /// itself, such as `Accept` and `Idempotency-Key`. They cannot set `Authorization`.
    public var headers: HeaderFields
    /// The key under which a gateway that honours `Idempotency-Key` carries the call out only once. `nil` for the one in
    /// ``headers`` or, without one there, a random key.
    public var idempotencyKey: String?
    /// Sends the call without a credential.
    public var omitsCredential: Bool
    /// How long a stream may take, from the call's begin to the end of the body. `nil` for no limit. A stream that takes
    /// longer throws ``TchaviError`` of code ``TchaviError/Code/timeout``.
    package var streamDeadline: Duration?

    /// Creates options.
    ///
    /// - Parameters:
    ///   - timeout: How long one attempt may take.
    ///   - deadline: How long the call may take over all attempts.
    ///   - maxRetries: How many times the call may be retried.
    ///   - headers: Header fields to send beside the client's.
    ///   - idempotencyKey: The key under which the call is carried out only once.
    ///   - omitsCredential: Sends the call without a credential.
    public init(
        timeout: Duration? = nil,
        deadline: Duration? = nil,
        maxRetries: Int? = nil,
        headers: HeaderFields = HeaderFields(),
        idempotencyKey: String? = nil,
        omitsCredential: Bool = false
    ) {
        self.timeout = timeout
        self.deadline = deadline
        self.maxRetries = maxRetries
        self.headers = headers
        self.idempotencyKey = idempotencyKey
        self.omitsCredential = omitsCredential
    }
}

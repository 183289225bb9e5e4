/// One attempt of a call: what ``TchaviClient/Configuration/observer`` gets, never a body or a secret.
public struct AttemptReport: Sendable, Hashable {
    /// What follows an attempt.
    public enum Outcome: Sendable, Hashable {
        /// The call has its response; a stream, its headers.
        case succeeded
        /// The request is retried after this wait.
        case retrying(after: Duration)
        /// The call throws an error of this kind.
        case failed(TchaviError.Code)
        /// The call was cancelled.
        case cancelled
    }

    /// The request's method.
    public var method: TransportMethod
    /// The endpoint's path, with `{name}` in place of parameters.
    public var path: String
    /// How many times the request was sent by then, from 1; a renewed credential goes on counting.
    public var attempt: Int
    /// The response's status; `nil` without a response, and for one that succeeded.
    public var status: Int?
    /// How long the attempt took.
    public var duration: Duration
    /// What follows the attempt.
    public var outcome: Outcome
}

/// One attempt of a call: what ``TchaviClient/Configuration/observer`` is told, never a body or a secret.
public struct AttemptReport: Sendable, Hashable {
    /// What follows an attempt.
    public enum Outcome: Sendable, Hashable {
        /// The call has its answer; of a stream, the head of it.
        case succeeded
        /// The request is sent again after this wait.
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
    /// How many times the request was sent by then, from 1.
    public var attempt: Int
    /// The answer's status; `nil` where there was none, and for an answer that was good.
    public var status: Int?
    /// How long the attempt took.
    public var duration: Duration
    /// What follows.
    public var outcome: Outcome
}

/// One attempt of a call, or the end of a stream: what ``TchaviClient/Configuration/observer`` gets, never a body or a
/// secret.
public struct AttemptReport: Sendable, Hashable {
    /// What follows an attempt, or how a stream ended.
    public enum Outcome: Sendable, Hashable {
        /// The call has its whole response, or the stream was read to its end.
        case succeeded
        /// The headers of a stream's response are there. One more report follows when the stream ends.
        case began
        /// The request is retried after this wait.
        case retrying(after: Duration)
        /// The call or the stream throws an error of this kind.
        case failed(TchaviError.Code)
        /// The call was cancelled, or the task that reads the stream.
        case cancelled
        /// The stream's iterator was dropped before the end of the stream.
        case abandoned
    }

    /// The request's method.
    public var method: TransportMethod
    /// The endpoint's path, with `{name}` in place of parameters.
    public var path: String
    /// The host that the request was sent to, with the port where it is not the scheme's default: `localhost:3001`.
    public var host: String
    /// How many times the request was sent by then, from 1; a renewed credential goes on counting.
    public var attempt: Int
    /// The response's status; `nil` without a response.
    public var status: Int?
    /// The gateway's id of the request (`x-request-id` or `request-id`); `nil` if it sent none.
    public var requestID: String?
    /// How long the attempt took; at the end of a stream, with its body.
    public var duration: Duration
    /// What follows the attempt, or how the stream ended.
    public var outcome: Outcome
}

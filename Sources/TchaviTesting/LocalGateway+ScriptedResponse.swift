public import Foundation
public import Tchavi

extension LocalGateway {
    /// The response to one request.
    public enum ScriptedResponse: Sendable {
        /// A completion with this text.
        case text(String)
        /// A completion with tool calls and, optionally, text.
        case toolCalls([ToolCall], text: String? = nil)
        /// This completion, with the metadata of what the gateway charges for it.
        case completion(ChatCompletion)
        /// An error in the gateway's format, free of charge.
        case error(status: Int, code: String, message: String, headers: HeaderFields = HeaderFields())
        /// An unchanged HTTP response, free of charge.
        case response(status: Int, headers: HeaderFields, body: Data)
        /// No response: the transport throws this error.
        case failure(TchaviError)

        /// Creates a rate limit error with status 429.
        ///
        /// - Parameter retryAfter: The value of `Retry-After`, in whole seconds; `nil` leaves the header out.
        /// - Returns: The error.
        public static func rateLimited(retryAfter: Duration? = nil) -> ScriptedResponse {
            var headers = HeaderFields()
            headers[.retryAfter] = retryAfter.map { String($0.components.seconds) }
            return .error(
                status: 429,
                code: "rate_limit_exceeded",
                message: "Too many requests for this key.",
                headers: headers
            )
        }
    }
}

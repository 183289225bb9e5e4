public import Foundation
public import Tchavi

extension LocalGateway {
    /// The response to one request.
    public indirect enum ScriptedResponse: Sendable {
        /// A completion with this text.
        case text(String)
        /// A completion with tool calls and, optionally, text.
        case toolCalls([ToolCall], text: String? = nil)
        /// This completion, with the metadata of what the gateway charges for it.
        case completion(ChatCompletion)
        /// This text, tool calls or completion as a stream that breaks off after so many server-sent events, with 0
        /// directly after the header fields; a response with fewer events breaks off after all of them.
        ///
        /// In the process, the body throws `TchaviError.connectionLost(_:)`; a served gateway closes the connection. If
        /// the request does not ask for a stream, this happens before the response begins. The gateway charges for the
        /// whole response, which by default is ``LocalGateway/derivedResponse(to:)``.
        ///
        /// An error, an HTTP response or a failure has no stream to break off: it is returned as without this case. Of a
        /// cut stream that is cut again, the smaller number of events holds.
        case cutStream(after: Int, of: ScriptedResponse? = nil)
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

extension LocalGateway.ScriptedResponse: CustomStringConvertible {
    /// The response as it is scripted, in short: long texts are cut, and headers, bodies and completions are left out.
    public var description: String {
        switch self {
        case .text(let text): ".text(\(Self.short(text)))"
        case .toolCalls(let calls, _): ".toolCalls(\(calls.map(\.name).joined(separator: ", ")))"
        case .completion(let completion): ".completion(\(Self.short(completion.text)))"
        case .cutStream(let events, let whole): ".cutStream(after: \(events)\(whole.map { ", of: \($0)" } ?? ""))"
        case .error(let status, let code, _, _): ".error(status: \(status), code: \(code.debugDescription))"
        case .response(let status, _, let body): ".response(status: \(status), \(body.count) bytes)"
        case .failure(let error): ".failure(\(error.code))"
        }
    }

    private static func short(_ text: String) -> String {
        (text.count > 40 ? text.prefix(40) + "…" : text).debugDescription
    }
}

import Foundation
import Tchavi

extension LocalGateway {
    /// A request with its caller, its path, its query and its body.
    struct AuthenticatedRequest {
        let request: ReceivedRequest
        let caller: LocalAccounts.Caller
        let now: Date
        /// The path's segments, percent-decoded.
        let segments: [String]
        /// The query's items, percent-decoded.
        let query: [String: String]
        /// The body; `nil` if it is not valid JSON.
        let json: JSONValue?
        /// The chat request, or why it is refused; `nil` at any other endpoint.
        let chat: Result<(chat: ChatRequest, isStream: Bool), RequestFailure>?

        init(
            _ request: ReceivedRequest,
            body: Result<JSONValue, JSONError>,
            _ caller: LocalAccounts.Caller,
            now: Date
        ) {
            self.request = request
            self.caller = caller
            self.now = now
            json = try? body.get()
            let isChat = request.method == .post && request.path == "/v1/chat/completions"
            chat = isChat ? Result { () throws(RequestFailure) in try LocalGateway.chat(body) } : Optional.none
            segments = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
            var query: [String: String] = [:]
            for item in request.target.split(separator: "?", maxSplits: 1).dropFirst().joined().split(separator: "&") {
                let pair = item.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? String($0) }
                if let name = pair.first { query[name] = pair.count > 1 ? pair[1] : "" }
            }
            self.query = query
        }

        /// Returns the chat request, or throws why it is refused.
        func validChat() throws(RequestFailure) -> (chat: ChatRequest, isStream: Bool) {
            guard let chat else { throw .notFound }
            return try chat.get()
        }

        /// The request's time in whole seconds since 1970, clamped to the range of `Int`; 0 if it is not a number.
        var created: Int {
            let seconds = now.timeIntervalSince1970.rounded(.towardZero)
            return Int(exactly: seconds) ?? (seconds > 0 ? .max : seconds < 0 ? .min : 0)
        }
    }
}

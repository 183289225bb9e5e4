import Foundation
import Tchavi

extension LocalGateway {
    /// A request with its caller, its path and its query.
    struct AuthenticatedRequest {
        let request: ReceivedRequest
        let caller: LocalAccounts.Caller
        let now: Date
        /// The path's segments, percent-decoded.
        let segments: [String]
        /// The query's items, percent-decoded.
        let query: [String: String]

        init(_ request: ReceivedRequest, _ caller: LocalAccounts.Caller, now: Date) {
            self.request = request
            self.caller = caller
            self.now = now
            segments = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
            var query: [String: String] = [:]
            for item in request.target.split(separator: "?", maxSplits: 1).dropFirst().joined().split(separator: "&") {
                let pair = item.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? String($0) }
                if let name = pair.first { query[name] = pair.count > 1 ? pair[1] : "" }
            }
            self.query = query
        }
    }
}

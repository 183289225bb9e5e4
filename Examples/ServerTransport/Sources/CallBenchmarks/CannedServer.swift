import Foundation
import Tchavi
import TchaviTesting

/// Answers every request on 127.0.0.1 with the same chat completion and keeps the connections open.
struct CannedServer {
    private let server: LoopbackServer

    var baseURL: URL { server.baseURL }

    init() throws {
        let body = Data(Self.completion.utf8)
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req-1\r\nContent-Length: \(body.count)\r\n\r\n"
        let response = Data(head.utf8) + body
        server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil { try connection.send(response) }
        }
    }

    private static let completion = """
        {"id":"chatcmpl-9x1","object":"chat.completion","created":1767600000,"model":"gpt-4o-mini",\
        "choices":[{"index":0,"message":{"role":"assistant","content":"Your order left our warehouse this morning. \
        It should arrive on Thursday between nine and noon; the carrier will write to you an hour before."},\
        "finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":31,"total_tokens":55},\
        "tchavi":{"tier":"STANDARD","model_type":"CHAT","mode":"auto","mode_effective":"auto","credits_used":0.42,\
        "credits_remaining":99.58}}
        """
}

import Foundation
import Tchavi
import TchaviTesting

extension LoopbackServer {
    /// Creates a server that sends the same body to every request.
    static func responding(with body: String, contentType: String = "application/json") throws -> LoopbackServer {
        try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                try connection.respond(headers: ["Content-Type": contentType], body: Data(body.utf8))
            }
        }
    }

    /// Creates a server that sends the same events to every request.
    static func streaming(_ events: [String]) throws -> LoopbackServer {
        let body = events.map { $0 + "\n\n" }.joined()
        return try responding(with: body, contentType: "text/event-stream")
    }

    /// Creates a client of this server.
    func client(_ change: (inout TchaviClient.Configuration) -> Void = { _ in }) -> TchaviClient {
        var configuration = TchaviClient.Configuration(baseURL: baseURL)
        change(&configuration)
        return TchaviClient(.apiKey("sk-tch-loopback"), configuration: configuration)
    }
}

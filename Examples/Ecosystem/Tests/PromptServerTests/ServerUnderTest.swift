import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import PromptServer
import Tchavi
import TchaviPrompts
import TchaviTesting

/// A server with two prompts, one of which needs a variable.
struct ServerUnderTest {
    let gateway = LocalGateway()
    var transport: (any HTTPTransport)?
    var records = Self.records

    static let records: [PromptRecord] = [
        record("tone", "Be kind."),
        record("greeting", "Greet <<customer>>."),
    ]

    private static func record(_ id: String, _ message: String) -> PromptRecord {
        let config = PromptVersionConfig(id: "\(id)-config", messages: [.system(.text(message))], model: "m")
        let version = PromptVersion(id: "\(id)-v1", version: 1, promptID: id, config: config)
        return PromptRecord(promptID: id, versions: [version], fallbackVersion: version)
    }

    var application: some ApplicationProtocol {
        var configuration = TchaviClient.Configuration()
        configuration.retryPolicy.maxRetries = 0
        configuration.transport = transport ?? gateway
        let client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = PromptServer(
            library: PromptLibrary(source: .memory(records), gateway: client),
            webhookSecret: WebhookSecret("open sesame"),
            logger: logger
        )
        return Application(router: server.router, logger: logger)
    }

    /// Sends one request without a socket.
    func response(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        _ body: String? = nil
    ) async throws -> TestResponse {
        try await application.test(.router) { client in
            try await client.execute(
                uri: path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    var json: JSONValue { get throws { try JSONValue(parsing: text) } }

    /// The server-sent events of the body: their names and data.
    var events: [(name: String, data: JSONValue)] {
        get throws {
            try text.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map { event in
                let lines = event.components(separatedBy: "\n")
                let name = lines[0].replacingOccurrences(of: "event: ", with: "")
                return (name, try JSONValue(parsing: lines[1].replacingOccurrences(of: "data: ", with: "")))
            }
        }
    }
}

import Foundation
import Tchavi

/// A transport whose responses come from a closure, and which records the requests.
final class StubTransport: HTTPTransport {
    typealias Responder = @Sendable (_ request: TransportRequest, _ attempt: Int) async throws -> TransportResponse

    private let responder: Responder
    private let sent = Locked<[TransportRequest]>([])

    init(_ responder: @escaping Responder) {
        self.responder = responder
    }

    var requests: [TransportRequest] { sent.withLock { $0 } }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let attempt = sent.withLock { sent in
            sent.append(request)
            return sent.count
        }
        return try await responder(request, attempt)
    }

    /// Creates a client of this transport, with full retry delays.
    func client(
        _ credential: Credential = .apiKey("sk-tch-stub-secret"),
        _ change: (inout TchaviClient.Configuration) -> Void = { _ in }
    ) -> TchaviClient {
        var configuration = TchaviClient.Configuration()
        configuration.transport = self
        configuration.random = { 1 }
        change(&configuration)
        return TchaviClient(credential, configuration: configuration)
    }
}

extension TransportResponse {
    static func json(_ json: JSONValue, status: Int = 200, headers: HeaderFields = HeaderFields()) -> TransportResponse
    {
        var headers = headers
        headers["Content-Type"] = "application/json"
        return TransportResponse(status: status, headers: headers, body: TransportBody(json.serializedData()))
    }

    static func events(_ text: String, chunkBytes: Int? = nil) -> TransportResponse {
        let bytes = Data(text.utf8)
        let size = chunkBytes ?? max(1, bytes.count)
        let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
        for start in stride(from: 0, to: bytes.count, by: size) {
            writer.write(bytes.subdata(in: start..<min(bytes.count, start + size)))
        }
        writer.finish()
        return TransportResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: body)
    }
}

extension ChatRequest {
    static let hello = ChatRequest(model: "gpt-4o-mini", messages: [.user("Hello")])
}

extension JSONValue {
    /// A completion of one word.
    static let completion: JSONValue = [
        "id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
        "choices": [["index": 0, "message": ["role": "assistant", "content": "Hi"], "finish_reason": "stop"]],
        "usage": ["prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4],
    ]
}

extension Int {
    /// A port on which no server listens. One that was freed could be given to the server of another test.
    static let unusedPort = 1
}

extension TchaviClient.Configuration {
    /// The defaults, but for a wait for the metadata of streams that a busy computer does not exceed.
    static var patient: TchaviClient.Configuration {
        var configuration = TchaviClient.Configuration()
        configuration.metadataTimeout = .seconds(60)
        return configuration
    }
}

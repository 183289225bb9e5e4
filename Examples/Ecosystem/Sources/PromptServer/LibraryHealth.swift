import Hummingbird
import NIOCore
import Tchavi
import TchaviPrompts

/// Whether a library can serve prompts.
struct LibraryHealth {
    let promptCount: Int
    let diagnosticCount: Int

    init(_ library: PromptLibrary) async {
        promptCount = (try? await library.promptIDs().count) ?? 0
        diagnosticCount = (try? await library.diagnostics().count) ?? 0
    }

    var isHealthy: Bool { promptCount > 0 }

    /// 200, or 503 for a load balancer that should send requests elsewhere.
    func response() -> Response {
        let json: JSONValue = [
            "status": .string(isHealthy ? "ok" : "unavailable"),
            "prompts": .integer(Int64(promptCount)),
            "diagnostics": .integer(Int64(diagnosticCount)),
        ]
        return Response(
            status: isHealthy ? .ok : .serviceUnavailable,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json.serialized()))
        )
    }
}

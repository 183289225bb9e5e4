import Hummingbird
import NIOCore
import Tchavi
import TchaviPrompts

/// Whether a library can serve prompts, from what it holds: nothing is read, so a slow source does not delay the response.
struct LibraryHealth {
    let status: PromptLibrary.Status
    /// The age beyond which prompts count as unavailable; `nil` for no limit.
    let maximumAge: Duration?

    init(_ library: PromptLibrary, maximumAge: Duration?) {
        status = library.status
        self.maximumAge = maximumAge
    }

    private var isStale: Bool {
        guard let maximumAge, let age = status.age else { return false }
        return age > maximumAge
    }

    /// `ok`, `unavailable` without prompts, or `stale`. A failed read alone is not a reason: what was read before is served.
    private var verdict: String {
        if status.promptCount == 0 { return "unavailable" }
        return isStale ? "stale" : "ok"
    }

    private var json: JSONValue {
        var json: [String: JSONValue] = [
            "status": .string(verdict),
            "prompts": .integer(Int64(status.promptCount)),
            "diagnostics": .integer(Int64(status.diagnosticCount)),
            "credentialRefused": .boolean(status.isRefused),
        ]
        json["revision"] = status.revision.map { .string($0) }
        json["origin"] = status.origin.map { .string($0.rawValue) }
        json["ageSeconds"] = status.age.map { .integer($0.components.seconds) }
        json["lastError"] = status.lastError.map { .string(Self.kind(of: $0)) }
        return .object(json)
    }

    /// The kind of an error. Its message may name files or repeat what a server says, and anybody may ask for the health;
    /// `PromptLibraryService` logs the whole error.
    private static func kind(of error: any Error) -> String {
        switch error {
        case let error as PromptError: error.code.rawValue
        case let error as TchaviError: error.code.rawValue + (error.statusCode.map { ", status \($0)" } ?? "")
        default: "\(type(of: error))"
        }
    }

    /// 200, or 503 for a load balancer that should send requests elsewhere.
    func response() -> Response {
        Response(
            status: verdict == "ok" ? .ok : .serviceUnavailable,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json.serialized()))
        )
    }
}

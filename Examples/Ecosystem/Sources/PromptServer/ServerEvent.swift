import NIOCore
import Tchavi
import TchaviPrompts

/// A server-sent event of a run: `text`, `toolCall`, and last `response` or `error`. A stream that ends with neither was cut
/// off.
///
/// ```
/// event: text
/// data: {"text":"Your order"}
///
/// event: response
/// data: {"id":"…","model":"…","prompt":"support-reply","selection":{…},"usage":{…},"version":3}
/// ```
struct ServerEvent {
    let name: String
    let data: JSONValue

    /// Creates the event for an event of a run; `nil` for one that is not the client's business.
    init?(_ event: PromptStream.Event) {
        switch event {
        case .text(let delta):
            name = "text"
            data = ["text": .string(delta)]
        case .toolCall(let call):
            name = "toolCall"
            data = ["name": .string(call.name)]
        case .toolResult: return nil
        case .response(let response):
            name = "response"
            data = Self.summary(of: response)
        }
    }

    /// Creates the event for the error of a run.
    init(_ failure: Failure) {
        name = "error"
        data = failure.json
    }

    /// The event's bytes. JSON has no line breaks but escaped ones, so the data is one line.
    var buffer: ByteBuffer { ByteBuffer(string: "event: \(name)\ndata: \(data.serialized())\n\n") }

    private static func summary(of response: PromptResponse) -> JSONValue {
        var usage = response.usage
        // The credits of the account that the server runs prompts with.
        usage.creditsUsed = nil
        usage.creditsRemaining = nil
        var summary: [String: JSONValue] = [
            "id": .string(response.id), "model": .string(response.model), "usage": usage.json,
        ]
        if let selection = response.selection {
            summary["prompt"] = .string(selection.promptID)
            summary["version"] = selection.version.map { .integer(Int64($0)) }
            summary["selection"] = selection.json
        }
        return .object(summary)
    }
}

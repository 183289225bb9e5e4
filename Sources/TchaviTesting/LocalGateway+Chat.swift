import Foundation
import Tchavi

extension LocalGateway {
    static func chat(
        _ body: Result<JSONValue, JSONError>
    ) throws(RequestFailure) -> (chat: ChatRequest, isStream: Bool) {
        let json: JSONValue
        let chat: ChatRequest
        do {
            json = try body.get()
            chat = try ChatRequest(json: json)
        } catch {
            throw .invalid("The request body is not valid: \(error.description).")
        }
        try check(chat.model, "model")
        guard (1...128).contains(chat.n ?? 1) else { throw .invalid("`n` must be between 1 and 128.") }
        try check(chat.messages)
        return (chat, json["stream"]?.boolean ?? false)
    }

    func response(
        for scripted: ScriptedResponse,
        _ call: AuthenticatedRequest,
        number: Int,
        cutAfter cut: Int? = nil
    ) throws -> TransportResponse {
        var completion: ChatCompletion
        switch scripted {
        case .failure(let error): throw error
        case .response(let status, let headers, let body):
            return TransportResponse(status: status, headers: headers, body: TransportBody(body))
        case .error(let status, let code, let message, let headers):
            log(call, code)
            return Self.error(status, code, message, headers: headers)
        case .cutStream(let events, let whole):
            let whole = try whole ?? Self.derivedResponse(to: call.validChat().chat)
            return try response(for: whole, call, number: number, cutAfter: min(events, cut ?? events))
        case .completion, .text, .toolCalls: break
        }
        let (chat, isStream) = try call.validChat()
        switch scripted {
        case .completion(let scripted): completion = scripted
        case .text(let text): completion = makeCompletion(call, chat, .assistant(.text(text)), .stop, number)
        case .toolCalls(let calls, let text):
            let message = ChatMessage(role: .assistant, content: text.map { .text($0) }, toolCalls: calls)
            completion = makeCompletion(call, chat, message, .toolCalls, number)
        case .cutStream, .error, .response, .failure: throw RequestFailure.notFound
        }
        let usage = completion.usage ?? TokenUsage(promptTokens: 0, completionTokens: 0)
        completion.tchavi = try state.withLock { state throws(RequestFailure) in
            try charge(call, Self.cost(usage, configuration), model: chat.model, usage, &state.accounts)
        }
        let cutError = cut.map { _ in TchaviError.connectionLost("The connection was cut, as scripted.") }
        guard isStream else {
            if let cutError { throw cutError }
            return Self.json(completion.json)
        }
        let includesUsage = chat.streamOptions?.includeUsage ?? false
        let events = CompletionEvents.events(of: completion, includesUsage: includesUsage)
        let sent = cut.map { Array(events.prefix(max(0, $0))) } ?? events
        return TransportResponse(
            status: 200,
            headers: [.contentType: "text/event-stream"],
            body: TransportBody(
                ChunkedData(sent, chunkBytes: configuration.streamChunkBytes, endingWith: cutError)
            )
        )
    }

    /// Logs a scripted error.
    private func log(_ call: AuthenticatedRequest, _ code: String) {
        let noUsage = TokenUsage(promptTokens: 0, completionTokens: 0)
        state.withLock { state in
            state.accounts.log(
                call.caller,
                endpoint: call.request.path,
                model: call.json?["model"]?.string ?? "",
                usage: noUsage,
                charged: 0,
                errorCode: code,
                now: call.now
            )
        }
    }

    private func makeCompletion(
        _ call: AuthenticatedRequest,
        _ chat: ChatRequest,
        _ message: ChatMessage,
        _ reason: FinishReason,
        _ number: Int
    ) -> ChatCompletion {
        ChatCompletion(
            id: "chatcmpl-local-\(number)",
            created: call.created,
            model: chat.model,
            choices: (0..<max(1, chat.n ?? 1)).map { ChatChoice(index: $0, message: message, finishReason: reason) },
            usage: TokenUsage(
                promptTokens: chat.messages.map(Self.estimatedTokens).reduce(0, +),
                completionTokens: Self.estimatedTokens(message) * max(1, chat.n ?? 1)
            )
        )
    }
}

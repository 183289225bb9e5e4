import Foundation
import Tchavi

extension LocalGateway {
    static func chat(_ request: ReceivedRequest) throws(RequestFailure) -> (chat: ChatRequest, isStream: Bool) {
        do {
            let json = try JSONValue(parsing: request.body)
            let chat = try ChatRequest(json: json)
            guard (1...128).contains(chat.n ?? 1) else { throw JSONError("`n` must be between 1 and 128") }
            return (chat, json["stream"]?.boolean ?? false)
        } catch {
            throw .invalid("The request body is not valid: \((error as? JSONError)?.description ?? "\(error)").")
        }
    }

    func response(
        for scripted: ScriptedResponse,
        _ call: AuthenticatedRequest,
        number: Int
    ) throws -> TransportResponse {
        var completion: ChatCompletion
        switch scripted {
        case .failure(let error): throw error
        case .response(let status, let headers, let body):
            return TransportResponse(status: status, headers: headers, body: TransportBody(body))
        case .error(let status, let code, let message, let headers):
            return Self.error(status, code, message, headers: headers)
        case .completion, .text, .toolCalls: break
        }
        let (chat, isStream) = try Self.chat(call.request)
        switch scripted {
        case .completion(let scripted): completion = scripted
        case .text(let text): completion = makeCompletion(chat, .assistant(.text(text)), .stop, number)
        case .toolCalls(let calls, let text):
            let message = ChatMessage(role: .assistant, content: text.map { .text($0) }, toolCalls: calls)
            completion = makeCompletion(chat, message, .toolCalls, number)
        case .error, .response, .failure: throw RequestFailure.notFound
        }
        let usage = completion.usage ?? TokenUsage(promptTokens: 0, completionTokens: 0)
        completion.tchavi = try state.withLock { state throws(RequestFailure) in
            try charge(call, Self.cost(usage, configuration), model: chat.model, usage, &state.accounts)
        }
        guard isStream else { return Self.json(completion.json) }
        let includesUsage = chat.streamOptions?.includeUsage ?? false
        let events = CompletionEvents.events(of: completion, includesUsage: includesUsage)
        return TransportResponse(
            status: 200,
            headers: [.contentType: "text/event-stream"],
            body: TransportBody(ChunkedData(events, chunkBytes: configuration.streamChunkBytes))
        )
    }

    private func makeCompletion(
        _ chat: ChatRequest,
        _ message: ChatMessage,
        _ reason: FinishReason,
        _ number: Int
    ) -> ChatCompletion {
        ChatCompletion(
            id: "chatcmpl-local-\(number)",
            created: Int(configuration.now().timeIntervalSince1970),
            model: chat.model,
            choices: (0..<max(1, chat.n ?? 1)).map { ChatChoice(index: $0, message: message, finishReason: reason) },
            usage: TokenUsage(
                promptTokens: chat.messages.map(Self.estimatedTokens).reduce(0, +),
                completionTokens: Self.estimatedTokens(message) * max(1, chat.n ?? 1)
            )
        )
    }
}

public import Foundation
public import Tchavi

/// The gateway's chat API within the process, without a network: for tests, examples and work offline.
///
/// It is no model. What it answers is scripted (``enqueue(_:)``, ``init(configuration:answering:)``) or derived from
/// the request by fixed rules; its token counts are estimates. Everything around the answer is as with the real
/// gateway: keys, credits that run down, errors, streams, and the metadata that follows them.
///
/// ```swift
/// let gateway = LocalGateway()
/// gateway.enqueue(.text("Your order left our house this morning."))
/// let completion = try await gateway.client().chat.complete(request)
/// gateway.requests.count  // 1
/// ```
public final class LocalGateway: HTTPTransport {
    /// How the gateway behaves.
    public struct Configuration: Sendable {
        /// The keys that are accepted.
        public var apiKeys: Set<String> = [LocalGateway.defaultAPIKey]
        /// The credits that the account has.
        public var credits: Decimal = 1000
        /// What a thousand tokens cost, in credits.
        public var creditsPerThousandTokens: Decimal = 1
        /// How many bytes a piece of a stream has; `nil` for one event a piece. Any number splits events, and
        /// characters, wherever it falls.
        public var streamPieceBytes: Int?
        /// How long the gateway thinks before it answers.
        public var latency: Duration = .zero
        /// What measures the latency.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// What day it is.
        public var now: @Sendable () -> Date = { Date() }

        /// Makes a configuration; set what differs from it afterwards.
        public init() {}
    }

    /// What the gateway answers to one request.
    public enum Answer: Sendable {
        /// A text.
        case text(String)
        /// Calls of tools, with a text beside them or none.
        case toolCalls([ToolCall], text: String? = nil)
        /// A completion as it is, but for what the gateway charges.
        case completion(ChatCompletion)
        /// An error in the gateway's form; nothing is charged.
        case error(status: Int, code: String, message: String, headers: HTTPHeaders = HTTPHeaders())
        /// An answer as it is; nothing is charged.
        case response(status: Int, headers: HTTPHeaders, body: Data)
        /// No answer: the transport fails with this error.
        case failure(TchaviError)

        /// Too many requests.
        ///
        /// - Parameter retryAfter: How long to wait, in whole seconds; `nil` says nothing of it.
        /// - Returns: A 429 with `Retry-After`.
        public static func rateLimited(retryAfter: Duration? = nil) -> Answer {
            var headers = HTTPHeaders()
            headers["Retry-After"] = retryAfter.map { String($0.components.seconds) }
            return .error(
                status: 429,
                code: "rate_limit_exceeded",
                message: "Too many requests for this key.",
                headers: headers
            )
        }
    }

    /// The key that a gateway accepts unless told otherwise.
    public static let defaultAPIKey = "sk-tch-local-gateway"

    private struct State {
        var credits: Decimal
        var script: [Answer] = []
        var requests: [ReceivedRequest] = []
        var served = 0
    }

    private let configuration: Configuration
    private let answering: @Sendable (ChatRequest) throws -> Answer
    private let state: Locked<State>

    /// Opens a gateway.
    ///
    /// - Parameters:
    ///   - configuration: How the gateway behaves.
    ///   - answering: What to answer where nothing is scripted. Unless given, ``derivedAnswer(to:)``.
    public init(
        configuration: Configuration = Configuration(),
        answering: @escaping @Sendable (ChatRequest) throws -> Answer = { LocalGateway.derivedAnswer(to: $0) }
    ) {
        self.configuration = configuration
        self.answering = answering
        state = Locked(State(credits: configuration.credits))
    }

    /// A client of this gateway, with a key that it accepts.
    ///
    /// - Parameter configuration: How the client behaves; its transport is replaced by this gateway.
    /// - Returns: The client.
    public func client(configuration: TchaviClient.Configuration = TchaviClient.Configuration()) -> TchaviClient {
        var configuration = configuration
        configuration.transport = self
        return TchaviClient(.apiKey(Secret(acceptedKey)), configuration: configuration)
    }

    /// Scripts the answers to the next requests that have a valid key. They are used up in their order.
    ///
    /// - Parameter answers: The answers.
    public func enqueue(_ answers: Answer...) {
        state.withLock { $0.script += answers }
    }

    /// Every request that arrived, in order, also those that were refused.
    public var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    /// Every chat request that arrived and could be read, in order.
    public var chatRequests: [ChatRequest] {
        requests.compactMap { request in request.json.flatMap { try? ChatRequest(json: $0) } }
    }

    /// The credits that are left.
    public var creditsRemaining: Decimal { state.withLock { $0.credits } }

    private var acceptedKey: String { configuration.apiKeys.min() ?? Self.defaultAPIKey }

    /// Answers a request.
    ///
    /// - Parameter request: The request.
    /// - Returns: The answer.
    /// - Throws: `CancellationError`, or the error of a scripted ``Answer/failure(_:)``.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let target = request.url.path + (request.url.query.map { "?" + $0 } ?? "")
        return try await respond(
            to: ReceivedRequest(
                method: request.method,
                target: target,
                headers: request.headers,
                body: request.body ?? Data()
            )
        )
    }

    func respond(to request: ReceivedRequest) async throws -> HTTPResponse {
        let number = state.withLock { state in
            state.requests.append(request)
            state.served += 1
            return state.served
        }
        var response = try await answer(request, number: number)
        response.headers["x-request-id"] = "req-local-\(number)"
        return response
    }

    private func answer(_ request: ReceivedRequest, number: Int) async throws -> HTTPResponse {
        if configuration.latency > .zero { try await configuration.clock.sleep(for: configuration.latency) }
        let authorization = request.headers["Authorization"] ?? ""
        guard configuration.apiKeys.contains(where: { authorization == "Bearer \($0)" }) else {
            return Self.error(401, "unauthorized", "The API key is missing or not valid.")
        }
        guard request.method == .post, request.path == "/v1/chat/completions" else {
            return Self.error(404, "not_found", "\(request.method) \(request.path) is not served here.")
        }
        let chat: ChatRequest
        let isStream: Bool
        do {
            let json = try JSONValue(parsing: request.body)
            chat = try ChatRequest(json: json)
            isStream = json["stream"]?.boolean ?? false
        } catch {
            return Self.error(400, "invalid_request", "The body cannot be read: \(error.description).")
        }
        guard (1...128).contains(chat.n ?? 1) else {
            return Self.error(400, "invalid_request", "`n` is beyond what can be answered.")
        }
        let scripted = state.withLock { state in state.script.isEmpty ? nil : state.script.removeFirst() }
        let answer = try scripted ?? answering(chat)
        return try reply(answer, to: chat, isStream: isStream, number: number)
    }

    private func reply(_ answer: Answer, to chat: ChatRequest, isStream: Bool, number: Int) throws -> HTTPResponse {
        var completion: ChatCompletion
        switch answer {
        case .failure(let error): throw error
        case .response(let status, let headers, let body):
            return HTTPResponse(status: status, headers: headers, body: HTTPBody(body))
        case .error(let status, let code, let message, let headers):
            return Self.error(status, code, message, headers: headers)
        case .completion(let scripted): completion = scripted
        case .text(let text):
            completion = makeCompletion(chat, .assistant(.text(text)), .stop, number)
        case .toolCalls(let calls, let text):
            let message = ChatMessage(role: .assistant, content: text.map { .text($0) }, toolCalls: calls)
            completion = makeCompletion(chat, message, .toolCalls, number)
        }
        let tokens = completion.usage?.totalTokens ?? 0
        let cost = Decimal(tokens) * configuration.creditsPerThousandTokens / 1000
        let remaining = state.withLock { state -> Decimal? in
            guard state.credits >= cost else { return nil }
            state.credits -= cost
            return state.credits
        }
        guard let remaining else {
            let details: JSONValue = ["creditsRemaining": creditsRemaining.json, "creditsNeeded": cost.json]
            return Self.error(402, "insufficient_credits", "The account has too few credits.", details: details)
        }
        completion.tchavi = TchaviMetadata(
            tier: "STANDARD",
            modelType: "chat",
            mode: "standard",
            modeEffective: "standard",
            creditsUsed: cost,
            creditsRemaining: remaining
        )
        guard isStream else {
            return HTTPResponse(
                status: 200,
                headers: ["Content-Type": "application/json"],
                body: HTTPBody(completion.json.serializedData())
            )
        }
        let includesUsage = chat.streamOptions?.includeUsage ?? false
        let events = CompletionEvents.events(of: completion, includesUsage: includesUsage)
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": "text/event-stream"],
            body: HTTPBody(Pieces(events, bytes: configuration.streamPieceBytes))
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

    private static func error(
        _ status: Int,
        _ code: String,
        _ message: String,
        headers: HTTPHeaders = HTTPHeaders(),
        details: JSONValue? = nil
    ) -> HTTPResponse {
        var headers = headers
        headers["Content-Type"] = "application/json"
        var body: JSONValue = [
            "error": .string(code), "message": .string(message), "statusCode": .integer(Int64(status)),
        ]
        if let details, case .object(var members) = body {
            members["details"] = details
            body = .object(members)
        }
        return HTTPResponse(status: status, headers: headers, body: HTTPBody(body.serializedData()))
    }
}

/// Bytes handed out piece by piece, at the pace at which they are read.
struct Pieces: AsyncSequence, Sendable {
    typealias Element = Data
    typealias Failure = any Error

    private let pieces: [Data]

    /// - Parameters:
    ///   - events: The pieces, if they are to come as they are.
    ///   - bytes: How many bytes each piece is to have instead.
    init(_ events: [Data], bytes: Int?) {
        guard let bytes else {
            pieces = events
            return
        }
        let whole = events.reduce(into: Data()) { $0.append($1) }
        pieces = stride(from: 0, to: whole.count, by: Swift.max(1, bytes)).map { start in
            whole.subdata(in: start..<Swift.min(whole.count, start + Swift.max(1, bytes)))
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        var pieces: ArraySlice<Data>

        mutating func next() async throws -> Data? {
            try Task.checkCancellation()
            return pieces.popFirst()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: pieces[...]) }
}

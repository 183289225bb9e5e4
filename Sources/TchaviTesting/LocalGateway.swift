public import Foundation
public import Tchavi

/// The whole gateway within the process, without a network: for tests, examples and work offline.
///
/// It is no model. What it answers is scripted (``enqueue(_:)``, ``init(configuration:responding:)``) or derived from
/// the request by fixed rules; its token counts are estimates. Everything around the answer is as with the real
/// gateway: keys and sessions, credits that run down, errors, streams and the metadata that follows them, and a usage
/// history that adds up with what was charged. Payments are under way when they are first looked at, and complete the
/// next time.
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
        /// How long an access token is valid.
        public var accessTokenLifetime: Duration = .seconds(900)
        /// How long the gateway thinks before it answers.
        public var latency: Duration = .zero
        /// Whether requests are kept for ``LocalGateway/requests``, and calls for the usage history; without end, so a
        /// gateway that serves very many had better not.
        public var remembersRequests = true
        /// What measures the latency.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// What day it is.
        public var now: @Sendable () -> Date = { Date() }

        /// Makes a configuration; set what differs from it afterwards.
        public init() {}
    }

    /// What the gateway answers to one request.
    public enum ScriptedResponse: Sendable {
        /// A text.
        case text(String)
        /// Calls of tools, with a text beside them or none.
        case toolCalls([ToolCall], text: String? = nil)
        /// A completion as it is, but for what the gateway charges.
        case completion(ChatCompletion)
        /// An error in the gateway's form; nothing is charged.
        case error(status: Int, code: String, message: String, headers: HeaderFields = HeaderFields())
        /// An answer as it is; nothing is charged.
        case response(status: Int, headers: HeaderFields, body: Data)
        /// No answer: the transport fails with this error.
        case failure(TchaviError)

        /// Too many requests.
        ///
        /// - Parameter retryAfter: How long to wait, in whole seconds; `nil` says nothing of it.
        /// - Returns: A 429 with `Retry-After`.
        public static func rateLimited(retryAfter: Duration? = nil) -> ScriptedResponse {
            var headers = HeaderFields()
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
    /// The e-mail address of the account that every gateway has, and that its keys belong to.
    public static let defaultEmail = "ada@tchavi.example"
    /// The password of that account.
    public static let defaultPassword = "local-gateway-password"

    private struct State {
        var accounts: LocalAccounts
        var script: [ScriptedResponse] = []
        var requests: [ReceivedRequest] = []
        var served = 0
    }

    let configuration: Configuration
    private let responding: @Sendable (ChatRequest) throws -> ScriptedResponse
    private let state: Locked<State>

    /// Opens a gateway.
    ///
    /// - Parameters:
    ///   - configuration: How the gateway behaves.
    ///   - responding: What to answer where nothing is scripted. Unless given, ``derivedResponse(to:)``.
    public init(
        configuration: Configuration = Configuration(),
        responding: @escaping @Sendable (ChatRequest) throws -> ScriptedResponse = {
            LocalGateway.derivedResponse(to: $0)
        }
    ) {
        self.configuration = configuration
        self.responding = responding
        var accounts = LocalAccounts()
        let now = configuration.now()
        let account = accounts.register(
            email: Self.defaultEmail,
            password: Self.defaultPassword,
            name: "Ada",
            credits: configuration.credits,
            now: now
        )
        accounts[account].isVerified = true
        for key in configuration.apiKeys.sorted() {
            _ = accounts.createKey(account, secret: key, APIKeyParameters(label: "default"), now: now)
        }
        accounts.keepsLogs = configuration.remembersRequests
        state = Locked(State(accounts: accounts))
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
    /// Texts, tool calls and completions wait for a chat request; errors, answers as they are and failures are taken by
    /// whatever comes next.
    ///
    /// - Parameter answers: The answers.
    public func enqueue(_ answers: ScriptedResponse...) {
        state.withLock { $0.script += answers }
    }

    /// Every request that arrived, in order, also those that were refused.
    public var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    /// Every chat request that arrived and could be read, in order.
    public var chatRequests: [ChatRequest] {
        requests.compactMap { request in request.json.flatMap { try? ChatRequest(json: $0) } }
    }

    /// The credits that are left of the account that every gateway has.
    public var creditsRemaining: Decimal { state.withLock { $0.accounts[0].credits } }

    private var acceptedKey: String { configuration.apiKeys.min() ?? Self.defaultAPIKey }

    /// Answers a request.
    ///
    /// - Parameter request: The request.
    /// - Returns: The answer.
    /// - Throws: `CancellationError`, or the error of a scripted ``ScriptedResponse/failure(_:)``.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        return try await respond(
            to: ReceivedRequest(
                method: request.method,
                target: request.target,
                headers: request.headers,
                body: request.body ?? Data()
            )
        )
    }

    func respond(to request: ReceivedRequest) async throws -> TransportResponse {
        let number = state.withLock { state in
            if configuration.remembersRequests { state.requests.append(request) }
            state.served += 1
            return state.served
        }
        var response = try await answer(request, number: number)
        response.headers["x-request-id"] = "req-local-\(number)"
        return response
    }

    private func answer(_ request: ReceivedRequest, number: Int) async throws -> TransportResponse {
        if configuration.latency > .zero { try await configuration.clock.sleep(for: configuration.latency) }
        do {
            if let response = try state.withLock({ state throws(RequestFailure) in try session(request, &state.accounts)
            }) {
                return response
            }
            let call = try authenticated(request)
            let isChat = request.method == .post && request.path == "/v1/chat/completions"
            if let scripted = script(call, isChat: isChat) { return try reply(scripted, call, number: number) }
            guard isChat else {
                return try state.withLock { state throws(RequestFailure) in try resource(call, &state.accounts) }
            }
            return try reply(responding(try Self.chat(request).chat), call, number: number)
        } catch let failure as RequestFailure {
            return Self.error(failure.status, failure.code, failure.message, details: failure.details)
        }
    }

    private func authenticated(_ request: ReceivedRequest) throws(RequestFailure) -> AuthenticatedRequest {
        let now = configuration.now()
        let bearer = request.headers["Authorization"].map { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : "" }
        guard let caller = state.withLock({ $0.accounts.caller(bearer: bearer ?? "", now: now) }) else {
            throw RequestFailure(
                status: 401,
                code: "unauthorized",
                message: "The API key or token is missing or not valid."
            )
        }
        return AuthenticatedRequest(request, caller, now: now)
    }

    /// Takes the first scripted answer, if it is for a request of that kind.
    private func script(_ call: AuthenticatedRequest, isChat: Bool) -> ScriptedResponse? {
        state.withLock { state in
            switch state.script.first {
            case nil: return nil
            case .text, .toolCalls, .completion:
                guard isChat else { return nil }
            case .error, .response, .failure: break
            }
            let answer = state.script.removeFirst()
            if case .error(_, let code, _, _) = answer {
                let model = call.request.json?["model"]?.string ?? ""
                let nothing = TokenUsage(promptTokens: 0, completionTokens: 0)
                state.accounts.log(
                    call.caller,
                    endpoint: call.request.path,
                    model: model,
                    usage: nothing,
                    charged: 0,
                    errorCode: code,
                    now: call.now
                )
            }
            return answer
        }
    }

    private static func chat(_ request: ReceivedRequest) throws(RequestFailure) -> (chat: ChatRequest, isStream: Bool) {
        do {
            let json = try JSONValue(parsing: request.body)
            let chat = try ChatRequest(json: json)
            guard (1...128).contains(chat.n ?? 1) else { throw JSONError("`n` is beyond what can be answered") }
            return (chat, json["stream"]?.boolean ?? false)
        } catch {
            throw .invalid("The body cannot be read: \((error as? JSONError)?.description ?? "\(error)").")
        }
    }

    private func reply(_ scripted: ScriptedResponse, _ call: AuthenticatedRequest, number: Int) throws
        -> TransportResponse
    {
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
        case .completion(let given): completion = given
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
            headers: ["Content-Type": "text/event-stream"],
            body: TransportBody(Pieces(events, bytes: configuration.streamPieceBytes))
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

    static func error(
        _ status: Int,
        _ code: String,
        _ message: String,
        headers: HeaderFields = HeaderFields(),
        details: JSONValue? = nil
    ) -> TransportResponse {
        var headers = headers
        headers["Content-Type"] = "application/json"
        var body: JSONValue = [
            "error": .string(code), "message": .string(message), "statusCode": .integer(Int64(status)),
        ]
        if let details, case .object(var members) = body {
            members["details"] = details
            body = .object(members)
        }
        return TransportResponse(status: status, headers: headers, body: TransportBody(body.serializedData()))
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

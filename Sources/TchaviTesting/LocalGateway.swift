public import Foundation
public import Tchavi

/// An in-process gateway that needs no network, for tests, examples and offline work.
///
/// It is not a language model: its responses are scripted (``enqueue(_:)``, ``init(configuration:responding:)``) or
/// derived from the request by fixed rules. Everything else behaves as on a gateway: keys and sessions, credits that run
/// out, errors, streams and the metadata that follows them, and a usage history that matches the charges.
///
/// ```swift
/// let gateway = LocalGateway()
/// gateway.enqueue(.text("Your order was shipped this morning."))
/// let completion = try await gateway.client().chat.complete(request)
/// gateway.requests.count  // 1
/// ```
///
/// ## What is a guess
///
/// The gateway's published types define the bodies of requests and responses, the form of errors, and what 401, 402 and
/// 429 mean. Where they are silent, this type guesses, so do not let a test depend on the following:
///
/// - **Endpoints**: all paths and methods but `/auth/refresh`; they are those that the client uses by default.
/// - **Errors**: the names (`unauthorized`, `insufficient_credits`, `rate_limit_exceeded`, `invalid_request`,
///   `forbidden`, `not_found`, `conflict`), the messages, the statuses 400, 403, 404 and 409, 201 for what was created,
///   the `details` of a 402, and the header `x-request-id`.
/// - **Idempotency keys**: they are not honoured. Each request is carried out, and charged.
/// - **Sessions**: the refresh cookie is named `refreshToken`, has the path `/auth`, and is replaced at every refresh.
///   Logging out ends all access tokens of the account. An access token is valid for 15 minutes. A new account has no
///   credits and can log in before its address is verified. Every endpoint accepts both keys and access tokens.
/// - **API keys**: a prefix of 12 characters; a revoked key stays in the list. Allowed addresses and endpoints are
///   stored, but not enforced. Changing a key ignores an expiry date, which the published type lacks.
/// - **Payments**: a payment is pending when its status is first fetched, and completed from the second time on.
///   The provider is always `PAWAPAY`, and there is no redirect.
/// - **Tokens and charges**: one token for every four bytes of text, 85 for an image and four for a message; credits in
///   proportion to the tokens (``Configuration/creditsPerThousandTokens``), and five for a generated image.
/// - **Usage**: `day`, `week` and `month` are the last 1, 7 and 30 days; the latency is always 1 ms.
/// - **Limits**: pages have 20 elements by default and 100 at most; requests are limited to 128 choices, 10 images and
///   4,096 dimensions.
/// - **Refusals**: what OpenAI's API refuses in the messages of a chat (unknown roles, missing content, tool messages
///   and calls without each other), and an empty model, input or prompt. Other parameters are hardly checked.
/// - **Catalogues**: the credit packs and models, and the metadata's tier and mode.
public final class LocalGateway: HTTPTransport {
    /// The API key that a gateway accepts by default.
    public static let defaultAPIKey = "sk-tch-local-gateway"
    /// The e-mail address of the default account, which owns the configured API keys.
    public static let defaultEmail = "ada@tchavi.example"
    /// The password of the default account.
    public static let defaultPassword = "local-gateway-password"

    struct State {
        var accounts: LocalAccounts
        var script: [ScriptedResponse] = [] {
            didSet { isScriptRead = false }
        }
        /// Whether a test has read the script as it is now.
        var isScriptRead = false
        var requests: [ReceivedRequest] = []
        var served = 0
    }

    let configuration: Configuration
    private let responding: @Sendable (ChatRequest) throws -> ScriptedResponse
    let state: Locked<State>

    /// Creates a gateway with a default account.
    ///
    /// - Parameters:
    ///   - configuration: The gateway's settings.
    ///   - responding: Returns the response to a chat request for which none is scripted; by default
    ///     ``derivedResponse(to:)``.
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

    deinit {
        let unused = state.withLock { $0.isScriptRead ? [] : $0.script }
        guard !unused.isEmpty else { return }
        let line = "LocalGateway: scripted responses were left unused: \(unused)\n"
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }

    /// Creates a client of this gateway, with a key that the gateway accepts.
    ///
    /// - Parameter configuration: The client's configuration; this gateway replaces its transport.
    /// - Returns: The client.
    public func client(configuration: TchaviClient.Configuration = TchaviClient.Configuration()) -> TchaviClient {
        var configuration = configuration
        configuration.transport = self
        return TchaviClient(.apiKey(Secret(acceptedKey)), configuration: configuration)
    }

    /// Scripts the responses to the next requests with a valid credential, in order. Each is used once.
    ///
    /// Text, tool calls, completions and cut streams are kept for the next chat request that is not refused; errors,
    /// HTTP responses and failures are used for the next request of any kind. Responses that are left over when the
    /// gateway is released are listed on standard error, unless the test has read ``unusedResponses``.
    ///
    /// - Parameter responses: The responses to add to the script.
    public func enqueue(_ responses: ScriptedResponse...) {
        state.withLock { $0.script += responses }
    }

    /// The scripted responses that no request has used yet, in order. A test whose requests are meant to use them all
    /// ends with:
    ///
    /// ```swift
    /// #expect(gateway.unusedResponses.isEmpty)
    /// ```
    ///
    /// Otherwise, the gateway writes a line with them to standard error when it is released. A test that leaves some on
    /// purpose reads this property at its end, and nothing is written.
    public var unusedResponses: [ScriptedResponse] {
        state.withLock { state in
            state.isScriptRead = true
            return state.script
        }
    }

    /// All requests received so far, in order, including those that were refused.
    public var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    /// All valid chat requests received so far, in order.
    public var chatRequests: [ChatRequest] {
        requests.compactMap { request in request.json.flatMap { try? ChatRequest(json: $0) } }
    }

    /// The remaining credits of the default account.
    public var creditsRemaining: Decimal { state.withLock { $0.accounts[0].credits } }

    private var acceptedKey: String { configuration.apiKeys.min() ?? Self.defaultAPIKey }

    /// Responds to a request in the process.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response.
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
        var response = try await response(to: request, number: number)
        response.headers[.requestID] = "req-local-\(number)"
        return response
    }

    private func response(to request: ReceivedRequest, number: Int) async throws -> TransportResponse {
        if configuration.latency > .zero { try await configuration.clock.sleep(for: configuration.latency) }
        let body = Result { () throws(JSONError) in try JSONValue(parsing: request.body) }
        let json = try? body.get()
        do {
            let opened = try state.withLock { state throws(RequestFailure) in
                try session(request, json, &state.accounts)
            }
            if let opened { return opened }
            let call = try authenticated(request, body)
            if let scripted = try nextScripted(call) { return try response(for: scripted, call, number: number) }
            guard let chat = call.chat else {
                return try state.withLock { state throws(RequestFailure) in try resource(call, &state.accounts) }
            }
            return try response(for: responding(chat.get().chat), call, number: number)
        } catch let failure as RequestFailure {
            return Self.error(failure.status, failure.code, failure.message, details: failure.details)
        }
    }

    private func authenticated(
        _ request: ReceivedRequest,
        _ body: Result<JSONValue, JSONError>
    ) throws(RequestFailure) -> AuthenticatedRequest {
        let now = configuration.now()
        let bearer = request.headers[.authorization].map { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : "" }
        guard let caller = state.withLock({ $0.accounts.caller(bearer: bearer ?? "", now: now) }) else {
            throw RequestFailure(
                status: 401,
                code: "unauthorized",
                message: "The API key or access token is missing or not valid."
            )
        }
        return AuthenticatedRequest(request, body: body, caller, now: now)
    }

    /// Removes and returns the next scripted response, if it suits a request of this kind.
    private func nextScripted(_ call: AuthenticatedRequest) throws(RequestFailure) -> ScriptedResponse? {
        try state.withLock { state throws(RequestFailure) in
            switch state.script.first {
            case nil: return nil
            case .text, .toolCalls, .completion, .cutStream:
                guard let chat = call.chat else { return nil }
                // A request that is refused uses no completion.
                _ = try chat.get()
            case .error, .response, .failure: break
            }
            return state.script.removeFirst()
        }
    }
}

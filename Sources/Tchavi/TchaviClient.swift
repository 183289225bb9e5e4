public import Foundation

/// A client of the Tchavi gateway: what a program holds to make calls.
///
/// ```swift
/// let client = TchaviClient(.apiKey("sk-tch-…"))
/// let completion = try await client.chat.complete(
///     ChatRequest(model: "gpt-4o-mini", messages: [.user("Say hello.")])
/// )
/// print(completion.text)
/// ```
///
/// A client is a value, cheap to copy and safe to share between tasks. Its connections belong to its transport.
public struct TchaviClient: Sendable {
    package let pipeline: HTTPPipeline

    /// Makes a client. Nothing is sent before the first call, which also reports settings that cannot be used.
    ///
    /// - Parameters:
    ///   - credential: How the client proves who is calling.
    ///   - configuration: Where the gateway is, and how calls behave.
    public init(_ credential: Credential, configuration: Configuration = Configuration()) {
        pipeline = HTTPPipeline(credential: credential, configuration: configuration)
    }

    /// How the client behaves.
    public var configuration: Configuration { pipeline.configuration }

    /// Chat completions.
    public var chat: Chat { Chat(pipeline: pipeline) }
    /// Embeddings.
    public var embeddings: Embeddings { Embeddings(pipeline: pipeline) }
    /// Images.
    public var images: Images { Images(pipeline: pipeline) }
    /// The account's credits.
    public var credits: Credits { Credits(pipeline: pipeline) }
    /// The account's API keys.
    public var apiKeys: APIKeys { APIKeys(pipeline: pipeline) }
    /// What the account has used.
    public var usage: Usage { Usage(pipeline: pipeline) }
    /// The models that the gateway offers.
    public var models: Models { Models(pipeline: pipeline) }
    /// Logging in and out, and registering.
    public var auth: Authentication { Authentication(pipeline: pipeline) }
    /// The account that is calling.
    public var users: Users { Users(pipeline: pipeline) }
    /// Payments for packs of credits.
    public var payments: Payments { Payments(pipeline: pipeline) }

    /// Makes a client from `TCHAVI_API_KEY`, `TCHAVI_BASE_URL` and `TCHAVI_ALLOW_INSECURE_HTTP`.
    ///
    /// - Parameters:
    ///   - environment: The variables to read.
    ///   - configuration: How calls behave; its base URL is replaced where a variable names another.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/authentication`` where `TCHAVI_API_KEY` is not set, and of
    ///   code ``TchaviError/Code/invalidRequest`` where `TCHAVI_BASE_URL` is no URL.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        configuration: Configuration = Configuration()
    ) throws(TchaviError) {
        guard let key = environment["TCHAVI_API_KEY"], !key.isEmpty else {
            throw TchaviError(
                .authentication,
                "TCHAVI_API_KEY is not set.",
                advice: "Set it to the key that the gateway's dashboard showed."
            )
        }
        var configuration = configuration
        if let text = environment["TCHAVI_BASE_URL"], !text.isEmpty {
            guard let url = URL(string: text) else {
                throw TchaviError(
                    .invalidRequest,
                    "TCHAVI_BASE_URL is `\(text)`, which is no URL.",
                    advice: "Set it to something like https://gateway.example."
                )
            }
            configuration.baseURL = url
        }
        if environment["TCHAVI_ALLOW_INSECURE_HTTP"] == "1" { configuration.allowsInsecureHTTP = true }
        self.init(.apiKey(Secret(key)), configuration: configuration)
    }

    /// Calls an endpoint that has no method of its own yet, with the same credentials, retries and errors.
    ///
    /// ```swift
    /// let answer = try await client.send(Endpoint(.get, "/v1/files/{id}"), parameters: ["id": "file-1"])
    /// ```
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint's method and path.
    ///   - parameters: The values of the path's parameters.
    ///   - query: The query's items, in order.
    ///   - body: The request's body.
    ///   - options: What this call does differently.
    /// - Returns: The answer's body.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func send(
        _ endpoint: Endpoint,
        parameters: [String: String] = [:],
        query: KeyValuePairs<String, String> = [:],
        body: JSONValue? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws -> JSONValue {
        var call = HTTPPipeline.Call(endpoint, body: body)
        call.parameters = parameters
        call.query = query.map { (name: $0.key, value: $0.value) }
        return try await pipeline.send(call, options).json
    }

    /// Calls an endpoint that answers with server-sent events and has no method of its own yet.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint's method and path.
    ///   - parameters: The values of the path's parameters.
    ///   - query: The query's items, in order.
    ///   - body: The request's body.
    ///   - options: What this call does differently.
    /// - Returns: The events as they arrive, to be iterated once.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func stream(
        _ endpoint: Endpoint,
        parameters: [String: String] = [:],
        query: KeyValuePairs<String, String> = [:],
        body: JSONValue? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws -> ServerSentEventStream {
        var call = HTTPPipeline.Call(endpoint, body: body)
        call.parameters = parameters
        call.query = query.map { (name: $0.key, value: $0.value) }
        call.accept = "text/event-stream"
        let response = try await pipeline.stream(call, options)
        return ServerSentEventStream(response, pipeline: pipeline)
    }

    static let userAgent = "tchavi-swift/0.1.0"
}

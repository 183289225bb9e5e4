public import Foundation

/// A client for the Tchavi gateway.
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

    /// Creates a client. Nothing is sent before the first call, which also reports invalid settings.
    ///
    /// - Parameters:
    ///   - credential: The API key, account or token with which the client authenticates.
    ///   - configuration: The gateway's address, and how calls behave.
    public init(_ credential: Credential, configuration: Configuration = Configuration()) {
        pipeline = HTTPPipeline(credential: credential, configuration: configuration)
    }

    /// The configuration that the client was created with.
    public var configuration: Configuration { pipeline.configuration }

    /// Chat completions, whole or streamed.
    public var chat: Chat { Chat(pipeline: pipeline) }
    /// Embeddings of texts or tokens.
    public var embeddings: Embeddings { Embeddings(pipeline: pipeline) }
    /// The generation of images.
    public var images: Images { Images(pipeline: pipeline) }
    /// The account's credits, and the packs of credits that can be bought.
    public var credits: Credits { Credits(pipeline: pipeline) }
    /// The account's API keys: to list, create, change and revoke them.
    public var apiKeys: APIKeys { APIKeys(pipeline: pipeline) }
    /// The account's usage statistics, and its log of calls.
    public var usage: Usage { Usage(pipeline: pipeline) }
    /// The models that the gateway offers, and what they cost.
    public var models: Models { Models(pipeline: pipeline) }
    /// Login, logout and registration.
    public var auth: Authentication { Authentication(pipeline: pipeline) }
    /// The account that the client authenticates as.
    public var users: Users { Users(pipeline: pipeline) }
    /// Payments for packs of credits: to initiate and list them.
    public var payments: Payments { Payments(pipeline: pipeline) }

    /// Creates a client from `TCHAVI_API_KEY`, `TCHAVI_BASE_URL` and `TCHAVI_ALLOW_INSECURE_HTTP`.
    ///
    /// - Parameters:
    ///   - environment: The environment variables.
    ///   - configuration: How calls behave; environment variables that are set override its members.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/authentication`` if `TCHAVI_API_KEY` is not set, or of
    ///   code ``TchaviError/Code/invalidRequest`` if `TCHAVI_BASE_URL` is not a valid URL.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        configuration: Configuration = Configuration()
    ) throws(TchaviError) {
        guard let key = environment["TCHAVI_API_KEY"], !key.isEmpty else {
            throw TchaviError(
                .authentication,
                "TCHAVI_API_KEY is not set.",
                advice: "Set it to an API key from the gateway's dashboard."
            )
        }
        var configuration = configuration
        if let text = environment["TCHAVI_BASE_URL"], !text.isEmpty {
            guard let url = URL(string: text) else {
                throw TchaviError(
                    .invalidRequest,
                    // Not repeated here: it may contain a password.
                    "TCHAVI_BASE_URL is not a valid URL.",
                    advice: "Set it to a URL such as https://gateway.example."
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
    /// let file = try await client.send(Endpoint(.get, "/v1/files/{id}"), parameters: ["id": "file-1"])
    /// ```
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint's method and path.
    ///   - parameters: The values for the `{name}` parameters of the path.
    ///   - query: The query items, in order.
    ///   - body: The request body.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The response body.
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

    /// Calls an endpoint that responds with server-sent events and has no method of its own yet.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint's method and path.
    ///   - parameters: The values for the `{name}` parameters of the path.
    ///   - query: The query items, in order.
    ///   - body: The request body.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The events as they arrive. The sequence can be iterated once.
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
        let (response, origin) = try await pipeline.stream(call, options)
        return ServerSentEventStream(response, of: origin, pipeline: pipeline)
    }

    static let userAgent = "tchavi-swift/0.1.0"
}

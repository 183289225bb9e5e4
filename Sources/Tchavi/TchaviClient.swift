public import Foundation

/// A client for the Tchavi gateway.
///
/// ```swift
/// let client = TchaviClient(apiKey: "sk-tch-…", baseURL: "https://gateway.example")
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

    /// Creates a client with an API key. Nothing is sent before the first call, which also reports invalid settings.
    ///
    /// ```swift
    /// let client = TchaviClient(apiKey: key, baseURL: "https://gateway.example")
    /// ```
    ///
    /// - Parameters:
    ///   - apiKey: The API key, kept as a ``Secret``.
    ///   - baseURL: The gateway's base URL, or that of another OpenAI-compatible server. `nil` for the configuration's,
    ///     which is `http://localhost:3001` by default. Of an invalid URL, every call throws ``TchaviError`` of code
    ///     ``TchaviError/Code/invalidRequest``.
    ///   - configuration: How calls behave.
    public init(apiKey: String, baseURL: String? = nil, configuration: Configuration = Configuration()) {
        var configuration = configuration
        if let baseURL { configuration.baseURL = URL(string: baseURL) ?? BaseURL.invalid }
        self.init(.apiKey(apiKey), configuration: configuration)
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

    /// Creates a client from environment variables.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `TCHAVI_API_KEY` | The API key. Required. |
    /// | `TCHAVI_BASE_URL` | The gateway's URL. Without it, the configuration's: `http://localhost:3001` by default. |
    /// | `TCHAVI_ALLOW_INSECURE_HTTP` | `1` allows plain `http` to hosts other than this computer. |
    ///
    /// A variable that is empty counts as not set. Nothing is sent before the first call, which also reports a base URL
    /// that is not an http or https URL.
    ///
    /// - Parameters:
    ///   - environment: The environment variables: the process's own, unless given.
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
                "The environment variable TCHAVI_API_KEY is \(environment["TCHAVI_API_KEY"] == nil ? "not set" : "empty").",
                advice: "Set it to an API key of the gateway, or pass the key with `TchaviClient(apiKey:)`."
            )
        }
        var configuration = configuration
        if let text = environment["TCHAVI_BASE_URL"], !text.isEmpty {
            guard let url = URL(string: text) else {
                throw TchaviError(
                    .invalidRequest,
                    // Not repeated here: it may contain a password.
                    "The environment variable TCHAVI_BASE_URL is not a valid URL.",
                    advice: "Set it to a URL such as https://gateway.example."
                )
            }
            configuration.baseURL = url
        }
        if environment["TCHAVI_ALLOW_INSECURE_HTTP"] == "1" { configuration.allowsInsecureHTTP = true }
        self.init(.apiKey(key), configuration: configuration)
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
        return ServerSentEventStream(try await pipeline.stream(call, options), pipeline: pipeline)
    }

    /// The version of this package.
    package static let packageVersion = "0.1.0"
    package static let userAgent = "tchavi-swift/\(packageVersion)"
}

/// The account's API keys.
public struct APIKeys: Sendable {
    let pipeline: HTTPPipeline

    /// Every key (`GET /api-keys`), without the keys themselves.
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: The keys.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func list(options: RequestOptions = RequestOptions()) async throws -> [APIKey] {
        try await pipeline.list(HTTPPipeline.Call(.apiKeys), options, as: "API keys")
    }

    /// Makes a key (`POST /api-keys`). It is shown this once: keep ``NewAPIKey/key`` somewhere safe.
    ///
    /// The call is sent again only after a 429, or if the gateway was never reached: otherwise a key might be made that
    /// nobody sees.
    ///
    /// - Parameters:
    ///   - parameters: What the key may do.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The key.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func create(
        _ parameters: APIKeyParameters = APIKeyParameters(),
        options: RequestOptions = RequestOptions()
    ) async throws -> NewAPIKey {
        try await pipeline.send(HTTPPipeline.Call(.createAPIKey, body: parameters.json), options, as: "an API key")
    }

    /// One key (`GET /api-keys/{id}`).
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The key.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func retrieve(_ id: String, options: RequestOptions = RequestOptions()) async throws -> APIKey {
        try await pipeline.send(HTTPPipeline.Call(.apiKey, id: id), options, as: "an API key")
    }

    /// Changes a key (`PATCH /api-keys/{id}`). What is `nil` stays as it is.
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - parameters: What changes; its expiry cannot.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The key as it is then.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func update(
        _ id: String,
        _ parameters: APIKeyParameters,
        options: RequestOptions = RequestOptions()
    ) async throws -> APIKey {
        var parameters = parameters
        parameters.expiresAt = nil
        return try await pipeline.send(
            HTTPPipeline.Call(.updateAPIKey, id: id, body: parameters.json),
            options,
            as: "an API key"
        )
    }

    /// Revokes a key (`DELETE /api-keys/{id}`).
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: What the gateway says.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    @discardableResult
    public func delete(_ id: String, options: RequestOptions = RequestOptions()) async throws -> Acknowledgement {
        try await pipeline.send(HTTPPipeline.Call(.deleteAPIKey, id: id), options, as: "an acknowledgement")
    }
}

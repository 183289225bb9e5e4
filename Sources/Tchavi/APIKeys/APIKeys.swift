/// The account's API keys.
public struct APIKeys: Sendable {
    let pipeline: HTTPPipeline

    /// Fetches the settings and the state of every key (`GET /api-keys`).
    ///
    /// - Parameter options: Options that override the client's configuration for this call.
    /// - Returns: The keys.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func list(options: RequestOptions = RequestOptions()) async throws -> [APIKey] {
        try await pipeline.list(HTTPPipeline.Call(.apiKeys), options, as: "API keys")
    }

    /// Creates a key (`POST /api-keys`). It is returned only once: store ``NewAPIKey/key`` in a safe place.
    ///
    /// The call is retried only after a 429, or if the gateway was never reached: otherwise a retry might create a
    /// second key.
    ///
    /// - Parameters:
    ///   - parameters: The key's settings.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The key.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func create(
        _ parameters: APIKeyParameters = APIKeyParameters(),
        options: RequestOptions = RequestOptions()
    ) async throws -> NewAPIKey {
        try await pipeline.send(
            HTTPPipeline.Call(.createAPIKey, body: JSONValue(encoding: parameters)),
            options,
            as: "an API key"
        )
    }

    /// Fetches the settings and the state of one key (`GET /api-keys/{id}`).
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The key.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func retrieve(_ id: String, options: RequestOptions = RequestOptions()) async throws -> APIKey {
        try await pipeline.send(HTTPPipeline.Call(.apiKey, id: id), options, as: "an API key")
    }

    /// Changes a key (`PATCH /api-keys/{id}`). Settings that are `nil` stay as they are.
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - changes: The settings to change.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The changed key.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func update(
        _ id: String,
        _ changes: APIKeyChanges,
        options: RequestOptions = RequestOptions()
    ) async throws -> APIKey {
        try await pipeline.send(
            HTTPPipeline.Call(.updateAPIKey, id: id, body: JSONValue(encoding: changes)),
            options,
            as: "an API key"
        )
    }

    /// Revokes a key (`DELETE /api-keys/{id}`).
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The gateway's message.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    @discardableResult
    public func delete(_ id: String, options: RequestOptions = RequestOptions()) async throws -> Acknowledgement {
        try await pipeline.send(HTTPPipeline.Call(.deleteAPIKey, id: id), options, as: "an acknowledgement")
    }
}

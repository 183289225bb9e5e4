/// Embeddings (`POST /v1/embeddings`).
///
/// ```swift
/// let response = try await client.embeddings.create(
///     EmbeddingRequest(model: "text-embedding-3-small", input: ["first", "second"])
/// )
/// response.data[0].vector  // [Float]
/// ```
public struct Embeddings: Sendable {
    let pipeline: HTTPPipeline

    /// Embeds texts or tokens.
    ///
    /// - Parameters:
    ///   - request: The model, the texts or tokens, and the parameters.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: One embedding for each input, in the order of the inputs.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func create(
        _ request: EmbeddingRequest,
        options: RequestOptions = RequestOptions()
    ) async throws -> EmbeddingsResponse {
        try await pipeline.send(HTTPPipeline.Call(.embeddings, body: request.json), options, as: "embeddings")
    }
}

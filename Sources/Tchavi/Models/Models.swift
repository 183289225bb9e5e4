/// The models that the gateway offers, and what they cost.
public struct Models: Sendable {
    let pipeline: HTTPPipeline

    /// Fetches the models and what they cost (`GET /models`).
    ///
    /// - Parameters:
    ///   - includingInactive: Whether to list models that are out of service too, which only administrators may.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The models.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func list(
        includingInactive: Bool = false,
        options: RequestOptions = RequestOptions()
    ) async throws -> [GatewayModel] {
        var call = HTTPPipeline.Call(.models)
        call.set("all", includingInactive ? "true" : nil)
        return try await pipeline.list(call, options, as: "models")
    }
}

/// Images (`POST /v1/images/generations`).
///
/// ```swift
/// let response = try await client.images.generate(ImageRequest(prompt: "A harbour at dawn"))
/// response.data.first?.url
/// ```
public struct Images: Sendable {
    let pipeline: HTTPPipeline

    /// Generates images.
    ///
    /// - Parameters:
    ///   - request: What the images show, and how.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The images, by URL or as base64.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func generate(
        _ request: ImageRequest,
        options: RequestOptions = RequestOptions()
    ) async throws -> ImagesResponse {
        try await pipeline.send(HTTPPipeline.Call(.imageGenerations, body: request.json), options, as: "images")
    }
}

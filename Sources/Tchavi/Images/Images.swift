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
    ///   - request: The description of the images, and the parameters.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The images, each as a URL or in base64.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func generate(
        _ request: ImageRequest,
        options: RequestOptions = RequestOptions()
    ) async throws -> ImagesResponse {
        try await pipeline.send(HTTPPipeline.Call(.imageGenerations, body: request.json), options, as: "images")
    }
}

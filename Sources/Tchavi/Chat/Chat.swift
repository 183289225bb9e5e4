/// Chat completions (`POST /v1/chat/completions`).
///
/// ```swift
/// let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("Say hello.")])
/// let completion = try await client.chat.complete(request)
///
/// for try await delta in client.chat.stream(request).text {
///     print(delta, terminator: "")
/// }
/// ```
public struct Chat: Sendable {
    let pipeline: HTTPPipeline

    /// Requests a completion and waits for the whole of it.
    ///
    /// - Parameters:
    ///   - request: The model, the messages and the parameters.
    ///   - options: What this call does differently from the client's configuration.
    /// - Returns: The completion.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func complete(
        _ request: ChatRequest,
        options: RequestOptions = RequestOptions()
    ) async throws -> ChatCompletion {
        let call = HTTPPipeline.Call(.chatCompletions, body: request.body(streaming: false))
        return try await pipeline.send(call, options, as: "a chat completion")
    }

    /// Streams a completion while the model writes it.
    ///
    /// Nothing is sent before the first element is asked for, and every error comes with an element. The last chunk
    /// tells the usage, unless ``ChatRequest/streamOptions`` says otherwise.
    ///
    /// - Parameters:
    ///   - request: The model, the messages and the parameters.
    ///   - options: What this call does differently from the client's configuration. Its timeout ends with the response
    ///     headers; from then on ``TchaviClient/Configuration/idleTimeout`` holds.
    /// - Returns: The stream, which can be iterated once.
    public func stream(_ request: ChatRequest, options: RequestOptions = RequestOptions()) -> ChatCompletionStream {
        ChatCompletionStream(request: request, options: options, pipeline: pipeline)
    }
}

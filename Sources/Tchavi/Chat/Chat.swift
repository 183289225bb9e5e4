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

    /// Requests a completion and waits until it is complete.
    ///
    /// - Parameters:
    ///   - request: The model, the messages and the parameters.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The completion.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func complete(
        _ request: ChatRequest,
        options: RequestOptions = RequestOptions()
    ) async throws -> ChatCompletion {
        let call = HTTPPipeline.Call(.chatCompletions, body: request.body(streaming: false))
        return try await pipeline.send(call, options, as: "a chat completion")
    }

    /// Streams a completion while the model generates it.
    ///
    /// Nothing is sent before the first element is requested, and every error is thrown by the iterator. The last chunk
    /// reports the token usage, unless ``ChatRequest/streamOptions`` disables that.
    ///
    /// - Parameters:
    ///   - request: The model, the messages and the parameters.
    ///   - options: Options that override the client's configuration for this call. The timeout ends with the response
    ///     headers; from then on ``TchaviClient/Configuration/idleTimeout`` applies.
    /// - Returns: The stream. It can be iterated once.
    public func stream(_ request: ChatRequest, options: RequestOptions = RequestOptions()) -> ChatCompletionStream {
        ChatCompletionStream(request: request, options: options, pipeline: pipeline)
    }
}

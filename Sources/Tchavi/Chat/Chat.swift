/// Chat completions (`POST /v1/chat/completions`).
///
/// ```swift
/// let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("Say hello.")])
/// let completion = try await client.chat.complete(request)
///
/// for try await delta in try await client.chat.stream(request).text {
///     print(delta, terminator: "")
/// }
/// ```
public struct Chat: Sendable {
    let pipeline: HTTPPipeline

    /// Asks for a completion and waits for the whole of it.
    ///
    /// - Parameters:
    ///   - request: What is asked.
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

    /// Asks for a completion and gives it piece by piece.
    ///
    /// Usage is asked for with the last chunk, unless ``ChatRequest/streamOptions`` says otherwise.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - options: What this call does differently from the client's configuration. Its timeout ends with the head of
    ///     the answer; from then on ``TchaviClient/Configuration/idleTimeout`` holds.
    /// - Returns: The stream, once the gateway has begun to answer.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func stream(
        _ request: ChatRequest,
        options: RequestOptions = RequestOptions()
    ) async throws -> ChatCompletionStream {
        var request = request
        if request.streamOptions == nil { request.streamOptions = StreamOptions(includeUsage: true) }
        var call = HTTPPipeline.Call(.chatCompletions, body: request.body(streaming: true))
        call.accept = "text/event-stream"
        let response = try await pipeline.stream(call, options)
        if response.headers["content-type"]?.lowercased().hasPrefix("application/json") == true {
            throw try await noStream(response, call)
        }
        return ChatCompletionStream(ServerSentEventStream(response, pipeline: pipeline), pipeline: pipeline)
    }

    /// The error for an answer in JSON where a stream was asked for.
    private func noStream(_ response: TransportResponse, _ call: HTTPPipeline.Call) async throws -> TchaviError {
        let limit = pipeline.configuration.maximumResponseBytes
        let data = try await pipeline.time.run(
            within: pipeline.configuration.timeout,
            orThrow: TchaviError(.timeout, "The answer began and did not end.", statusCode: response.status)
        ) {
            try await response.body.collect(upTo: limit)
        }
        let reported = (try? JSONValue(parsing: data)).flatMap { ErrorReader.reported(in: $0, status: response.status) }
        let error =
            reported
            ?? TchaviError(
                .stream,
                "The server answered with one JSON value where a stream was asked for.",
                advice: "Use `chat.complete` with this server.",
                statusCode: response.status
            )
        return pipeline.completed(error, operation: call.operation, headers: response.headers)
    }
}

import Foundation

/// A streamed chat completion, which can be iterated once.
///
/// ```swift
/// for try await event in client.chat.stream(request) {
///     switch event {
///     case .chunk(let chunk): print(chunk.text, terminator: "")
///     case .metadata(let metadata): print("\n\(metadata.creditsUsed) credits")
///     }
/// }
/// ```
///
/// Nothing is sent before the first element is requested. The sequence ends when the completion is complete. It throws
/// ``TchaviError``: the gateway's own errors, also those within the stream; code ``TchaviError/Code/stream`` if it ends
/// too early; ``TchaviError/Code/decoding`` if a chunk cannot be decoded; ``TchaviError/Code/timeout`` if no data
/// arrives in time; ``TchaviError/Code/transport`` if the connection is lost or the completion is larger than
/// ``TchaviClient/Configuration/maximumResponseBytes``; ``TchaviError/Code/invalidRequest`` from a second iterator. The
/// error's ``TchaviError/partialCompletion`` is what had arrived by then. A stream that has
/// begun is never retried. Dropping the iterator cancels the request.
public struct ChatCompletionStream: AsyncSequence, Sendable {
    /// An element of the stream.
    public enum Event: Sendable, Hashable {
        /// A chunk of the completion.
        case chunk(ChatCompletionChunk)
        /// The gateway's metadata, after the last chunk. Other OpenAI-compatible servers send none.
        case metadata(TchaviMetadata)
    }

    /// An element of the stream.
    public typealias Element = Event

    private let request: ChatRequest
    private let options: RequestOptions
    private let pipeline: HTTPPipeline
    private let singlePass = SinglePass()

    init(request: ChatRequest, options: RequestOptions, pipeline: HTTPPipeline) {
        self.request = request
        self.options = options
        self.pipeline = pipeline
    }

    /// Creates the iterator; a second one throws.
    public func makeAsyncIterator() -> Iterator {
        Iterator(.unsent(request, options, singlePass), pipeline)
    }

    /// Reads the stream to its end.
    ///
    /// - Returns: The completion that ``Chat/complete(_:options:)`` would have returned.
    /// - Throws: ``TchaviError``, with what had arrived, or `CancellationError`.
    public func collect() async throws -> ChatCompletion {
        var iterator = makeAsyncIterator()
        while try await iterator.next() != nil {}
        return iterator.completion
    }

    /// The text of the first choice, delta by delta.
    public var text: TextDeltas { TextDeltas(stream: self) }

    /// Reads a stream and accumulates its completion.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate enum State {
            case unsent(ChatRequest, RequestOptions, SinglePass)
            case reading(ServerSentEventStream.Iterator)
            case ended
        }

        private var state: State
        private let pipeline: HTTPPipeline
        private var accumulator = ChatCompletionAccumulator()
        private var isDone = false
        private var origin: ResponseOrigin?
        private var report: StreamReport?
        /// The size of the chunks so far.
        private var bytes = 0
        /// The names of events that are chunks: that of events without one, and those under which a chunk has arrived.
        private var chunkNames: Set<String> = ["message"]

        /// The response's header fields; `nil` until the response has begun.
        public var headers: HeaderFields? { origin?.received }

        fileprivate init(_ state: State, _ pipeline: HTTPPipeline) {
            self.state = state
            self.pipeline = pipeline
        }

        /// The completion as far as it has been read.
        public var completion: ChatCompletion { accumulator.completion }

        /// The tool calls of the first choice as far as they have been read, in the order in which they began.
        package var toolCalls: [ToolCallDelta] { accumulator.toolCalls }

        /// Waits for the next element.
        ///
        /// - Returns: The next element, or `nil` at the end and after an error.
        /// - Throws: ``TchaviError``, with what had arrived, or `CancellationError`.
        public mutating func next() async throws -> Event? {
            do {
                if case .unsent(let request, let options, let singlePass) = state {
                    // Taken with the first element, so that a copy of the iterator cannot send the request again.
                    guard singlePass.take() else { throw TchaviError.iteratedTwice("A chat completion stream") }
                    try await send(request, options)
                }
                return try await read()
            } catch let error as CancellationError {
                state = .ended
                report?.end(.cancelled)
                throw error
            } catch {
                state = .ended
                var failure = TchaviError.transportFailure(error)
                report?.end(.failed(failure.code))
                guard let origin else { throw failure }
                if failure.partial == nil { failure.partial = completion }
                throw pipeline.completed(failure, of: origin)
            }
        }

        private static let call: HTTPPipeline.Call = {
            var call = HTTPPipeline.Call(.chatCompletions)
            call.accept = "text/event-stream"
            return call
        }()

        private mutating func send(_ request: ChatRequest, _ options: RequestOptions) async throws {
            var request = request
            if request.streamOptions == nil { request.streamOptions = StreamOptions(includeUsage: true) }
            var call = Self.call
            call.body = request.body(streaming: true)
            var streamed = try await pipeline.stream(call, options)
            origin = streamed.origin
            // Taken, because what ends the events is not always what ends the completion.
            report = streamed.report.take()
            guard streamed.headers[.contentType]?.lowercased().hasPrefix("application/json") != true else {
                throw try await notAStream(streamed)
            }
            state = .reading(ServerSentEventStream(streamed, pipeline: pipeline).makeAsyncIterator())
        }

        /// The error for a JSON response to a request for a stream: the one that it reports, or one with the completion,
        /// which was paid for.
        private func notAStream(_ streamed: StreamedResponse) async throws -> TchaviError {
            let response = streamed.response
            let limit = pipeline.configuration.maximumResponseBytes
            let remaining = streamed.deadline.map { $0 - pipeline.time.elapsed() }
            let data = try await pipeline.time.run(
                within: [pipeline.configuration.timeout, remaining].compactMap(\.self).min(),
                orThrow: TchaviError(.timeout, "Reading the response body timed out.", statusCode: response.status)
            ) {
                try await response.body.collect(upTo: limit)
            }
            return await LargeData.process(data, bytes: data.count) { data in
                let json = try? JSONValue(parsing: data)
                if let json, let error = ErrorReader.reported(in: json, status: response.status) { return error }
                var error = TchaviError(
                    .stream,
                    "The server responded with JSON instead of server-sent events.",
                    advice: "This server may not support streaming: use `chat.complete`. If the response was a "
                        + "completion, it is in `partialCompletion`.",
                    statusCode: response.status
                )
                error.partial = json.flatMap { try? ChatCompletion(json: $0) }
                return error
            }
        }

        private mutating func read() async throws -> Event? {
            while let event = try await nextEvent() {
                if event.event == "tchavi" {
                    // A completion that was paid for must not fail because its metadata cannot be read.
                    guard let json = try? JSONValue(parsing: event.data), let metadata = try? TchaviMetadata(json: json)
                    else { continue }
                    accumulator.append(metadata)
                    return .metadata(metadata)
                }
                guard !isDone else { continue }
                if event.data == "[DONE]" {
                    isDone = true
                    endSoon()
                    continue
                }
                let isChunk = chunkNames.contains(event.event)
                let decoded = try await LargeData.process(event, bytes: event.data.utf8.count) {
                    event throws(TchaviError) in
                    try Self.chunk(event, isChunk: isChunk)
                }
                guard let chunk = decoded else { continue }
                if !isChunk { chunkNames.insert(event.event) }
                bytes = bytes.addingWithoutOverflow(event.data.utf8.count)
                let limit = pipeline.configuration.maximumResponseBytes
                guard bytes <= limit else { throw TchaviError.tooLarge(limit, "maximumResponseBytes") }
                accumulator.append(chunk)
                return .chunk(chunk)
            }
            if case .ended = state { return nil }
            state = .ended
            guard isDone || accumulator.isFinished else {
                throw TchaviError(
                    .stream,
                    "The stream ended before the completion was finished.",
                    advice: "What had arrived is in `partialCompletion`; retry the request if you need the rest."
                )
            }
            report?.end(.succeeded)
            return nil
        }

        /// Limits the wait for the metadata, which may follow the completion.
        private mutating func endSoon() {
            guard case .reading(var events) = state else { return }
            events.end(within: pipeline.configuration.metadataTimeout)
            state = .reading(events)
        }

        private mutating func nextEvent() async throws -> ServerSentEvent? {
            switch state {
            case .reading(var events):
                // Release the iterator held here, so that the parser's buffers are not copied with every event.
                state = .ended
                do {
                    let event = try await events.next()
                    state = .reading(events)
                    return event
                } catch let error as TchaviError where isDone {
                    // The completion is complete; only the metadata that follows it may be missing.
                    guard error.code == .transport || error.code == .stream else { throw error }
                    state = .reading(events)
                    return nil
                }
            case .unsent, .ended: return nil
            }
        }

        /// The chunk that an event contains, or `nil` if it contains none. `isChunk` is whether events of its name are
        /// chunks; of other events, only those with choices are.
        private static func chunk(_ event: ServerSentEvent, isChunk: Bool) throws(TchaviError) -> ChatCompletionChunk? {
            if event.event == "error" { throw .reported(by: event) }
            let json: JSONValue
            do {
                json = try JSONValue(parsing: event.data)
            } catch {
                if !isChunk { return nil }
                throw .unreadable(error, as: "a chunk of a completion")
            }
            if let error = ErrorReader.reported(in: json, status: nil) { throw error }
            // Some servers name the events of their chunks. Other named events, such as `ping`, are not chunks.
            if !isChunk, json["choices"] == nil { return nil }
            do {
                return try ChatCompletionChunk(json: json)
            } catch {
                throw .unreadable(error, as: "a chunk of a completion")
            }
        }
    }

    /// The text of the first choice, delta by delta; the sequence can be iterated once.
    public struct TextDeltas: AsyncSequence, Sendable {
        /// A string that is not empty.
        public typealias Element = String

        fileprivate let stream: ChatCompletionStream

        /// Reads a stream and skips the elements without text.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var iterator: ChatCompletionStream.Iterator

            /// Waits for the next delta.
            ///
            /// - Returns: A string that is not empty, or `nil` at the end.
            /// - Throws: ``TchaviError``, with what had arrived, or `CancellationError`.
            public mutating func next() async throws -> String? {
                while let event = try await iterator.next() {
                    if case .chunk(let chunk) = event, !chunk.text.isEmpty { return chunk.text }
                }
                return nil
            }
        }

        /// Creates the iterator; a second one throws.
        public func makeAsyncIterator() -> Iterator { Iterator(iterator: stream.makeAsyncIterator()) }
    }
}

extension TchaviError {
    /// Returns the error that an event named `error` reports: in one of the known JSON forms, with or without the member
    /// `error` around it, or as text.
    fileprivate static func reported(by event: ServerSentEvent) -> TchaviError {
        let json = try? JSONValue(parsing: event.data)
        if let json, json.object != nil {
            let error = ErrorReader.reported(in: json, status: nil)
            if let error = error ?? ErrorReader.reported(in: ["error": json], status: nil) { return error }
        }
        return ErrorReader.reported(text: json?.string ?? event.data)
    }

    /// The part of a completion that had arrived when its stream failed.
    public var partialCompletion: ChatCompletion? { partial as? ChatCompletion }
}

import Foundation

/// A completion while the model writes it, to be iterated once.
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
/// Nothing is sent before the first element is asked for. The sequence ends when the completion is complete. It throws
/// ``TchaviError``: what the gateway refuses or reports within the stream; code ``TchaviError/Code/stream`` if it ends too
/// early; ``TchaviError/Code/decoding`` for a chunk that cannot be read; ``TchaviError/Code/timeout`` if it falls silent;
/// ``TchaviError/Code/transport`` if the connection is lost; ``TchaviError/Code/invalidRequest`` from a second iterator.
/// What had arrived by then is the error's ``TchaviError/partialCompletion``. A stream that has begun is never retried.
/// Dropping the iterator ends the request.
public struct ChatCompletionStream: AsyncSequence, Sendable {
    /// An element of a stream.
    public enum Event: Sendable, Hashable {
        /// A chunk of the completion.
        case chunk(ChatCompletionChunk)
        /// What the gateway charged, after the last chunk. Other OpenAI-compatible servers send none.
        case metadata(TchaviMetadata)
    }

    /// An element of a stream.
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
        Iterator(singlePass.take() ? .unsent(request, options) : .taken, pipeline)
    }

    /// Reads the stream to its end.
    ///
    /// - Returns: The completion, as ``Chat/complete(_:options:)`` would have returned it.
    /// - Throws: ``TchaviError`` with what had arrived, or `CancellationError`.
    public func collect() async throws -> ChatCompletion {
        var iterator = makeAsyncIterator()
        while try await iterator.next() != nil {}
        return iterator.completion
    }

    /// The first choice's text alone, delta by delta.
    public var text: TextDeltas { TextDeltas(stream: self) }

    /// Reads a stream element by element.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate enum State {
            case unsent(ChatRequest, RequestOptions)
            case reading(ServerSentEventStream.Iterator)
            case taken
            case ended
        }

        private var state: State
        private let pipeline: HTTPPipeline
        private var accumulator = ChatCompletionAccumulator()
        private var isDone = false

        /// The response's header fields; `nil` until the response has begun.
        public private(set) var headers: HeaderFields?

        fileprivate init(_ state: State, _ pipeline: HTTPPipeline) {
            self.state = state
            self.pipeline = pipeline
        }

        /// The completion as far as it was read.
        public var completion: ChatCompletion { accumulator.completion }

        /// Waits for the next element.
        ///
        /// - Returns: The next element, or `nil` at the end and after an error.
        /// - Throws: ``TchaviError`` with what had arrived, or `CancellationError`.
        public mutating func next() async throws -> Event? {
            do {
                if case .unsent(let request, let options) = state { try await send(request, options) }
                return try await read()
            } catch var error as TchaviError {
                state = .ended
                guard let headers else { throw error }
                error.partial = completion
                throw pipeline.completed(error, operation: "POST /v1/chat/completions", headers: headers)
            } catch {
                state = .ended
                throw error
            }
        }

        private mutating func send(_ request: ChatRequest, _ options: RequestOptions) async throws {
            var request = request
            if request.streamOptions == nil { request.streamOptions = StreamOptions(includeUsage: true) }
            var call = HTTPPipeline.Call(.chatCompletions, body: request.body(streaming: true))
            call.accept = "text/event-stream"
            let response = try await pipeline.stream(call, options)
            headers = response.headers
            guard response.headers[.contentType]?.lowercased().hasPrefix("application/json") != true else {
                throw try await notAStream(response)
            }
            state = .reading(ServerSentEventStream(response, pipeline: pipeline).makeAsyncIterator())
        }

        /// The error for a response in JSON where a stream was asked for.
        private func notAStream(_ response: TransportResponse) async throws -> TchaviError {
            let limit = pipeline.configuration.maximumResponseBytes
            let data = try await pipeline.time.run(
                within: pipeline.configuration.timeout,
                orThrow: TchaviError(.timeout, "The response began and did not end.", statusCode: response.status)
            ) {
                try await response.body.collect(upTo: limit)
            }
            let json = try? JSONValue(parsing: data)
            return json.flatMap { ErrorReader.reported(in: $0, status: response.status) }
                ?? TchaviError(
                    .stream,
                    "The server responded with one JSON value where a stream was asked for.",
                    advice: "Use `chat.complete` with this server.",
                    statusCode: response.status
                )
        }

        private mutating func read() async throws -> Event? {
            while let event = try await nextEvent() {
                if event.event == "tchavi" {
                    // A completion that was paid for must not fail because its bill cannot be read.
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
                let chunk = try Self.chunk(event.data)
                accumulator.append(chunk)
                return .chunk(chunk)
            }
            if case .ended = state { return nil }
            state = .ended
            guard isDone || accumulator.isFinished else {
                throw TchaviError(
                    .stream,
                    "The stream ended before the completion was complete.",
                    advice: "What had arrived is in `partialCompletion`; send the request again if you need the rest."
                )
            }
            return nil
        }

        /// The credits may still follow the completion, and are not waited for any longer than this.
        private mutating func endSoon() {
            guard case .reading(var events) = state else { return }
            events.end(within: pipeline.configuration.metadataTimeout)
            state = .reading(events)
        }

        private mutating func nextEvent() async throws -> ServerSentEvent? {
            switch state {
            case .reading(var events):
                // Let go of, so that what the parser holds is not copied with every event.
                state = .ended
                do {
                    let event = try await events.next()
                    state = .reading(events)
                    return event
                } catch let error as TchaviError where isDone {
                    // The completion is complete; only the credits that follow it could be missing.
                    guard error.code == .transport || error.code == .stream else { throw error }
                    state = .reading(events)
                    return nil
                }
            case .taken: throw TchaviError.iteratedTwice("The stream of a completion")
            case .unsent, .ended: return nil
            }
        }

        private static func chunk(_ text: String) throws(TchaviError) -> ChatCompletionChunk {
            let json: JSONValue
            do {
                json = try JSONValue(parsing: text)
            } catch {
                throw .unreadable(error, as: "a chunk of a completion")
            }
            if let error = ErrorReader.reported(in: json, status: nil) { throw error }
            do {
                return try ChatCompletionChunk(json: json)
            } catch {
                throw .unreadable(error, as: "a chunk of a completion")
            }
        }
    }

    /// The first choice's text, delta by delta, to be iterated once.
    public struct TextDeltas: AsyncSequence, Sendable {
        /// A text that is not empty.
        public typealias Element = String

        fileprivate let stream: ChatCompletionStream

        /// Reads delta by delta.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var iterator: ChatCompletionStream.Iterator

            /// Waits for the next delta.
            ///
            /// - Returns: A text that is not empty, or `nil` at the end.
            /// - Throws: ``TchaviError`` with what had arrived, or `CancellationError`.
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
    /// What had arrived of a completion when its stream failed.
    public var partialCompletion: ChatCompletion? { partial as? ChatCompletion }
}

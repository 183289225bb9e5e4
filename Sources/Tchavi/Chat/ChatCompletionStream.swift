import Foundation

/// A completion as it is made, to be iterated once.
///
/// ```swift
/// for try await event in try await client.chat.stream(request) {
///     switch event {
///     case .chunk(let chunk): print(chunk.text, terminator: "")
///     case .metadata(let metadata): print("\n\(metadata.creditsUsed) credits")
///     }
/// }
/// ```
///
/// The sequence ends when the completion is complete. It throws ``TchaviError``: what the gateway reports within the
/// stream; code ``TchaviError/Code/stream`` if it ends too early; ``TchaviError/Code/decoding`` for a chunk that cannot
/// be read; ``TchaviError/Code/timeout`` if it falls silent; ``TchaviError/Code/transport`` if the connection is lost.
/// What had arrived by then is the error's ``TchaviError/partialCompletion``. Nothing is sent again by itself.
/// Dropping the iterator ends the request.
public struct ChatCompletionStream: AsyncSequence, Sendable {
    /// What a stream gives.
    public enum Event: Sendable, Hashable {
        /// A piece of the completion.
        case chunk(ChatCompletionChunk)
        /// What the gateway charged, after the last chunk. Other OpenAI-compatible servers send none.
        case metadata(TchaviMetadata)
    }

    /// What a stream gives.
    public typealias Element = Event

    private let events: ServerSentEventStream
    private let pipeline: HTTPPipeline

    init(_ events: ServerSentEventStream, pipeline: HTTPPipeline) {
        self.events = events
        self.pipeline = pipeline
    }

    /// The answer's header fields.
    public var headers: HeaderFields { events.headers }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(events.makeAsyncIterator(), headers, pipeline)
    }

    /// Reads the stream to its end.
    ///
    /// - Returns: The completion, as ``Chat/complete(_:options:)`` would have given it.
    /// - Throws: ``TchaviError`` with what had arrived, or `CancellationError`.
    public func collect() async throws -> ChatCompletion {
        var iterator = makeAsyncIterator()
        while try await iterator.next() != nil {}
        return iterator.completion
    }

    /// The first choice's text alone, as it grows.
    public var text: TextDeltas { TextDeltas(stream: self) }

    /// Reads event by event.
    public struct Iterator: AsyncIteratorProtocol {
        private var events: ServerSentEventStream.Iterator
        private let headers: HeaderFields
        private let pipeline: HTTPPipeline
        private var accumulator = ChatCompletionAccumulator()
        private var isDone = false

        fileprivate init(
            _ events: ServerSentEventStream.Iterator,
            _ headers: HeaderFields,
            _ pipeline: HTTPPipeline
        ) {
            self.events = events
            self.headers = headers
            self.pipeline = pipeline
        }

        /// The completion as far as it was read.
        public var completion: ChatCompletion { accumulator.completion }

        /// The next event, or `nil` at the end.
        ///
        /// - Returns: The next event.
        /// - Throws: ``TchaviError`` with what had arrived, or `CancellationError`.
        public mutating func next() async throws -> Event? {
            do {
                return try await read()
            } catch var error as TchaviError {
                error.partial = completion
                throw pipeline.completed(error, operation: "POST /v1/chat/completions", headers: headers)
            }
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
                    events.end(within: pipeline.configuration.metadataTimeout)
                    continue
                }
                let chunk = try Self.chunk(event.data)
                accumulator.append(chunk)
                return .chunk(chunk)
            }
            guard isDone || accumulator.isFinished else {
                throw TchaviError(
                    .stream,
                    "The stream ended before the completion was complete.",
                    advice: "What had arrived is in `partialCompletion`; ask again if you need the rest."
                )
            }
            return nil
        }

        private mutating func nextEvent() async throws -> ServerSentEvent? {
            do {
                return try await events.next()
            } catch let error as TchaviError where isDone {
                // The completion is complete; only the credits that follow it could be missing.
                guard error.code == .transport || error.code == .stream else { throw error }
                return nil
            }
        }

        private static func chunk(_ text: String) throws(TchaviError) -> ChatCompletionChunk {
            do {
                let json = try JSONValue(parsing: text)
                if let error = ErrorReader.reported(in: json, status: nil) { throw error }
                return try ChatCompletionChunk(json: json)
            } catch let error as JSONError {
                throw .unreadable(error, as: "a chunk of a completion")
            } catch let error as TchaviError {
                throw error
            } catch {
                throw TchaviError(.decoding, "A chunk of a completion cannot be read: \(error).")
            }
        }
    }

    /// The first choice's text, delta by delta, to be iterated once.
    public struct TextDeltas: AsyncSequence, Sendable {
        /// A piece of text that is not empty.
        public typealias Element = String

        fileprivate let stream: ChatCompletionStream

        /// Reads delta by delta.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var iterator: ChatCompletionStream.Iterator

            /// The next piece of text, or `nil` at the end.
            ///
            /// - Returns: A text that is not empty.
            /// - Throws: ``TchaviError`` with what had arrived, or `CancellationError`.
            public mutating func next() async throws -> String? {
                while let event = try await iterator.next() {
                    if case .chunk(let chunk) = event, !chunk.text.isEmpty { return chunk.text }
                }
                return nil
            }
        }

        /// Begins to read.
        public func makeAsyncIterator() -> Iterator { Iterator(iterator: stream.makeAsyncIterator()) }
    }
}

extension TchaviError {
    /// What had arrived of a completion when its stream failed.
    public var partialCompletion: ChatCompletion? { partial as? ChatCompletion }
}

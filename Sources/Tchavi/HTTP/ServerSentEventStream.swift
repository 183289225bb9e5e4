import Foundation

/// The events of a response as they arrive, to be iterated once. Dropping the iterator ends the request.
public struct ServerSentEventStream: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = ServerSentEvent

    private let response: TransportResponse
    private let origin: ResponseOrigin
    private let pipeline: HTTPPipeline

    init(_ response: TransportResponse, of origin: ResponseOrigin, pipeline: HTTPPipeline) {
        self.response = response
        self.origin = origin
        self.pipeline = pipeline
    }

    /// The response's header fields.
    public var headers: HeaderFields { response.headers }

    /// Reads event by event.
    public struct Iterator: AsyncIteratorProtocol {
        private let body: TransportBody.Iterator
        private var parser: EventStreamParser
        private let time: TimeSource
        private let idleTimeout: Duration?
        private var end: Duration?
        /// Thrown once the events before it have been read.
        private var tooLarge: TchaviError?

        private let origin: ResponseOrigin
        private let pipeline: HTTPPipeline

        fileprivate init(_ response: TransportResponse, _ origin: ResponseOrigin, _ pipeline: HTTPPipeline) {
            self.origin = origin
            self.pipeline = pipeline
            body = response.body.makeAsyncIterator()
            parser = EventStreamParser(limit: pipeline.configuration.maximumEventBytes)
            time = pipeline.time
            idleTimeout = pipeline.configuration.idleTimeout
        }

        /// Ends the stream when this much time has passed from now on.
        package mutating func end(within duration: Duration) {
            end = time.elapsed() + duration
        }

        /// The next event, or `nil` at the end.
        ///
        /// - Returns: The next event.
        /// - Throws: `CancellationError`, or ``TchaviError``: of code ``TchaviError/Code/timeout`` when the stream
        ///   falls silent, ``TchaviError/Code/stream`` when an event is too large, ``TchaviError/Code/transport`` when
        ///   the network fails.
        public mutating func next() async throws -> ServerSentEvent? {
            do {
                return try await read()
            } catch let error as CancellationError {
                throw error
            } catch {
                throw pipeline.completed(.transportFailure(error), of: origin)
            }
        }

        private mutating func read() async throws -> ServerSentEvent? {
            try Task.checkCancellation()
            while true {
                if let event = parser.next() { return event }
                if let tooLarge { throw tooLarge }
                guard let chunk = try await nextChunk() else { return nil }
                do {
                    try parser.push(chunk)
                } catch {
                    tooLarge = TchaviError(
                        .stream,
                        "A line or event of the stream is larger than \(error.limit) bytes.",
                        advice: "Raise `maximumEventBytes` if events of this size are meant."
                    )
                }
            }
        }

        private mutating func nextChunk() async throws -> Data? {
            guard let end else {
                if let chunk = body.nextIfReady() { return chunk }
                return try await nextChunk(within: idleTimeout)
            }
            let remaining = end - time.elapsed()
            guard remaining > .zero else { return nil }
            if let chunk = body.nextIfReady() { return chunk }
            do {
                return try await nextChunk(within: remaining)
            } catch let error as TchaviError where error.code == .timeout {
                return nil
            }
        }

        private mutating func nextChunk(within limit: Duration?) async throws -> Data? {
            guard let limit else { return try await body.next() }
            return try await time.run(within: limit, orThrow: TchaviError.silent(for: limit)) { [body] in
                try await body.next()
            }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(response, origin, pipeline) }
}

extension TchaviError {
    fileprivate static func silent(for limit: Duration) -> TchaviError {
        TchaviError(
            .timeout,
            "The stream fell silent for \(limit.roundedSeconds) s.",
            advice: "Raise `idleTimeout` if the model may pause that long between two tokens."
        )
    }
}

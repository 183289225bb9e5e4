import Foundation

/// The events of a response as they arrive, to be iterated once. Dropping the iterator ends the request.
public struct ServerSentEventStream: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = ServerSentEvent

    private let streamed: StreamedResponse
    /// Until the iterator takes it, so that the end is reported when the iterator is dropped before the stream.
    private let report: Locked<StreamReport?>
    private let pipeline: HTTPPipeline

    init(_ streamed: StreamedResponse, pipeline: HTTPPipeline) {
        var streamed = streamed
        report = Locked(streamed.report.take())
        self.streamed = streamed
        self.pipeline = pipeline
    }

    /// The response's header fields.
    public var headers: HeaderFields { streamed.headers }

    /// Reads event by event.
    public struct Iterator: AsyncIteratorProtocol {
        private let body: TransportBody.Iterator
        private var parser: EventStreamParser
        private let time: TimeSource
        private let idleTimeout: Duration?
        /// When reading stops, as if the body had ended.
        private var end: Duration?
        /// When the stream fails.
        private let deadline: Duration?
        /// Thrown once the events before it have been read.
        private var tooLarge: TchaviError?

        private let origin: ResponseOrigin
        private let pipeline: HTTPPipeline
        private let report: StreamReport?

        fileprivate init(_ streamed: StreamedResponse, _ report: StreamReport?, _ pipeline: HTTPPipeline) {
            origin = streamed.origin
            deadline = streamed.deadline
            self.report = report
            self.pipeline = pipeline
            body = streamed.response.body.makeAsyncIterator()
            parser = EventStreamParser(limit: pipeline.configuration.maximumEventBytes)
            time = pipeline.time
            idleTimeout = pipeline.configuration.idleTimeout
        }

        /// Ends the stream when this much time has passed from now on, or at its deadline, which is then not an error.
        package mutating func end(within duration: Duration) {
            let end = time.elapsed() + duration
            self.end = deadline.map { Swift.min(end, $0) } ?? end
        }

        /// The next event, or `nil` at the end.
        ///
        /// - Returns: The next event.
        /// - Throws: `CancellationError`, or ``TchaviError``: of code ``TchaviError/Code/timeout`` when the stream
        ///   falls silent, ``TchaviError/Code/stream`` when an event is too large, ``TchaviError/Code/transport`` when
        ///   the network fails.
        public mutating func next() async throws -> ServerSentEvent? {
            do {
                let event = try await read()
                if event == nil { report?.end(.succeeded) }
                return event
            } catch let error as CancellationError {
                report?.end(.cancelled)
                throw error
            } catch {
                let failure = pipeline.completed(.transportFailure(error), of: origin)
                report?.end(.failed(failure.code))
                throw failure
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
                let remaining = deadline.map { $0 - time.elapsed() }
                if let remaining, remaining <= .zero { throw TchaviError.streamDeadlinePassed }
                if let chunk = body.nextIfReady() { return chunk }
                guard let remaining, remaining <= idleTimeout ?? remaining else {
                    return try await nextChunk(within: idleTimeout)
                }
                return try await nextChunk(within: remaining, isDeadline: true)
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

        private mutating func nextChunk(within limit: Duration?, isDeadline: Bool = false) async throws -> Data? {
            guard let limit else { return try await body.next() }
            return try await time.run(
                within: limit,
                orThrow: isDeadline ? TchaviError.streamDeadlinePassed : TchaviError.silent(for: limit)
            ) { [body] in
                try await body.next()
            }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(streamed, report.withLock { $0.take() }, pipeline) }
}

extension TchaviError {
    fileprivate static let streamDeadlinePassed = TchaviError(
        .timeout,
        "The deadline passed before the stream was complete.",
        advice: "Raise the deadline if the model needs longer."
    )

    fileprivate static func silent(for limit: Duration) -> TchaviError {
        TchaviError(
            .timeout,
            "The stream fell silent for \(limit.roundedSeconds) s.",
            advice: "Raise `idleTimeout` if the model may pause that long between two tokens."
        )
    }
}

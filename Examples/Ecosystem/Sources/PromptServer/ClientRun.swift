import AsyncAlgorithms
import Hummingbird
import Logging
import TchaviPrompts

/// A run whose events go to a client, and which is cancelled when the client disconnects.
///
/// The run has a task of its own, because the connection has to be watched from before the response begins, when its
/// status is not known yet, until its end. Each event waits until the client has taken the one before, so a slow client
/// holds up its run, and nothing is kept in memory.
final class ClientRun: Sendable {
    private let events = AsyncThrowingChannel<PromptStream.Event, any Error>()
    private let task: Task<Void, Never>

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - stream: The run.
    ///   - body: The body of the client's request, read to its end: what is read next is the end of the connection.
    init(_ stream: PromptStream, for body: RequestBody) {
        task = Task { [events] in
            do {
                try await body.consumeWithCancellationOnInboundClose { _ in
                    for try await event in stream { await events.send(event) }
                }
                events.finish()
            } catch {
                events.fail(error)
            }
        }
    }

    /// Ends the run also if its response is dropped before it is written.
    deinit { task.cancel() }

    /// Waits for the first event.
    ///
    /// - Returns: The event.
    /// - Throws: The run's error, if it fails before there is an event. The run has ended then.
    func start() async throws -> PromptStream.Event {
        do {
            guard let event = try await next() else { throw CancellationError() }
            return event
        } catch {
            await end()
            throw error
        }
    }

    /// Writes all events, and the error of a run that fails.
    ///
    /// - Parameters:
    ///   - first: The first event.
    ///   - writer: The writer of the response.
    ///   - logger: The logger of the run's error.
    /// - Throws: The writer's error, if the client has disconnected. The run has ended then.
    @concurrent
    func write(_ first: PromptStream.Event, to writer: inout any ResponseBodyWriter, logger: Logger) async throws {
        do {
            var event: PromptStream.Event? = first
            while let current = event {
                if let event = ServerEvent(current) { try await writer.write(event.buffer) }
                do {
                    event = try await next()
                } catch {
                    // The status has been sent, so the error has to be an event.
                    let failure = Failure(error)
                    failure.log(error, to: logger)
                    try await writer.write(ServerEvent(failure).buffer)
                    break
                }
            }
        } catch {
            await end()
            throw error
        }
        await end()
        try await writer.finish(nil)
    }

    private func next() async throws -> PromptStream.Event? {
        try await withTaskCancellationHandler {
            var iterator = events.makeAsyncIterator()
            let event = try await iterator.next()
            try Task.checkCancellation()
            return event
        } onCancel: {
            task.cancel()
        }
    }

    /// Cancels the run, unless it has ended, and waits for its end. Only then may the server read from the connection.
    private func end() async {
        task.cancel()
        await task.value
    }
}

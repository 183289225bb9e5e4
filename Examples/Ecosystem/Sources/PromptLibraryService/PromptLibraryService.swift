public import Logging
import Observation
public import ServiceLifecycle
public import TchaviPrompts

/// Runs a library as a service: reads the prompts when the program starts, and again whenever their source changes, until
/// the program shuts down. Logs which prompts have changed, and which sources cannot be read.
///
/// ```swift
/// let group = ServiceGroup(
///     services: [PromptLibraryService(library, logger: logger), server],
///     gracefulShutdownSignals: [.sigterm],
///     logger: logger
/// )
/// try await group.run()
/// ```
///
/// A source that cannot be read does not end the program: it is logged, and a health check should report it.
public struct PromptLibraryService: Service {
    /// What is logged of a source whose last read failed.
    private struct Failure: Equatable {
        let error: String
        let isRefused: Bool
    }

    private let library: PromptLibrary
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - library: The library, which belongs to the service: it is shut down with it.
    ///   - logger: The logger of what was read.
    public init(_ library: PromptLibrary, logger: Logger) {
        self.library = library
        self.logger = logger
    }

    /// Runs the library until the program shuts down gracefully, the task is cancelled, or the library is shut down.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await readPrompts()
            await withTaskGroup { group in
                group.addTask { await logChanges() }
                group.addTask { await logFailures() }
                await library.run()
                group.cancelAll()
            }
        }
        library.shutdown()
        logger.info("Stopped reading prompts")
    }

    /// Reads the prompts for the first time, and logs what was read.
    private func readPrompts() async {
        do {
            try await library.warmUp()
            logger.info("Read the prompts", metadata: ["prompts": "\(library.status.promptCount)"])
            for diagnostic in try await library.diagnostics() {
                logger.warning("A prompt has a problem", metadata: ["diagnostic": "\(diagnostic)"])
            }
        } catch is CancellationError {
            // The program shuts down.
        } catch {
            logger.error("The prompts cannot be read", metadata: ["error": "\(error)"])
        }
    }

    /// Logs the ids of prompts that were added, changed and removed.
    private func logChanges() async {
        for await changes in library.changes {
            var metadata: Logger.Metadata = [:]
            for (name, ids) in [("added", changes.added), ("changed", changes.changed), ("removed", changes.removed)]
            where !ids.isEmpty {
                metadata[name] = .array(ids.map { "\($0)" })
            }
            logger.info("The prompts have changed", metadata: metadata)
        }
    }

    /// Logs when a source begins to fail, fails in another way, or can be read again; not every failed read.
    private func logFailures() async {
        var logged: [String: Failure] = [:]
        while !Task.isCancelled {
            let (untilChanged, continuation) = AsyncStream.makeStream(of: Void.self)
            withObservationTracking {
                _ = library.status
            } onChange: {
                continuation.finish()
            }
            // Read after the observation has begun, so that no change is missed.
            for source in library.status.sources {
                let failure = source.lastError.map { Failure(error: "\($0)", isRefused: source.isRefused) }
                guard failure != logged[source.name] else { continue }
                logged[source.name] = failure
                log(failure, of: source.name)
            }
            for await _ in untilChanged {}
        }
    }

    private func log(_ failure: Failure?, of source: String) {
        guard let failure else {
            logger.notice("A source can be read again", metadata: ["source": "\(source)"])
            return
        }
        logger.error(
            failure.isRefused ? "A source refuses the credential" : "A source cannot be read",
            metadata: ["source": "\(source)", "error": "\(failure.error)"]
        )
    }
}

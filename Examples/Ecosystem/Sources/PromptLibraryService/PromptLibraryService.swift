public import Logging
public import ServiceLifecycle
public import TchaviPrompts

/// Runs a library as a service: reads the prompts when the program starts, and again whenever their source changes, until
/// the program shuts down.
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
    private let library: PromptLibrary
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - library: The library.
    ///   - logger: The logger of what was read.
    public init(_ library: PromptLibrary, logger: Logger) {
        self.library = library
        self.logger = logger
    }

    /// Runs the library until the program shuts down gracefully, or the task is cancelled.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await logPrompts()
            await library.run()
        }
        logger.info("Stopped reading prompts")
    }

    /// Reads the prompts for the first time, and logs what was read.
    private func logPrompts() async {
        do {
            let ids = try await library.promptIDs()
            logger.info("Read the prompts", metadata: ["prompts": "\(ids.count)"])
            for diagnostic in try await library.diagnostics() {
                logger.warning("A prompt has a problem", metadata: ["diagnostic": "\(diagnostic)"])
            }
        } catch is CancellationError {
            // The program shuts down.
        } catch {
            logger.error("The prompts cannot be read", metadata: ["error": "\(error)"])
        }
    }
}

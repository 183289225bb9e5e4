public import Logging
public import TchaviPrompts

/// Logs every selection with swift-log: which version of which prompt, why, and how old it is; and how every run ends.
///
/// ```swift
/// let library = PromptLibrary(
///     source: .directory("Prompts"),
///     gateway: client,
///     observers: [LoggingObserver(Logger(label: "prompts"), level: .debug)]
/// )
/// ```
///
/// Neither the text of a prompt nor the query is logged, whose tags and key may say who the user is.
public struct LoggingObserver: PromptObserver {
    private let logger: Logger
    private let level: Logger.Level

    /// Creates an observer.
    ///
    /// - Parameters:
    ///   - logger: The logger. The log level that it is set to decides whether selections are logged at all.
    ///   - level: The level of a selection, and of a run that does not fail. A run that fails is logged as a warning.
    public init(_ logger: Logger, level: Logger.Level = .info) {
        self.logger = logger
        self.level = level
    }

    /// Logs a selection.
    ///
    /// - Parameter event: The selection.
    public func selected(_ event: SelectionEvent) {
        // Neither is evaluated if the logger leaves this level out.
        logger.log(level: level, "Selected a version of a prompt", metadata: event.logMetadata)
    }

    /// Logs the end of a run.
    ///
    /// - Parameter event: The end of the run, without texts.
    public func finished(_ event: RunEvent) {
        let hasFailed = if case .failed = event.outcome { true } else { false }
        logger.log(level: hasFailed ? .warning : level, "Ran a prompt", metadata: event.logMetadata)
    }
}

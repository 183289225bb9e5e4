#if canImport(os)
public import TchaviPrompts
public import os

/// Logs every selection and the end of every run with the system's `os.Logger`, for apps.
public struct SystemLogObserver: PromptObserver {
    private let logger: Logger

    /// Creates an observer.
    ///
    /// - Parameter logger: The logger, such as `Logger(subsystem: "com.example.app", category: "prompts")`.
    public init(_ logger: Logger) { self.logger = logger }

    /// Logs a selection.
    ///
    /// - Parameter event: The selection. Its description has neither the text of a prompt nor the query.
    public func selected(_ event: SelectionEvent) {
        logger.info("Selected \(event.selection.description, privacy: .public)")
    }

    /// Logs the end of a run.
    ///
    /// - Parameter event: The end of the run, without texts.
    public func finished(_ event: RunEvent) {
        logger.info("Run of \(event.promptID, privacy: .public): \(event.outcome.description, privacy: .public)")
    }
}
#endif

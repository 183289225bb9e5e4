#if canImport(os)
public import TchaviPrompts
public import os

/// Logs every selection with the system's `os.Logger`, for apps.
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
}
#endif

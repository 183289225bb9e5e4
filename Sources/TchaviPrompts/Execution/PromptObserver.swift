/// Follows what a library hands out, for logs, metrics and analytics.
///
/// A library calls its observers in the order in which they were given to
/// ``PromptLibrary/init(source:gateway:syntax:tools:observers:)``: synchronously, on the calling task, whose task-local
/// values they see, and under no lock, so that they may use the library themselves. A call waits for them: hand slow work
/// on to a queue or a task of your own.
///
/// Every method has an empty default. Events hold no text of a prompt.
public protocol PromptObserver: Sendable {
    /// Called for every prompt that a library hands out.
    ///
    /// - Parameter event: Which version was selected, and for which query.
    func selected(_ event: SelectionEvent)
}

extension PromptObserver {
    /// Does nothing.
    ///
    /// - Parameter event: Which version was selected, and for which query.
    public func selected(_ event: SelectionEvent) {}
}

/// A version that was selected for a query.
public struct SelectionEvent: Sendable, Hashable {
    /// The version that was selected, and why.
    public let selection: Selection
    /// The query, with the bucketing key that it was asked by.
    public let query: PromptQuery
    /// The arms and shares of the split that decided; `nil` where none did.
    public let split: Split?
}

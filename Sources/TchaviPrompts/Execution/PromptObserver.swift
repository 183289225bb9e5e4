/// Observes which versions a library selects and how their runs end, for logs, metrics and analytics.
///
/// A library calls its observers synchronously, in the order in which they were passed to
/// ``PromptLibrary/init(source:gateway:syntax:tools:observers:configuration:)``. It calls them on the calling task, so task-local
/// values are visible, and without holding a lock, so an observer may use the library. The caller waits for them: move
/// slow work to a queue or a task. Only the end of a stream whose iterator was released is reported where that happened.
///
/// Every method has an empty default implementation. Events do not contain the text of a prompt or message, unless
/// ``receivesText`` is true.
public protocol PromptObserver: Sendable {
    /// Whether events contain texts of messages, arguments and results of tools, and descriptions of errors; false by
    /// default.
    var receivesText: Bool { get }

    /// Called for every prompt that ``PromptLibrary/prompt(_:matching:default:)`` returns.
    ///
    /// - Parameter event: Which version was selected, and for which query.
    func selected(_ event: SelectionEvent)

    /// Called exactly once for each run and each stream that has been iterated, when it ends: also if it fails, is
    /// cancelled, or its stream's iterator is released before its end.
    ///
    /// - Parameter event: How the run ended, and its response.
    func finished(_ event: RunEvent)
}

extension PromptObserver {
    /// False.
    public var receivesText: Bool { false }

    /// Does nothing.
    ///
    /// - Parameter event: How the run ended, and its response.
    public func finished(_ event: RunEvent) {}

    /// Does nothing.
    ///
    /// - Parameter event: Which version was selected, and for which query.
    public func selected(_ event: SelectionEvent) {}
}

/// A version that was selected for a query.
public struct SelectionEvent: Sendable, Hashable {
    /// The selected version, and why it was selected.
    public let selection: Selection
    /// The query, with its bucketing key.
    public let query: PromptQuery
    /// The split that decided, with its arms and their shares; `nil` if no split decided.
    public let split: Split?
    /// Why the caller's default is used, if it is: the error that was thrown without one.
    public let unavailableReason: String?

    /// Creates an event, for tests of an observer.
    public init(
        selection: Selection,
        query: PromptQuery = PromptQuery(),
        split: Split? = nil,
        unavailableReason: String? = nil
    ) {
        self.unavailableReason = unavailableReason
        self.selection = selection
        self.query = query
        self.split = split
    }
}

/// What changed in a library between two reads of its sources.
public struct PromptChanges: Sendable, Hashable {
    /// The ids of the prompts that are new, sorted by their UTF-8 bytes.
    public var added: [String] = []
    /// The ids of the prompts of which a version, a deployment or anything else is different.
    public var changed: [String] = []
    /// The ids of the prompts that are no longer there.
    public var removed: [String] = []

    /// Creates a value without changes.
    public init() {}

    /// Whether nothing changed.
    public var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
}

/// The changes of a library's prompts, as an asynchronous sequence; see ``PromptLibrary/changes``.
///
/// Each iterator gets what has changed since its last element, so a slow one gets several changes as one, and none is lost.
public struct PromptChangeSequence: AsyncSequence, Sendable {
    /// What changed since the last element.
    public typealias Element = PromptChanges
    /// The sequence throws no errors: what fails is in ``PromptLibrary/status``.
    public typealias Failure = Never

    let library: PromptLibrary

    /// Creates an iterator, which waits for changes from now on.
    public func makeAsyncIterator() -> Iterator { Iterator(library: library) }

    /// An iterator of the changes.
    public struct Iterator: AsyncIteratorProtocol {
        private let library: PromptLibrary
        private let watch: LibraryWatch
        private var signals: AsyncStream<Void>.Iterator
        private var seen: Snapshot?

        init(library: PromptLibrary) {
            self.library = library
            // Before the watch, which may start the first read.
            seen = library.currentSnapshot
            watch = LibraryWatch(library)
            signals = watch.signals.makeAsyncIterator()
        }

        /// Waits for the next change.
        ///
        /// - Returns: What has changed; `nil` after ``PromptLibrary/shutdown()``, or if the task is cancelled.
        public mutating func next() async -> PromptChanges? {
            await next(isolation: #isolation)
        }

        /// Waits for the next change.
        ///
        /// - Parameter actor: The caller's isolation.
        /// - Returns: What has changed; `nil` after ``PromptLibrary/shutdown()``, or if the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> PromptChanges? {
            while !Task.isCancelled {
                if let current = library.currentSnapshot, current !== seen {
                    let changes = await current.changes(since: seen)
                    seen = current
                    if !changes.isEmpty { return changes }
                }
                guard await signals.next(isolation: actor) != nil else { return nil }
            }
            return nil
        }
    }
}

import Logging
import Synchronization

/// A log whose messages a test can wait for.
struct WatchedLog: LogHandler {
    struct Entry: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private final class Store: Sendable {
        let entries = Mutex<[Entry]>([])
    }

    private let store = Store()
    private let added: AsyncStream<Entry>.Continuation
    private let stream: AsyncStream<Entry>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init() {
        (stream, added) = AsyncStream.makeStream(of: Entry.self)
    }

    var logger: Logger { Logger(label: "prompts") { _ in self } }
    var messages: [String] { store.entries.withLock { $0.map(\.message) } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let entry = Entry(level: event.level, message: "\(event.message)", metadata: event.metadata ?? [:])
        store.entries.withLock { $0.append(entry) }
        added.yield(entry)
    }

    /// Waits for the next entry with a message; those before it are skipped. One task at a time may wait.
    func next(_ message: String) async -> Entry? {
        for await entry in stream where entry.message == message { return entry }
        return nil
    }
}

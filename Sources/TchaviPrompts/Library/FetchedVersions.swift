import Tchavi

/// Versions that the catalogue does not have, fetched for queries that are pinned to them.
final class FetchedVersions: Sendable {
    private struct Key: Hashable {
        let source: String
        let promptID: String
        let number: Int
    }

    private struct Entry {
        /// `nil` if the source does not have the version.
        var version: PromptVersion?
        var readAt: Duration?
        var loading: Task<PromptVersion?, any Error>?
    }

    /// How long a version is used, and a miss as well.
    private static let lifetime = Duration.seconds(60)
    private static let maximumCount = 1000

    private let time: TimeSource
    private let entries = Locked<[Key: Entry]>([:])

    init(_ time: TimeSource) {
        self.time = time
    }

    /// Returns a version from memory, or fetches it. All callers share one request; while the source fails, the version that
    /// was fetched before is used.
    ///
    /// - Throws: The source's error if it has not been fetched before.
    func version(_ number: Int, of promptID: String, from source: any PromptSource) async throws -> PromptVersion? {
        let key = Key(source: source.cacheIdentity, promptID: promptID, number: number)
        let now = time.elapsed()
        let (held, task): (Entry?, Task<PromptVersion?, any Error>?) = entries.withLock { entries in
            let entry = entries[key]
            if let entry, let readAt = entry.readAt, now - readAt < Self.lifetime { return (entry, nil) }
            if let loading = entry?.loading { return (entry, loading) }
            let task = Task { try await self.fetch(key, from: source) }
            if entries.count >= Self.maximumCount { entries = entries.filter { $0.value.loading != nil } }
            entries[key, default: Entry()].loading = task
            return (entry, task)
        }
        guard let task else { return held?.version }
        do {
            return try await task.sharedValue()
        } catch let error where !(error is CancellationError) {
            guard let version = held?.version else { throw error }
            return version
        }
    }

    private func fetch(_ key: Key, from source: any PromptSource) async throws -> PromptVersion? {
        do {
            let version = try await source.version(key.number, of: key.promptID)
            entries.withLock { $0[key] = Entry(version: version, readAt: time.elapsed()) }
            return version
        } catch {
            entries.withLock { entries in
                // Asked again after the same time as for a version that is there.
                if entries[key]?.version == nil {
                    entries[key] = nil
                } else {
                    entries[key]?.loading = nil
                    entries[key]?.readAt = time.elapsed()
                }
            }
            // Nobody cancels this task, and a caller would take the error for its own cancellation.
            throw error is CancellationError ? PromptError.cancelledSource(key.source) : error
        }
    }
}

import Foundation
import Observation
import Tchavi

extension PromptLibrary {
    // MARK: Reading the sources

    /// Reads every source again. A ``Prompt`` that was returned before keeps its version.
    ///
    /// What was written before the call is read: a read that is in progress is not enough. All callers during a read share
    /// the next one. Neither a pause after failures nor a refused credential delays it.
    ///
    /// - Throws: The error of the first source that cannot be read. The library then goes on with the prompts that it holds.
    public func refresh() async throws {
        try await start()
        let results = await withTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
            for (index, reader) in readers.enumerated() {
                group.addTask {
                    do {
                        _ = try await reader.load(.refresh)
                        return (index, .success(()))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (_, result) in results.sorted(by: { $0.0 < $1.0 }) { try result.get() }
    }

    /// Reads the prompts, if they have not been read, and compiles the deployments of all of them, so that the first requests
    /// are as fast as later ones. Runs outside of the caller's actor.
    ///
    /// - Throws: The source's error if no prompts can be read, neither from a source nor from the cache or what is shipped.
    @concurrent
    public func warmUp() async throws {
        let snapshot = try await snapshot()
        for id in snapshot.ids {
            try Task.checkCancellation()
            let (record, layer) = try await snapshot.record(id)
            _ = await selector(of: record, in: layer.form)
        }
    }

    /// Refreshes the sources regularly, until the task is cancelled or the library is shut down: remote sources at their
    /// interval, and a ``DirectorySource`` so that edits of its files are served within a second.
    ///
    /// Run it in a task or a service of its own. A failure keeps the prompts that the library holds, is in ``status``, and is
    /// tried again: after 1 s, then after twice as long each time, up to 10 minutes, or as the server asks with
    /// `Retry-After`. A source that refuses the credential is left alone until ``refresh()`` succeeds.
    ///
    /// ```swift
    /// let watching = Task { await library.run() }
    /// ```
    public func run() async {
        let watch = LibraryWatch(self)
        // The sources are refreshed as long as it exists.
        defer { withExtendedLifetime(watch) {} }
        for await _ in watch.signals {}
    }

    /// Ends ``run()`` and ``changes``, cancels reads in progress and starts no more. The prompts that the library holds can
    /// still be used.
    public func shutdown() {
        let (timer, watches) = state.withLock { state in
            state.isShutDown = true
            return (state.timer.take(), Array(state.watches.values))
        }
        timer?.cancel()
        for reader in readers { reader.shutDown() }
        for watch in watches { watch.finish() }
    }

    /// What changes in the library's prompts, as an asynchronous sequence of the ids that were added, changed and removed.
    ///
    /// While it is iterated, the sources are refreshed as by ``run()``. An iterator that begins before anything has been read
    /// gets all prompts as added.
    public var changes: PromptChangeSequence { PromptChangeSequence(library: self) }

    // MARK: Snapshots

    var currentSnapshot: Snapshot? { state.withLock { $0.snapshot } }

    func snapshot() async throws -> Snapshot {
        if let snapshot = currentSnapshot, snapshot.isComplete {
            let now = time.elapsed()
            for reader in readers { reader.readIfDue(at: now) }
            return snapshot
        }
        try await start()
        var failure: (any Error)?
        // All begin before the first is waited for, and the limit of each begins with its read.
        for reader in readers where reader.form == nil { reader.beginFirstRead() }
        for reader in readers {
            guard reader.form == nil else {
                reader.readIfDue(at: time.elapsed())
                continue
            }
            // A source that did not respond in time once keeps nobody waiting who can be served without it.
            if reader.hasFailed, currentSnapshot != nil { continue }
            do {
                try await reader.waitForRead(within: configuration.initialTimeout)
            } catch {
                try Task.checkCancellation()
                failure = failure ?? (error is CancellationError ? PromptError.readEnded : error)
            }
        }
        if let snapshot = currentSnapshot { return snapshot }
        if state.withLock({ $0.isShutDown }) { throw PromptError.shutDown }
        throw failure ?? PromptError.noCatalogue(readers.map(\.source.name).joined(separator: ", "))
    }

    /// Reads the shipped prompts and the disk cache, once. Cancelling a caller does not cancel it.
    func start() async throws {
        let task: Task<Void, any Error>? = state.withLock { state in
            if state.isStarted { return nil }
            if let starting = state.starting { return starting }
            let task = Task<Void, any Error> { await self.readShippedAndDisk() }
            state.starting = task
            return task
        }
        try await task?.sharedValue()
    }

    func readShippedAndDisk() async {
        var shipped: SourceForm?
        if let source = configuration.shipped {
            do {
                guard let catalogue = try await source.load(since: nil) else {
                    throw PromptError.noCatalogue(source.name)
                }
                shipped = SourceForm(
                    catalogue,
                    replacing: nil,
                    syntax: syntax,
                    contracts: contracts,
                    reading: .init(time: timeOfPublication(catalogue.publishedAt), origin: .shipped)
                )
            } catch {
                let diagnostic = PromptDiagnostic(
                    location: source.name,
                    reason: "The shipped prompts cannot be read: \(error)"
                )
                state.withLock { $0.shippedDiagnostic = diagnostic }
            }
        }
        let form = shipped
        state.withLock { $0.shipped = form }
        for reader in readers { await reader.restore(beside: form) }
        publish()
        state.withLock { $0.isStarted = true }
    }

    /// Composes the snapshot of what the readers hold, and tells those who wait for changes.
    func publish() {
        let isChanged = publishing.withLock { _ in
            var layers = readers.compactMap { reader in reader.form.map { Snapshot.Layer(form: $0, reader: reader) } }
            let unread = readers.filter { reader in !layers.contains { $0.reader === reader } }
            let (held, shipped) = state.withLock { ($0.snapshot, $0.shipped) }
            // The shipped prompts stand in for sources of which nothing has been read.
            if !unread.isEmpty, let shipped { layers.append(.init(form: shipped, reader: nil)) }
            let isSame =
                held.map { $0.layers.map(\.form).elementsEqual(layers.map(\.form), by: ===) } ?? layers.isEmpty
            if isSame { return false }
            let snapshot = Snapshot(layers, unread: unread)
            state.withLock { $0.snapshot = snapshot }
            return true
        }
        if isChanged {
            for watch in state.withLock({ Array($0.watches.values) }) { watch.yield() }
        }
        registrar.withMutation(of: self, keyPath: \.status) {}
    }

    /// The time of publication by the library's clock; `nil` if it is not known.
    private func timeOfPublication(_ publishedAt: Timestamp?) -> Duration? {
        publishedAt?.date.map { time.elapsed() - .seconds(max(now().timeIntervalSince($0), 0)) }
    }

    // MARK: Watching

    /// Begins to refresh the sources regularly, if nobody has before.
    func beginWatch(_ continuation: AsyncStream<Void>.Continuation) -> Int {
        state.withLock { state in
            state.nextWatch += 1
            guard !state.isShutDown else {
                continuation.finish()
                return state.nextWatch
            }
            state.watches[state.nextWatch] = continuation
            if state.timer == nil { state.timer = Task { [readers, time] in await Self.poll(readers, time, self) } }
            return state.nextWatch
        }
    }

    func endWatch(_ id: Int) {
        let timer = state.withLock { state in
            state.watches[id] = nil
            return state.watches.isEmpty ? state.timer.take() : nil
        }
        timer?.cancel()
    }

    static func poll(_ readers: [SourceReader], _ time: TimeSource, _ library: PromptLibrary) async {
        try? await library.start()
        await withTaskGroup(of: Void.self) { group in
            for reader in readers {
                group.addTask {
                    if reader.interval == nil, reader.form?.origin != .source { _ = try? await reader.load(.poll) }
                    // The first use may already be reading, and its pause is obeyed.
                    while !Task.isCancelled, let pause = reader.timeToNextRead() {
                        if pause > .zero {
                            try? await time.sleep(pause)
                        } else {
                            _ = try? await reader.load(.poll)
                        }
                    }
                }
            }
        }
    }
}

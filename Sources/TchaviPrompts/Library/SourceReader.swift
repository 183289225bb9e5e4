import Dispatch
import Foundation
import Tchavi

/// Reads one source for a library: at most one read at a time, with the last good form, and with pauses after failures.
final class SourceReader: Sendable {
    /// Why the source is read.
    enum Occasion {
        /// The caller wants to see what was written before the call, so a read in progress is not enough.
        case refresh
        /// The source may have changed. Joins a read in progress.
        case poll
    }

    /// What all readers of a library share.
    struct Context: Sendable {
        let time: TimeSource
        let now: @Sendable () -> Date
        let random: @Sendable () -> Double
        let syntax: VariableSyntax
        let contracts: [String: PromptContract]
        /// Called after every read, whether it failed or not.
        let didRead: @Sendable () -> Void
    }

    private struct State {
        var form: SourceForm?
        /// The revision of the prompts that are shipped with the program.
        var shippedRevision: String?
        var isShippedEmpty = true
        /// The read in progress, and the one that begins when it ends.
        var loading: Task<SourceForm, any Error>?
        var waiting: Task<SourceForm, any Error>?
        var loadingSince = Duration.zero
        var failures = 0
        /// When the source is next read without anybody asking for it.
        var nextRead = Duration.zero
        /// Whether the source refuses the credential, so that asking again is of no use.
        var isRefused = false
        var lastError: (any Error)?
        var cacheDiagnostic: PromptDiagnostic?
        /// Whether the file on disk has the form's content, so that only its age is to be renewed.
        var isStored = false
        var isShutDown = false

        /// Whether no failure stands against a read that was not asked for.
        func mayRead(at now: Duration) -> Bool {
            !isRefused && !isShutDown && (lastError == nil || now >= nextRead)
        }
    }

    private static let backoff = RetryPolicy(initialDelay: .seconds(1), maximumDelay: .seconds(600))
    /// A server may ask for a longer pause than the longest after failures, up to this.
    private static let maximumRetryAfter = Duration.seconds(3600)

    let source: any PromptSource
    /// The interval at which the source is read while somebody watches, and after which a request starts a read.
    let interval: Duration?
    private let context: Context
    private let file: SnapshotFile?
    private let state = Locked(State())

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - source: The source to read.
    ///   - cacheName: The source's name in the disk cache, where no two sources of a library may have the same.
    ///   - interval: The library's interval for all sources; `nil` for the source's own.
    ///   - cacheDirectory: The directory of the disk cache; `nil` for none.
    ///   - context: What all readers of the library share.
    init(
        _ source: any PromptSource,
        cacheName: String,
        interval: Duration?,
        cacheDirectory: URL?,
        context: Context
    ) {
        self.source = source
        self.interval = source.pollInterval ?? interval ?? source.refreshInterval
        self.context = context
        // What is on this computer or in memory needs no copy.
        let isLocal = source.pollInterval != nil || source is MemorySource
        file = isLocal ? nil : cacheDirectory.map { SnapshotFile(directory: $0, sourceName: cacheName) }
    }

    var form: SourceForm? { state.withLock { $0.form } }
    var lastError: (any Error)? { state.withLock { $0.lastError } }
    /// Whether the source refuses the credential, and is read again only when the library is refreshed.
    var isRefused: Bool { state.withLock { $0.isRefused } }
    var cacheDiagnostic: PromptDiagnostic? { state.withLock { $0.cacheDiagnostic } }

    // MARK: When to read

    /// The time from now until the next read that nobody asks for; `nil` if there is none.
    func timeToNextRead() -> Duration? {
        guard let interval else { return nil }
        let now = context.time.elapsed()
        return state.withLock { $0.isRefused ? max(interval, .seconds(1)) : max($0.nextRead - now, .zero) }
    }

    /// Starts a read in the background if the form is older than the interval, and no failure stands against it.
    func readIfDue(at now: Duration) {
        // A directory is polled only while somebody watches it. What is on disk may be from any time, so it is refreshed
        // also for a source that is otherwise read only when the library is refreshed.
        guard source.pollInterval == nil, interval != nil || form?.origin == .disk else { return }
        let isDue = state.withLock { state in
            state.loading == nil && !state.isRefused && !state.isShutDown && now >= state.nextRead
        }
        if isDue { _ = task(for: .poll) }
    }

    /// Begins the first read, unless a failure stands against it.
    func beginFirstRead() {
        let now = context.time.elapsed()
        if state.withLock({ $0.mayRead(at: now) }) { _ = task(for: .poll) }
    }

    /// Waits for a read, within a limit that begins with it. After a failure, it throws the error until the pause is over.
    func waitForRefresh(within limit: Duration) async throws { try await waitForForm(within: limit) }

    /// Waits for the first form, within a limit that begins with the read.
    func waitForForm(within limit: Duration) async throws {
        let now = context.time.elapsed()
        let (isReading, mayRead, error, remaining) = state.withLock { state in
            let remaining = state.loading == nil ? limit : state.loadingSince + limit - now
            return (state.loading != nil, state.mayRead(at: now), state.lastError, remaining)
        }
        guard isReading || mayRead else {
            if let error { throw error }
            return
        }
        guard remaining > .zero else { throw PromptError.slowSource(source.name, limit) }
        let task = task(for: .poll)
        let name = source.name
        _ = try await context.time.run(within: remaining, orThrow: PromptError.slowSource(name, limit)) {
            try await task.sharedValue()
        }
    }

    // MARK: Reading

    /// Reads the source. At most one read is in progress, and one waits for its end, which all callers meanwhile share.
    /// Cancelling a caller does not cancel the read.
    func load(_ occasion: Occasion) async throws -> SourceForm { try await task(for: occasion).sharedValue() }

    private func task(for occasion: Occasion) -> Task<SourceForm, any Error> {
        state.withLock { state in
            if occasion == .poll, let loading = state.loading { return loading }
            if let waiting = state.waiting { return waiting }
            guard let loading = state.loading else {
                let task = Task { try await self.read(isPolling: occasion == .poll) }
                state.loading = task
                state.loadingSince = context.time.elapsed()
                return task
            }
            let task = Task {
                _ = try? await loading.sharedValue()
                self.state.withLock { state in
                    state.loading = state.waiting
                    state.waiting = nil
                    state.loadingSince = self.context.time.elapsed()
                }
                return try await self.read(isPolling: false)
            }
            state.waiting = task
            return task
        }
    }

    private func read(isPolling: Bool) async throws -> SourceForm {
        let (held, isShutDown) = state.withLock { ($0.form, $0.isShutDown) }
        let result: Result<SourceForm, any Error>
        do {
            if isShutDown { throw PromptError.shutDown }
            let catalogue =
                isPolling
                ? try await source.poll(since: held?.validator) : try await source.load(since: held?.validator)
            result = .success(try form(of: catalogue, replacing: held))
        } catch is CancellationError {
            // A caller takes a CancellationError for its own cancellation, which ends no read.
            result = .failure(
                state.withLock { $0.isShutDown } ? PromptError.shutDown : PromptError.cancelledSource(source.name)
            )
        } catch {
            result = .failure(error)
        }
        apply(result)
        context.didRead()
        if case .success(let form) = result { await store(form) }
        state.withLock { $0.loading = nil }
        return try result.get()
    }

    private func form(of catalogue: PromptCatalogue?, replacing held: SourceForm?) throws(PromptError) -> SourceForm {
        let reading = SourceForm.Reading(time: context.time.elapsed(), origin: .source)
        guard var catalogue else {
            guard let held, held.validator != nil else { throw .noCatalogue(source.name) }
            held.renew(reading)
            return held
        }
        let revision = catalogue.revision ?? SourceForm.revision(of: catalogue)
        catalogue.revision = revision
        if let held, held.hasContent(of: catalogue, revision: revision), held.validator == catalogue.validator {
            held.renew(reading)
            return held
        }
        let form = SourceForm(
            catalogue,
            replacing: held,
            syntax: context.syntax,
            contracts: context.contracts,
            reading: reading
        )
        let heldIsEmpty = held.map(\.records.isEmpty) ?? state.withLock { $0.isShippedEmpty }
        if form.records.isEmpty, !heldIsEmpty { throw .emptyCatalogue(source.name) }
        return form
    }

    private func apply(_ result: Result<SourceForm, any Error>) {
        let now = context.time.elapsed()
        let random = context.random()
        state.withLock { state in
            switch result {
            case .success(let form):
                if state.form !== form {
                    state.form = form
                    state.isStored = false
                }
                state.failures = 0
                state.isRefused = false
                state.lastError = nil
                state.nextRead = now + pause(random)
            case .failure(let error):
                state.lastError = error
                let status = (error as? TchaviError)?.statusCode
                state.isRefused = state.isRefused || status == 401 || status == 403
                let pause = Self.backoff.backoff(retriesSoFar: state.failures) * (0.75 + 0.25 * random)
                let asked = min((error as? TchaviError)?.retryAfter ?? .zero, Self.maximumRetryAfter)
                state.failures += 1
                state.nextRead = now + (source.pollInterval ?? max(pause, asked))
            }
        }
    }

    /// The interval, varied by ±10 %, so that processes that started together spread.
    private func pause(_ random: Double) -> Duration {
        if let interval = source.pollInterval { return interval }
        return (interval ?? .zero) * (0.9 + 0.2 * random)
    }

    /// Ends reads in progress, and starts no more.
    func shutDown() {
        let tasks = state.withLock { state in
            state.isShutDown = true
            return [state.loading, state.waiting]
        }
        for task in tasks { task?.cancel() }
    }

    // MARK: The disk cache

    /// Reads the form on disk, if there is one and the shipped prompts are not newer.
    func restore(beside shipped: SourceForm?) async {
        state.withLock { state in
            state.shippedRevision = shipped?.revision
            state.isShippedEmpty = shipped?.records.isEmpty ?? true
        }
        guard let file else { return }
        do {
            guard let stored = try await Self.offPool({ try file.read() }) else { return }
            (source as? BundleSource)?.noteHeld(publishedAt: stored.catalogue.publishedAt)
            if let shipped, stored.shippedRevision != shipped.revision {
                guard let onDisk = stored.catalogue.publishedAt?.date, let other = shipped.publishedAt?.date,
                    onDisk > other
                else { return }
            }
            let age = max(context.now().timeIntervalSince(stored.readAt), 0)
            let reading = SourceForm.Reading(
                time: context.time.elapsed() - .seconds(min(age, 1e9)),
                origin: .disk
            )
            let form = SourceForm(
                stored.catalogue,
                replacing: nil,
                syntax: context.syntax,
                contracts: context.contracts,
                reading: reading
            )
            guard !form.records.isEmpty else { return }
            state.withLock { state in
                if state.form == nil {
                    state.form = form
                    state.isStored = true
                }
            }
        } catch {
            report(error, of: file)
        }
    }

    private func store(_ form: SourceForm) async {
        guard let file else { return }
        let now = context.now()
        let (shippedRevision, isStored) = state.withLock { ($0.shippedRevision, $0.isStored) }
        do {
            try await Self.offPool {
                if isStored, try file.renew(readAt: now, shippedRevision: shippedRevision) { return }
                try file.write(
                    StoredCatalogue(catalogue: form.catalogue, readAt: now, shippedRevision: shippedRevision)
                )
            }
            state.withLock { state in
                state.isStored = true
                state.cacheDiagnostic = nil
            }
        } catch {
            report(error, of: file)
        }
    }

    private func report(_ error: any Error, of file: SnapshotFile) {
        let diagnostic = PromptDiagnostic(
            location: file.path,
            severity: .warning,
            reason: (error as? PromptError)?.message ?? "The disk cache cannot be used: \(error.localizedDescription)",
            advice: (error as? PromptError)?.advice ?? "Check the cache directory; serving goes on without it."
        )
        state.withLock { $0.cacheDiagnostic = diagnostic }
    }

    /// Runs work that blocks on a disk on a thread of its own.
    private static func offPool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
        }
    }
}

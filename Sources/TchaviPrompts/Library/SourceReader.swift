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
        /// Called when there are new prompts, or the last error is another.
        let didChange: @Sendable () -> Void
    }

    private struct State {
        var form: SourceForm?
        /// The read in progress, and the one that begins when it ends.
        var loading: Task<SourceForm, any Error>?
        var waiting: Task<SourceForm, any Error>?
        var loadingSince = Duration.zero
        /// Where the form was from when that was last announced.
        var origin: Selection.Origin?
        var failures = 0
        /// When the source is next read without anybody asking for it.
        var nextRead = Duration.zero
        /// When a request next starts a read.
        var nextRequestedRead = Duration.zero
        /// Whether a read has failed, or taken longer than requests wait.
        var hasFailed = false
        /// The shipped prompts, which complete what the source gives before anything else has been read.
        var shipped: SourceForm?
        /// Whether the source refuses the credential, so that asking again is of no use.
        var isRefused = false
        var lastError: (any Error)?
        var cacheDiagnostic: PromptDiagnostic?
        /// Whether the file on disk has the form's content, so that only its age is to be renewed.
        var isStored = false
        var isShutDown = false

        /// Whether no pause after a failure is in progress.
        func mayRead(at now: Duration) -> Bool {
            !isRefused && !isShutDown && (lastError == nil || now >= nextRead)
        }
    }

    private static let minimumInterval = Duration.milliseconds(10)
    private static let backoff = RetryPolicy(initialDelay: .seconds(1), maximumDelay: .seconds(600))
    /// A server may ask for a longer pause than the longest after failures, up to this.
    private static let maximumRetryAfter = Duration.seconds(3600)

    let source: any PromptSource
    /// The interval after which a request starts a read.
    private let requestInterval: Duration?
    /// The interval at which the source is read while somebody watches.
    let interval: Duration?
    /// Whether the prompts are on this computer, so that there is nothing to cache, and nothing faster to wait for.
    private let isLocal: Bool
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
        requestInterval = (interval ?? source.refreshInterval).map { max($0, Self.minimumInterval) }
        self.interval = source.pollInterval.map { max($0, Self.minimumInterval) } ?? requestInterval
        self.context = context
        // What is on this computer or in memory needs no copy.
        isLocal = source.pollInterval != nil || source is MemorySource
        file = isLocal ? nil : cacheDirectory.map { SnapshotFile(directory: $0, sourceName: cacheName) }
    }

    var form: SourceForm? { state.withLock { $0.form } }
    var lastError: (any Error)? { state.withLock { $0.lastError } }
    /// Whether the source refuses the credential, and is read again only when the library is refreshed.
    var isRefused: Bool { state.withLock { $0.isRefused } }
    /// Whether a read has failed, or taken longer than requests wait.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }
    /// Whether a read is in progress.
    var isReading: Bool { state.withLock { $0.loading != nil } }
    var cacheDiagnostic: PromptDiagnostic? { state.withLock { $0.cacheDiagnostic } }

    // MARK: When to read

    /// The time from now until the next read that nobody asks for; `nil` if there is none.
    func timeToNextRead() -> Duration? {
        guard let interval else { return nil }
        let now = context.time.elapsed()
        return state.withLock { $0.isRefused ? max(interval, .seconds(1)) : max($0.nextRead - now, .zero) }
    }

    /// Starts a read in the background if the form is older than the interval, and no pause after a failure is in progress.
    func readIfDue(at now: Duration) {
        // What is on disk may be from any time, so it is refreshed also for a source that is otherwise read only when the
        // library is refreshed.
        guard requestInterval != nil || form?.origin == .disk else { return }
        let isDue = state.withLock { state in
            state.loading == nil && !state.isRefused && !state.isShutDown && now >= state.nextRequestedRead
        }
        if isDue { _ = task(for: .poll) }
    }

    /// Begins the first read, unless a pause after a failure is in progress.
    func beginFirstRead() {
        let now = context.time.elapsed()
        if state.withLock({ $0.mayRead(at: now) }) { _ = task(for: .poll) }
    }

    /// Waits for a read, within a limit that begins with it. After a failure, it throws the error until the pause is over.
    func waitForRead(within limit: Duration) async throws {
        let now = context.time.elapsed()
        let (isReading, mayRead, error, remaining) = state.withLock { state in
            let remaining = state.loading == nil ? limit : state.loadingSince + limit - now
            return (state.loading != nil, state.mayRead(at: now), state.lastError, remaining)
        }
        guard isReading || mayRead else {
            if let error { throw error }
            return
        }
        let task = task(for: .poll)
        let name = source.name
        _ = try await context.time.run(within: isLocal ? nil : remaining, orThrow: self.outlasted(name, limit)) {
            try await task.sharedValue()
        }
    }

    private func outlasted(_ name: String, _ limit: Duration) -> PromptError {
        state.withLock { $0.hasFailed = true }
        return .slowSource(name, limit)
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
        let (held, shipped, isShutDown) = state.withLock { ($0.form, $0.shipped, $0.isShutDown) }
        let result: Result<SourceForm, any Error>
        do {
            if isShutDown { throw PromptError.shutDown }
            let catalogue =
                isPolling
                ? try await source.poll(since: held?.validator) : try await source.load(since: held?.validator)
            result = .success(try form(of: catalogue, replacing: held, beside: shipped))
        } catch is CancellationError {
            // A caller takes a CancellationError for its own cancellation, which ends no read.
            result = .failure(
                state.withLock { $0.isShutDown } ? PromptError.shutDown : PromptError.cancelledSource(source.name)
            )
        } catch {
            result = .failure(error)
        }
        if apply(result) { context.didChange() }
        if case .success(let form) = result { await store(form) }
        state.withLock { $0.loading = nil }
        return try result.get()
    }

    private func form(
        of catalogue: PromptCatalogue?,
        replacing held: SourceForm?,
        beside shipped: SourceForm?
    ) throws(PromptError) -> SourceForm {
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
            replacing: held ?? shipped,
            syntax: context.syntax,
            contracts: context.contracts,
            reading: reading
        )
        if form.records.isEmpty, let good = held ?? shipped, !good.records.isEmpty {
            throw .emptyCatalogue(source.name)
        }
        return form
    }

    /// Returns whether there are new prompts, or the last error is another.
    private func apply(_ result: Result<SourceForm, any Error>) -> Bool {
        let now = context.time.elapsed()
        let random = context.random()
        return state.withLock { state in
            switch result {
            case .success(let form):
                let isChanged = state.form !== form || state.lastError != nil || state.origin != form.origin
                if state.form !== form { state.isStored = false }
                state.form = form
                state.origin = form.origin
                state.failures = 0
                state.isRefused = false
                state.lastError = nil
                state.nextRead = now + pause(interval, random)
                state.nextRequestedRead = now + pause(requestInterval, random)
                return isChanged
            case .failure(let error):
                if state.isShutDown { return false }
                state.lastError = error
                state.hasFailed = true
                let status = (error as? TchaviError)?.statusCode
                // Until a read succeeds.
                if status == 401 || status == 403 { state.isRefused = true }
                let pause = Self.backoff.backoff(retriesSoFar: state.failures) * (0.75 + 0.25 * random)
                let asked = min((error as? TchaviError)?.retryAfter ?? .zero, Self.maximumRetryAfter)
                state.failures += 1
                state.nextRead = now + (source.pollInterval ?? max(pause, asked))
                state.nextRequestedRead = now + max(pause, asked)
                return true
            }
        }
    }

    /// The interval, varied by ±10 %, so that processes that started together spread.
    private func pause(_ interval: Duration?, _ random: Double) -> Duration {
        (interval ?? .zero) * (0.9 + 0.2 * random)
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
        state.withLock { $0.shipped = shipped }
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
                replacing: shipped,
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
        let (shippedRevision, isStored) = state.withLock { ($0.shipped?.revision, $0.isStored) }
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

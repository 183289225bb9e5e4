public import Tchavi

/// Reads prompts from a source, and selects the version of a prompt that a query gets.
///
/// ```swift
/// let library = PromptLibrary(source: .directory("Prompts"), gateway: client)
/// let prompt = try await library.prompt("support-reply", matching: PromptQuery().tag("plan", "enterprise"))
/// let response = try await prompt.run("Where is my order?", variables: ["customer": "Ada"])
/// ```
///
/// The source is read once, at the first use, also if several tasks use the library at the same time. After that,
/// prompts are returned from memory until ``refresh()`` reads the source again. A prompt that cannot be read does not
/// affect the others: it is reported in ``diagnostics()``, and its last valid record is used, if there was one.
public final class PromptLibrary: Sendable {
    private struct State {
        var snapshot: Snapshot?
        /// The read in progress.
        var loading: Task<Snapshot, any Error>?
        /// The read that begins when it ends.
        var waiting: Task<Snapshot, any Error>?
    }

    private let source: any PromptSource
    private let gateway: TchaviClient
    private let syntax: VariableSyntax
    private let tools: [PromptTool]
    private let observers: [any PromptObserver]
    private let state = Locked(State())

    /// Creates a library. The source is not read before the first use.
    ///
    /// - Parameters:
    ///   - source: The source to read prompts from.
    ///   - gateway: The client that runs the prompts.
    ///   - syntax: The syntax of the variables in the prompts' messages.
    ///   - tools: Tools for all prompts that declare them; ``RunOptions/tools`` adds tools to a run.
    ///   - observers: The observers, in the order in which they are called for each selected prompt.
    public init(
        source: some PromptSource,
        gateway: TchaviClient,
        syntax: VariableSyntax = .angleBrackets,
        tools: [PromptTool] = [],
        observers: [any PromptObserver] = []
    ) {
        self.source = source
        self.gateway = gateway
        self.syntax = syntax
        self.tools = tools
        self.observers = observers
    }

    /// Selects a version of a prompt.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - query: The query to select by. Without conditions, it selects an unconditional deployment or the fallback.
    /// - Returns: The selected version, ready to run; its ``Prompt/selection`` says why it was selected.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound``, ``PromptError/Code/noMatch`` or
    ///   ``PromptError/Code/invalidRecord``; the source's error if the prompts have not been read before.
    public func prompt(_ id: String, matching query: PromptQuery = PromptQuery()) async throws -> Prompt {
        let snapshot = try await snapshot()
        let record = try Self.record(id, in: snapshot)
        let selector = await selector(of: record, in: snapshot)
        let result = selector.select(query)
        var selection = result.selection
        selection.snapshotAge = gateway.pipeline.time.elapsed() - snapshot.readAt
        guard let version = result.version else { throw PromptError.noMatch(record, query) }
        if let reason = version.unreadableReason { throw PromptError.unreadable(version, of: id, reason) }
        guard let config = version.config else {
            throw PromptError(
                .invalidRecord,
                "Version \(version.version) of `\(id)` has no `config`, so it has neither messages nor a model.",
                advice: "Save the version with its messages and model, or deploy another version.",
                promptID: id
            )
        }
        let prepared = await prepared(version, in: record, config, snapshot)
        selection.versionContentHash = prepared.contentHash
        let prompt = Prompt(
            record: record,
            version: version,
            config: config,
            selection: selection,
            compiled: prepared.messages,
            gateway: gateway,
            tools: tools.isEmpty ? [] : tools(declaredBy: config)
        )
        if !observers.isEmpty {
            let event = SelectionEvent(selection: selection, query: query, split: result.split)
            for observer in observers { observer.selected(event) }
        }
        return prompt
    }

    /// Returns a prompt's compiled deployments, without suspending if they have been compiled before.
    private func selector(of record: PromptRecord, in snapshot: Snapshot) async -> CompiledSelector {
        if let selector = snapshot.compiledSelector(of: record) { return selector }
        return await snapshot.compileSelector(of: record)
    }

    /// Returns a version's prepared form, without suspending if it has been prepared before.
    private func prepared(
        _ version: PromptVersion,
        in record: PromptRecord,
        _ config: PromptVersionConfig,
        _ snapshot: Snapshot
    ) async -> PreparedVersion {
        if let prepared = snapshot.prepared(version, in: record, config) { return prepared }
        return await snapshot.prepare(version, in: record, config)
    }

    private func tools(declaredBy config: PromptVersionConfig) -> [PromptTool] {
        let declared = config.declaredToolNames
        return tools.filter { declared.contains($0.name) }
    }

    /// Explains which version a query selects, and why each of the other deployments was not selected.
    ///
    /// Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - query: The query to explain.
    /// - Returns: The explanation, also if no version is selected.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` or ``PromptError/Code/invalidRecord``.
    @concurrent
    public func explain(
        _ id: String,
        matching query: PromptQuery = PromptQuery()
    ) async throws -> SelectionExplanation {
        let snapshot = try await snapshot()
        return await selector(of: try Self.record(id, in: snapshot), in: snapshot).explain(query)
    }

    /// Checks the deployments of every prompt for problems. Runs outside of the caller's actor.
    ///
    /// - Returns: The findings, ordered by prompt id, with the most severe of each prompt first.
    /// - Throws: The source's error if the prompts have not been read before.
    @concurrent
    public func lint() async throws -> [DeploymentFinding] {
        let snapshot = try await snapshot()
        var findings: [DeploymentFinding] = []
        for id in snapshot.ids { findings += await snapshot.records[id]?.lint(syntax: syntax) ?? [] }
        return findings
    }

    /// Returns the ids of all available prompts.
    ///
    /// - Returns: The ids, sorted by their UTF-8 bytes.
    /// - Throws: The source's error if the prompts have not been read before.
    public func promptIDs() async throws -> [String] { try await snapshot().ids }

    /// Returns a prompt as it is stored, with all its versions and deployments.
    ///
    /// - Parameter id: The prompt's id.
    /// - Returns: The record.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` or ``PromptError/Code/invalidRecord``.
    public func record(_ id: String) async throws -> PromptRecord { try await Self.record(id, in: snapshot()) }

    /// Returns the prompts that could not be read when the source was last read.
    ///
    /// - Returns: The diagnostics, in the source's order.
    /// - Throws: The source's error if the prompts have not been read before.
    public func diagnostics() async throws -> [PromptDiagnostic] { try await snapshot().diagnostics }

    /// Reads the source again. A ``Prompt`` that was returned before keeps its version.
    ///
    /// - Throws: The source's error. The library then continues to use the prompts that it holds.
    public func refresh() async throws { _ = try await load(.refresh) }

    /// Reads the source again whenever it has changed, until the task is cancelled: for a ``DirectorySource``, edits of
    /// its files are served within a second.
    ///
    /// Run it in a task of its own. A failure keeps the prompts that the library holds, and is tried again.
    ///
    /// ```swift
    /// let watching = Task { await library.run() }
    /// ```
    public func run() async {
        let time = gateway.pipeline.time
        guard let interval = source.pollInterval else {
            // There is nothing to do until the task is cancelled.
            while !Task.isCancelled { try? await time.sleep(.seconds(3600)) }
            return
        }
        while !Task.isCancelled {
            _ = try? await load(.poll)
            try? await time.sleep(interval)
        }
    }

    // MARK: Snapshots

    private func snapshot() async throws -> Snapshot {
        if let snapshot = state.withLock({ $0.snapshot }) { return snapshot }
        return try await load(.firstUse)
    }

    /// Why the source is read.
    private enum Occasion {
        /// Nothing has been read before. Waits for any read in progress.
        case firstUse
        /// The caller wants to see what was written before the call, so a read in progress is not enough.
        case refresh
        /// The source may have changed.
        case poll
    }

    /// Reads the source. At most one read is in progress, and one waits for its end, which all callers meanwhile share.
    /// Cancelling a caller does not cancel the read.
    private func load(_ occasion: Occasion) async throws -> Snapshot {
        let task = state.withLock { state in
            if occasion != .refresh, let loading = state.loading { return loading }
            if let waiting = state.waiting { return waiting }
            guard let loading = state.loading else {
                let task = Task { try await self.read(isPolling: occasion == .poll) }
                state.loading = task
                return task
            }
            let task = Task {
                _ = await loading.result
                self.state.withLock { state in
                    state.loading = state.waiting
                    state.waiting = nil
                }
                return try await self.read(isPolling: false)
            }
            state.waiting = task
            return task
        }
        return try await task.sharedValue()
    }

    private func read(isPolling: Bool) async throws -> Snapshot {
        let held = state.withLock { $0.snapshot }
        let result: Result<Snapshot, any Error>
        do {
            let catalogue =
                isPolling
                ? try await source.poll(since: held?.validator) : try await source.load(since: held?.validator)
            result = .success(try snapshot(of: catalogue, replacing: held))
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.loading = nil
            if case .success(let snapshot) = result { state.snapshot = snapshot }
        }
        return try result.get()
    }

    private func snapshot(of catalogue: PromptCatalogue?, replacing held: Snapshot?) throws(PromptError) -> Snapshot {
        let now = gateway.pipeline.time.elapsed()
        guard let catalogue else {
            if let held {
                held.renew(at: now)
                return held
            }
            throw PromptError(
                .invalidRecord,
                "The source returned no prompts: `load(since: nil)` returned `nil`.",
                advice: "Return a catalogue if the revision is `nil`."
            )
        }
        let snapshot = Snapshot(catalogue, replacing: held, syntax: syntax, readAt: now)
        if let held, !held.records.isEmpty, snapshot.records.isEmpty {
            throw PromptError(
                .notFound,
                "The source has no prompts any more, which is more likely a fault than intended.",
                advice: "The prompts that were read before are still used. Check the source, or create another library."
            )
        }
        return snapshot
    }

    private static func record(_ id: String, in snapshot: Snapshot) throws(PromptError) -> PromptRecord {
        if let record = snapshot.records[id] { return record }
        if let diagnostic = snapshot.diagnostics.first(where: { $0.isError(of: id) }) {
            throw .unreadable(id, diagnostic)
        }
        throw .notFound(id, available: snapshot.ids)
    }
}

extension PromptVersionConfig {
    /// The names of the tools that the version declares.
    var declaredToolNames: Set<String> {
        Set(modelParameters["tools"]?.array?.compactMap { $0["function"]?["name"]?.string } ?? [])
    }
}

extension PromptDiagnostic {
    /// Whether this is an error in a prompt, whose id may be known from its file's place only.
    fileprivate func isError(of id: String) -> Bool {
        guard severity == .error else { return false }
        if let promptID { return promptID == id }
        return ["\(id).json", "\(id)/prompt.json"].contains { location == $0 || location.hasSuffix("/\($0)") }
    }
}

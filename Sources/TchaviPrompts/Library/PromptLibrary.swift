public import Tchavi

/// Where a program gets its prompts.
///
/// ```swift
/// let library = PromptLibrary(source: .directory("Prompts"), gateway: client)
/// let prompt = try await library.prompt("support-reply", matching: PromptQuery().tag("plan", "enterprise"))
/// let response = try await prompt.run("Where is my order?", variables: ["customer": "Ada"])
/// ```
///
/// The source is read at the first use, once, however many ask. From then on prompts are given from memory, until
/// ``refresh()`` reads the source again. A prompt that cannot be read never costs the others: it is reported in
/// ``diagnostics()``, and if an older form of it was good, that one goes on serving.
public final class PromptLibrary: Sendable {
    private struct State {
        var snapshot: Snapshot?
        var loading: Task<Snapshot, any Error>?
    }

    private let source: any PromptSource
    private let gateway: TchaviClient
    private let syntax: VariableSyntax
    private let tools: [PromptTool]
    private let observers: [any PromptObserver]
    private let state = Locked(State())

    /// Makes a library. Nothing is read before the first use.
    ///
    /// - Parameters:
    ///   - source: Where the prompts come from.
    ///   - gateway: What runs them.
    ///   - syntax: How variables are written in the prompts' texts.
    ///   - tools: Tools for every prompt of the library that declares them; a run can bring more.
    ///   - observers: Told of every prompt that the library hands out, in order.
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

    /// Picks a version of a prompt.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - query: What the deployments are asked. Without conditions it gets what is deployed
    ///     unconditionally, or else the fallback.
    /// - Returns: The prompt in the version that was picked, ready to be run; its ``Prompt/selection`` says why.
    /// - Throws: ``PromptError``: of code ``PromptError/Code/notFound``, ``PromptError/Code/noMatch``, or
    ///   ``PromptError/Code/invalidRecord``.
    public func prompt(_ id: String, matching query: PromptQuery = PromptQuery()) async throws -> Prompt {
        let snapshot = try await snapshot()
        let record = try Self.record(id, in: snapshot)
        let selector = await selector(of: record, in: snapshot)
        let result = selector.select(query)
        var selection = result.selection
        selection.snapshotAge = gateway.pipeline.time.elapsed() - snapshot.readAt
        guard let version = result.version else { throw PromptError.noMatch(record, query) }
        guard let config = version.config else {
            throw PromptError(
                .invalidRecord,
                "Version \(version.version) of `\(id)` has no config: no messages, and no model.",
                advice: "Save the version with its messages, or deploy another.",
                promptID: id
            )
        }
        let prompt = Prompt(
            record: record,
            version: version,
            config: config,
            selection: selection,
            compiled: snapshot.messages(of: version, in: record, config),
            gateway: gateway,
            tools: tools.isEmpty ? [] : tools(declaredBy: config)
        )
        if !observers.isEmpty {
            let event = SelectionEvent(selection: selection, query: query, split: result.split)
            for observer in observers { observer.selected(event) }
        }
        return prompt
    }

    /// A prompt's deployments, compiled. Those that have been compiled before are returned without suspending.
    private func selector(of record: PromptRecord, in snapshot: Snapshot) async -> CompiledSelector {
        if let selector = snapshot.compiledSelector(of: record) { return selector }
        return await snapshot.compileSelector(of: record)
    }

    private func tools(declaredBy config: PromptVersionConfig) -> [PromptTool] {
        let declared = config.declaredToolNames
        return tools.filter { declared.contains($0.name) }
    }

    /// Explains which version a query gets, and what kept out every other deployment. Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - query: What the deployments are asked.
    /// - Returns: The explanation, also where nothing is picked.
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
    /// - Returns: The findings, prompt by prompt, the most severe of each first.
    /// - Throws: Where the source cannot be read.
    @concurrent
    public func lint() async throws -> [DeploymentFinding] {
        let snapshot = try await snapshot()
        var findings: [DeploymentFinding] = []
        for id in snapshot.ids { findings += await snapshot.records[id]?.lint(syntax: syntax) ?? [] }
        return findings
    }

    /// The ids of every prompt, in order.
    ///
    /// - Returns: The ids.
    /// - Throws: Where the source cannot be read.
    public func promptIDs() async throws -> [String] { try await snapshot().ids }

    /// One prompt as it is stored.
    ///
    /// - Parameter id: The prompt's id.
    /// - Returns: The record.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` or ``PromptError/Code/invalidRecord``.
    public func record(_ id: String) async throws -> PromptRecord { try await Self.record(id, in: snapshot()) }

    /// What could not be read when the source was last read.
    ///
    /// - Returns: The diagnostics, in the order of their locations.
    /// - Throws: Where the source cannot be read.
    public func diagnostics() async throws -> [PromptDiagnostic] { try await snapshot().diagnostics }

    /// Reads the source again. Prompts that were handed out keep the version that they have.
    ///
    /// - Throws: Where the source cannot be read. What was held before then goes on serving.
    public func refresh() async throws { _ = try await load() }

    // MARK: Snapshots

    private func snapshot() async throws -> Snapshot {
        if let snapshot = state.withLock({ $0.snapshot }) { return snapshot }
        return try await load()
    }

    /// Reads the source once, however many ask at the same time; a caller that is cancelled does not end it.
    private func load() async throws -> Snapshot {
        let task = state.withLock { state in
            if let loading = state.loading { return loading }
            let held = state.snapshot
            let task = Task { [source, syntax, gateway] in
                let result: Result<Snapshot, any Error>
                do {
                    let catalogue = try await source.load(since: held?.revision)
                    let now = gateway.pipeline.time.elapsed()
                    let snapshot =
                        catalogue.map { Snapshot($0, replacing: held, syntax: syntax, readAt: now) } ?? held
                    guard let snapshot else {
                        throw PromptError(
                            .invalidRecord,
                            "The source says that nothing has changed, but gave nothing before."
                        )
                    }
                    result = .success(snapshot)
                } catch {
                    result = .failure(error)
                }
                self.state.withLock { state in
                    state.loading = nil
                    if case .success(let snapshot) = result { state.snapshot = snapshot }
                }
                return try result.get()
            }
            state.loading = task
            return task
        }
        return try await task.sharedValue()
    }

    private static func record(_ id: String, in snapshot: Snapshot) throws(PromptError) -> PromptRecord {
        if let record = snapshot.records[id] { return record }
        if let diagnostic = snapshot.diagnostics.first(where: { $0.promptID == id || $0.location == "\(id).json" }) {
            throw PromptError(
                .invalidRecord,
                "The prompt `\(id)` cannot be read: \(diagnostic).",
                advice: "Mend the record, then refresh the library.",
                promptID: id
            )
        }
        throw .notFound(id, available: snapshot.ids)
    }
}

extension Snapshot {
    fileprivate var ids: [String] { records.keys.sorted { $0.precedesInBytes($1) } }
}

extension PromptVersionConfig {
    /// The names of the tools that the version declares.
    var declaredToolNames: Set<String> {
        Set(modelParameters["tools"]?.array?.compactMap { $0["function"]?["name"]?.string } ?? [])
    }
}

extension PromptError {
    fileprivate static func notFound(_ id: String, available: [String]) -> PromptError {
        let list = available.map { "`\($0)`" }.joined(separator: ", ")
        var error = PromptError(
            .notFound,
            "There is no prompt `\(id)`.",
            advice: available.isEmpty ? "The source has no prompts at all." : "There are \(list).",
            promptID: id
        )
        error.availablePrompts = available
        return error
    }

    fileprivate static func noMatch(_ record: PromptRecord, _ query: PromptQuery) -> PromptError {
        let numbers = record.versions.map(\.version).sorted().map(String.init).joined(separator: ", ")
        let isDeployed = record.versions.contains { !record.deployments(of: $0).isEmpty }
        let ending = query.requiresMatch ? ", and the query requires a match." : ", and it has no fallback."
        let reason: String
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) {
            reason = "`\(record.promptID)` is not in the folder `\(folder)`."
        } else if let index = query.index(of: PromptQuery.versionField) {
            reason = "`\(record.promptID)` has no version \(query.conditions[index].value)."
        } else if record.versions.isEmpty {
            reason = "`\(record.promptID)` has no version at all."
        } else if !isDeployed {
            reason = "`\(record.promptID)` has versions, but none is deployed" + ending
        } else {
            reason = "No deployment of `\(record.promptID)` is for this query" + ending
        }
        let advice =
            record.versions.isEmpty
            ? "Save a version first."
            : "Deploy a version, pin one with `.version(n)` (there are \(numbers)), or take `.latest()`; "
                + "`library.explain` says what kept each deployment out."
        return PromptError(.noMatch, reason, advice: advice, promptID: record.promptID)
    }
}

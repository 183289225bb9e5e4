import Tchavi

extension PromptLibrary {
    struct Selected {
        let prompt: Prompt
        let split: Split?
        var unavailableReason: String?
    }

    static func allowsDefault(_ error: any Error) -> Bool {
        if error is CancellationError, Task.isCancelled { return false }
        return (error as? PromptError)?.code != .noMatch
    }

    func defaultPrompt(_ id: String, _ config: PromptVersionConfig, instead error: any Error) -> Selected {
        let version = PromptVersion(id: config.id, version: 0, promptID: id, config: config)
        var selection = Selection(promptID: id, version: 0, versionID: config.id, reason: .default)
        selection.origin = .default
        selection.versionContentHash = config.contentHash
        let prompt = prompt(
            PromptRecord(promptID: id, versions: [version]),
            version,
            config,
            selection,
            CompiledMessages(config.messages, syntax: syntax)
        )
        return Selected(prompt: prompt, split: nil, unavailableReason: "\(error)")
    }

    private func prompt(
        _ record: PromptRecord,
        _ version: PromptVersion,
        _ config: PromptVersionConfig,
        _ selection: Selection,
        _ compiled: CompiledMessages
    ) -> Prompt {
        Prompt(
            record: record,
            version: version,
            config: config,
            selection: selection,
            compiled: compiled,
            gateway: gateway,
            gatewayModel: configuration.gatewayModel?(config) ?? config.model,
            tools: tools,
            observers: observers
        )
    }

    func notify(_ selected: Selected, _ query: PromptQuery) {
        guard !observers.isEmpty else { return }
        let event = SelectionEvent(
            selection: selected.prompt.selection,
            query: query,
            split: selected.split,
            unavailableReason: selected.unavailableReason
        )
        for observer in observers { observer.selected(event) }
    }

    func select(
        _ id: String,
        _ query: PromptQuery,
        in snapshot: Snapshot,
        fetchesVersions: Bool = true
    ) async throws -> Selected {
        var (record, layer) = try await snapshot.record(id)
        if let limit = configuration.maxStaleness, layer.reader != nil, let age = layer.form.age(at: time.elapsed()),
            age > limit
        {
            (record, layer) = try await refreshedRecord(id, layer, limit)
        }
        let form = layer.form
        var query = query
        if !overrides.versions.isEmpty, let number = overrides.versions[id] { query = query.version(number) }
        var result = await selector(of: record, in: form).select(query)
        if fetchesVersions, result.version == nil, let fetched = try await fetchedVersion(of: record, query, layer) {
            record = fetched
            result = await Self.compiled(fetched).select(query)
        }
        guard let version = result.version else {
            if let number = overrides.versions[id] { throw PromptError.noOverride(record, number) }
            throw PromptError.noMatch(record, query)
        }
        var chosen = try await runnable(version, in: record, form)
        var heldBack: Selection.HeldBack?
        if !chosen.prepared.violations.isEmpty {
            let refused = Selection.HeldBack(
                version: version.version,
                versionID: version.id,
                reasons: chosen.prepared.violations
            )
            guard let earlier = try await compatible(id, query, record, form) else {
                throw PromptError.contract(id, refused)
            }
            (record, result, chosen) = earlier
            heldBack = refused
        }
        var selection = result.selection
        selection.snapshotAge = form.age(at: time.elapsed())
        selection.origin = overrides.versions[id] == nil ? form.origin : .override
        selection.heldBack = heldBack
        selection.versionContentHash = chosen.prepared.contentHash
        let prompt = prompt(record, chosen.version, chosen.config, selection, chosen.prepared.messages)
        return Selected(prompt: prompt, split: result.split)
    }

    typealias Runnable = (version: PromptVersion, config: PromptVersionConfig, prepared: PreparedVersion)

    func runnable(
        _ version: PromptVersion,
        in record: PromptRecord,
        _ form: SourceForm,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> Runnable {
        if let reason = version.unreadableReason { throw PromptError.unreadable(version, of: record.promptID, reason) }
        guard let config = version.config else {
            throw PromptError(
                .invalidRecord,
                "Version \(version.version) of `\(record.promptID)` has no `config`, so it has neither messages nor a model.",
                advice: "Save the version with its messages and model, or deploy another version.",
                promptID: record.promptID
            )
        }
        let known = form.prepared(version, in: record, config)
        let prepared = if let known { known } else { await form.prepare(version, in: record, config) }
        // Where a version was read from JSON or a file, this has been found before.
        if let index = prepared.messages.misplacedVariable {
            let reason = "in message \(index), \(ImageURLTemplate.misplacedVariable)."
            throw PromptError.unreadable(version, of: record.promptID, reason)
        }
        return (version, config, prepared)
    }

    /// Selects from the last form of the prompt that fulfilled its contract, if the version that is selected there does so
    /// and the source still has it.
    func compatible(
        _ id: String,
        _ query: PromptQuery,
        _ current: PromptRecord,
        _ form: SourceForm
    ) async throws -> (PromptRecord, SelectionResult, Runnable)? {
        guard let earlier = form.compatibleRecord(id) else { return nil }
        let result = await Self.compiled(earlier).select(query)
        guard let version = result.version,
            current.versions.contains(where: { $0.id == version.id && $0.version == version.version })
        else { return nil }
        let chosen = try await runnable(version, in: earlier, form)
        return chosen.prepared.violations.isEmpty ? (earlier, result, chosen) : nil
    }

    /// Returns the record with the version that a query is pinned to, if the source has it and the record does not.
    func fetchedVersion(
        of record: PromptRecord,
        _ query: PromptQuery,
        _ layer: Snapshot.Layer
    ) async throws -> PromptRecord? {
        guard !state.withLock({ $0.isShutDown }), let reader = layer.reader,
            let pin = query.index(of: PromptQuery.versionField),
            let number = query.conditions[pin].value.asInteger,
            query.folderID.map({ $0.isSameText(as: record.folderID) }) ?? true,
            let version = try await fetchedVersions.version(number, of: record.promptID, from: reader.source)
        else { return nil }
        var record = record
        record.versions.append(version)
        return record
    }

    /// Waits for one refresh of a prompt that is too old.
    func refreshedRecord(
        _ id: String,
        _ layer: Snapshot.Layer,
        _ limit: Duration
    ) async throws -> (PromptRecord, Snapshot.Layer) {
        do {
            try await layer.reader?.waitForRead(within: configuration.initialTimeout)
        } catch {
            try Task.checkCancellation()
            // What the source's error means for this prompt is found below.
        }
        guard let snapshot = currentSnapshot else { throw PromptError.shutDown }
        let (record, layer) = try await snapshot.record(id)
        let age = layer.form.age(at: time.elapsed()) ?? .zero
        guard age <= limit else { throw PromptError.stale(id, age: age, limit: limit, layer.reader?.lastError) }
        return (record, layer)
    }

    /// Returns a prompt's compiled deployments, without suspending if they have been compiled before.
    func selector(
        of record: PromptRecord,
        in form: SourceForm,
        isolation: isolated (any Actor)? = #isolation
    ) async -> CompiledSelector {
        if let selector = form.compiledSelector(of: record) { return selector }
        return await form.compileSelector(of: record)
    }

    /// Compiles deployments that no form holds, outside of the caller's actor.
    @concurrent
    static func compiled(_ record: PromptRecord) async -> CompiledSelector { CompiledSelector(record) }
}

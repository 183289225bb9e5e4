import Tchavi

/// Every prompt as it was at one time: immutable, so that reading it needs no lock that a refresh holds.
final class Snapshot: Sendable {
    let records: [String: PromptRecord]
    let diagnostics: [PromptDiagnostic]
    let revision: String?
    /// When it was read, by the clock of the library.
    let readAt: Duration
    private let locations: [String: PromptRecord]
    private let syntax: VariableSyntax
    /// The prompts' deployments, compiled when a prompt is first asked for.
    private let selectors = Locked<[String: CompiledSelector]>([:])
    /// The versions' messages, parsed when a version is first picked.
    private let compiled = Locked<[String: (source: [ChatMessage], messages: CompiledMessages)]>([:])

    /// Takes what was read, and from what was held before the prompts that can no longer be read.
    init(_ catalogue: PromptCatalogue, replacing previous: Snapshot?, syntax: VariableSyntax, readAt: Duration) {
        var records: [String: PromptRecord] = [:]
        var locations: [String: PromptRecord] = [:]
        var diagnostics = catalogue.diagnostics
        for entry in catalogue.entries {
            let id = entry.record.promptID
            guard records[id] == nil else {
                let reason = "the prompt `\(id)` was read before"
                diagnostics.append(PromptDiagnostic(location: entry.location, promptID: id, reason: reason))
                continue
            }
            records[id] = entry.record
            locations[entry.location] = entry.record
        }
        for (index, diagnostic) in diagnostics.enumerated() {
            // By its id, if that much could be read: the file may have been renamed, or hold another prompt now.
            let older = diagnostic.promptID.map { previous?.records[$0] } ?? previous?.locations[diagnostic.location]
            guard let older, records[older.promptID] == nil else { continue }
            records[older.promptID] = older
            locations[diagnostic.location] = older
            diagnostics[index].servesOlderForm = true
        }
        self.records = records
        self.locations = locations
        self.diagnostics = diagnostics
        self.syntax = syntax
        revision = catalogue.revision
        self.readAt = readAt
    }

    /// A prompt's deployments, if they have been compiled.
    func compiledSelector(of record: PromptRecord) -> CompiledSelector? {
        selectors.withLock { $0[record.promptID] }
    }

    /// Compiles a prompt's deployments, outside of the caller's actor: it takes long where there are many.
    @concurrent
    func compileSelector(of record: PromptRecord) async -> CompiledSelector {
        if let selector = compiledSelector(of: record) { return selector }
        let selector = CompiledSelector(record)
        selectors.withLock { $0[record.promptID] = selector }
        return selector
    }

    /// The messages of a version, parsed once.
    func messages(of version: PromptVersion, in record: PromptRecord, _ config: PromptVersionConfig) -> CompiledMessages
    {
        let key = "\(record.promptID)\u{0}\(version.id)\u{0}\(version.version)"
        // A fallback may be an older copy of a version, with the same id and other messages.
        if let held = compiled.withLock({ $0[key] }), held.source == config.messages { return held.messages }
        let messages = CompiledMessages(config.messages, syntax: record.variableSyntax ?? syntax)
        compiled.withLock { $0[key] = (config.messages, messages) }
        return messages
    }
}

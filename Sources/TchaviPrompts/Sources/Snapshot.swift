import Tchavi

/// Every prompt as it was at one time: immutable, so that reading it needs no lock that a refresh holds.
final class Snapshot: Sendable {
    let records: [String: PromptRecord]
    let diagnostics: [PromptDiagnostic]
    let revision: String?
    private let locations: [String: PromptRecord]
    private let syntax: VariableSyntax
    /// The versions' messages, parsed when a version is first picked.
    private let compiled = Locked<[String: CompiledMessages]>([:])

    /// Takes what was read, and from what was held before the prompts that can no longer be read.
    init(_ catalogue: PromptCatalogue, replacing previous: Snapshot?, syntax: VariableSyntax) {
        var records: [String: PromptRecord] = [:]
        var locations: [String: PromptRecord] = [:]
        var diagnostics = catalogue.diagnostics
        for entry in catalogue.entries {
            records[entry.record.promptID] = entry.record
            locations[entry.location] = entry.record
        }
        for (index, diagnostic) in diagnostics.enumerated() {
            guard let older = previous?.locations[diagnostic.location], records[older.promptID] == nil else { continue }
            records[older.promptID] = older
            locations[diagnostic.location] = older
            diagnostics[index].servesOlderForm = true
        }
        self.records = records
        self.locations = locations
        self.diagnostics = diagnostics
        self.syntax = syntax
        revision = catalogue.revision
    }

    /// The messages of a version, parsed once.
    func messages(of version: PromptVersion, in record: PromptRecord, _ config: PromptVersionConfig) -> CompiledMessages
    {
        let key = "\(record.promptID)\u{0}\(version.id)\u{0}\(version.version)"
        if let messages = compiled.withLock({ $0[key] }) { return messages }
        let messages = CompiledMessages(config.messages, syntax: syntax)
        compiled.withLock { $0[key] = messages }
        return messages
    }
}

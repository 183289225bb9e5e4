import Tchavi

/// The prompts of a library as they were last read, with their deployments and messages compiled on demand.
///
/// The records are immutable: a refresh replaces the whole snapshot, so readers never wait for it.
final class Snapshot: Sendable {
    let records: [String: PromptRecord]
    /// The prompts' ids, sorted by their UTF-8 bytes.
    let ids: [String]
    let diagnostics: [PromptDiagnostic]
    let validator: String?
    /// When the source was last read, or had not changed, by the library's clock.
    private let lastRead: Locked<Duration>
    private let locations: [String: [PromptRecord]]
    private let syntax: VariableSyntax
    /// The compiled deployments by prompt id, added when a prompt is first requested.
    private let selectors = Locked<[String: CompiledSelector]>([:])
    /// The versions that have been selected.
    private let prepared = Locked<[VersionKey: [PreparedVersion]]>([:])

    /// Creates a snapshot of a catalogue. For a prompt that can no longer be read, or not in a part that can be selected, it
    /// keeps the previous snapshot's record.
    init(_ catalogue: PromptCatalogue, replacing previous: Snapshot?, syntax: VariableSyntax, readAt: Duration) {
        var records: [String: PromptRecord] = [:]
        var locations: [String: [PromptRecord]] = [:]
        var diagnostics = catalogue.diagnostics
        var usesOlder: Set<String> = []
        let places = Self.places(in: catalogue)
        var reported: [String: Set<String>] = [:]
        for entry in catalogue.entries {
            let id = entry.record.promptID
            if let places = places[id], places.count > 1 {
                // Records of one file are reported once.
                if reported[id, default: []].insert(entry.location).inserted {
                    diagnostics.append(Self.duplicate(id, at: entry.location, of: places))
                }
                continue
            }
            // Forms are never mixed: an earlier whole form is used instead of a damaged one.
            if entry.record.isDamaged, let older = previous?.records[id], !older.isDamaged {
                usesOlder.insert(id)
                continue
            }
            records[id] = entry.record
            locations[entry.location, default: []].append(entry.record)
        }
        for (index, diagnostic) in diagnostics.enumerated() where diagnostic.severity == .error {
            // By id, if the id could be read: the file may have been renamed, or contain another prompt now.
            let older: [PromptRecord] =
                if let id = diagnostic.promptID {
                    previous?.records[id].map { [$0] } ?? []
                } else {
                    previous?.locations[diagnostic.location] ?? []
                }
            for older in older where records[older.promptID] == nil {
                usesOlder.insert(older.promptID)
                locations[diagnostic.location, default: []].append(older)
                diagnostics[index].servesOlderForm = true
            }
        }
        for id in usesOlder { records[id] = previous?.records[id] }
        self.records = records
        ids = records.keys.sorted { $0.precedesInBytes($1) }
        self.locations = locations
        self.diagnostics = diagnostics
        self.syntax = syntax
        validator = catalogue.validator
        lastRead = Locked(readAt)
    }

    /// When the source was last read, or had not changed, by the library's clock.
    var readAt: Duration { lastRead.withLock { $0 } }

    /// Notes that the source has not changed.
    func renew(at time: Duration) { lastRead.withLock { $0 = time } }

    /// Returns the locations of each prompt, also of those that cannot be used.
    private static func places(in catalogue: PromptCatalogue) -> [String: [String]] {
        var places = Dictionary(grouping: catalogue.entries) { $0.record.promptID }.mapValues { $0.map(\.location) }
        for (id, location) in catalogue.unusable { places[id]?.append(location) }
        return places
    }

    private static func duplicate(_ id: String, at location: String, of places: [String]) -> PromptDiagnostic {
        let others = places.lazy.filter { $0 != location }.prefix(3).joined(separator: ", ")
        return PromptDiagnostic(
            location: location,
            line: 1,
            column: 1,
            promptID: id,
            reason: "The prompt `\(id)` is defined more than once" + (others.isEmpty ? "" : ", also in \(others)")
                + ", and none of them is used.",
            advice: "Rename all but one of them, or remove the others."
        )
    }

    /// Returns a prompt's compiled deployments, or `nil` if they have not been compiled yet.
    func compiledSelector(of record: PromptRecord) -> CompiledSelector? {
        selectors.withLock { $0[record.promptID] }
    }

    /// Compiles a prompt's deployments, outside of the caller's actor because it takes long for thousands of them.
    @concurrent
    func compileSelector(of record: PromptRecord) async -> CompiledSelector {
        if let selector = compiledSelector(of: record) { return selector }
        let selector = CompiledSelector(record)
        selectors.withLock { $0[record.promptID] = selector }
        return selector
    }

    /// Returns the prepared form of a version, if it has been prepared before.
    func prepared(
        _ version: PromptVersion,
        in record: PromptRecord,
        _ config: PromptVersionConfig
    ) -> PreparedVersion? {
        // A fallback may be an older copy of a version, with the same id and another configuration.
        prepared.withLock { $0[VersionKey(version, in: record)]?.first { $0.config == config } }
    }

    /// Prepares a version, outside of the caller's actor because its messages may be long.
    @concurrent
    func prepare(
        _ version: PromptVersion,
        in record: PromptRecord,
        _ config: PromptVersionConfig
    ) async -> PreparedVersion {
        if let prepared = prepared(version, in: record, config) { return prepared }
        let new = PreparedVersion(config, syntax: record.variableSyntax ?? syntax)
        prepared.withLock { $0[VersionKey(version, in: record), default: []].append(new) }
        return new
    }
}

/// A version's configuration, and what is computed from it when it is first selected.
///
/// A class, so that each request for the prompt retains one object instead of every field.
final class PreparedVersion: Sendable {
    let config: PromptVersionConfig
    /// The messages, parsed.
    let messages: CompiledMessages
    let contentHash: String

    init(_ config: PromptVersionConfig, syntax: VariableSyntax) {
        self.config = config
        messages = CompiledMessages(config.messages, syntax: syntax)
        contentHash = config.contentHash
    }
}

/// A version of a prompt, among all of a snapshot.
private struct VersionKey: Hashable {
    let promptID: String
    let versionID: String
    let number: Int

    init(_ version: PromptVersion, in record: PromptRecord) {
        promptID = record.promptID
        versionID = version.id
        number = version.version
    }
}

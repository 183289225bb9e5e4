import Tchavi

/// The last good form of a source: its prompts as they were last read, with their deployments and messages compiled on
/// demand.
///
/// The records are immutable: a refresh replaces the whole form, so readers never wait for it.
final class SourceForm: Sendable {
    let records: [String: PromptRecord]
    /// The prompts' ids, sorted by their UTF-8 bytes.
    let ids: [String]
    let diagnostics: [PromptDiagnostic]
    let folders: [PromptFolder]
    let revision: String
    let validator: String?
    let publishedAt: Timestamp?
    /// The catalogue's own diagnostics.
    private let reported: [PromptDiagnostic]
    /// When and from where the prompts were last read, or had not changed.
    private let reading: Locked<Reading>
    private let locations: [String: [PromptRecord]]
    private let syntax: VariableSyntax
    private let contracts: [String: PromptContract]
    /// The errors of prompts whose ids could be read, and those of others.
    private let errors: [String: PromptDiagnostic]
    private let errorsWithoutID: [PromptDiagnostic]
    /// For each prompt with a contract, the last record whose deployed versions and fallback all fulfil it.
    private let compatible: [String: PromptRecord]
    /// The compiled deployments by prompt id, added when a prompt is first requested.
    private let selectors = Locked<[String: CompiledSelector]>([:])
    /// The versions that have been selected.
    private let prepared = Locked<[VersionKey: [PreparedVersion]]>([:])

    struct Reading {
        /// By the library's clock, negative for what was read before the process began; `nil` if that is not known.
        var time: Duration?
        var origin: Selection.Origin
    }

    /// Creates the form of a catalogue. For a prompt that can no longer be read, or not in a part that can be selected, it
    /// keeps the previous form's record.
    init(
        _ catalogue: PromptCatalogue,
        replacing previous: SourceForm?,
        syntax: VariableSyntax,
        contracts: [String: PromptContract] = [:],
        reading: Reading
    ) {
        var records: [String: PromptRecord] = [:]
        var locations: [String: [PromptRecord]] = [:]
        var diagnostics = catalogue.diagnostics
        var usesOlder: Set<String> = []
        let duplicates = catalogue.duplicates
        diagnostics += duplicates.diagnostics
        for entry in catalogue.entries where !duplicates.ids.contains(entry.record.promptID) {
            let id = entry.record.promptID
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
        let failed = diagnostics.filter { $0.severity == .error }
        errors = Dictionary(
            failed.compactMap { error in error.promptID.map { ($0, error) } },
            uniquingKeysWith: { first, _ in first }
        )
        errorsWithoutID = failed.filter { $0.promptID == nil }
        let served = Self.incompatibleVersions(of: records, contracts, syntax)
        self.diagnostics = diagnostics + served.map(\.diagnostic)
        self.syntax = syntax
        folders = catalogue.folders
        revision = catalogue.revision ?? Self.revision(of: catalogue)
        validator = catalogue.validator
        publishedAt = catalogue.publishedAt
        self.reported = catalogue.diagnostics
        self.contracts = contracts
        let incompatible = Set(served.map(\.promptID))
        compatible = (previous?.compatible ?? [:]).merging(
            records.filter { contracts[$0.key] != nil && !incompatible.contains($0.key) }
        ) { $1 }
        self.reading = Locked(reading)
    }

    /// When the source was last read, or had not changed, by the library's clock.
    var readAt: Duration? { reading.withLock { $0.time } }
    var origin: Selection.Origin { reading.withLock { $0.origin } }

    /// The time since then, never negative; `nil` if it is not known.
    func age(at now: Duration) -> Duration? { readAt.map { max(now - $0, .zero) } }

    /// Records that the source has not changed.
    func renew(_ new: Reading) { reading.withLock { $0 = new } }

    /// Whether a catalogue has the content of this form.
    func hasContent(of catalogue: PromptCatalogue, revision: String) -> Bool {
        revision == self.revision && catalogue.folders == folders && catalogue.publishedAt == publishedAt
            && catalogue.diagnostics == reported
    }

    /// The prompts as a catalogue, with the records that were kept from earlier reads.
    var catalogue: PromptCatalogue {
        var catalogue = PromptCatalogue(entries: [], diagnostics: diagnostics, revision: revision, validator: validator)
        catalogue.folders = folders
        catalogue.publishedAt = publishedAt
        for (location, records) in locations {
            catalogue.entries += records.map { .init(location: location, record: $0) }
        }
        return catalogue
    }

    /// Returns the hash of the prompts, in the order of their ids, for a source that has none of its own.
    static func revision(of catalogue: PromptCatalogue) -> String {
        var lines: [UInt8] = []
        for entry in catalogue.entries.sorted(by: { $0.record.promptID.precedesInBytes($1.record.promptID) }) {
            lines += entry.record.json.canonical() + [0x0A]
        }
        for folder in catalogue.folders { lines += folder.json.canonical() + [0x0A] }
        return SHA256.hexadecimal(lines)
    }

    /// Returns the deployed versions and fallbacks that need what the program does not give.
    private static func incompatibleVersions(
        of records: [String: PromptRecord],
        _ contracts: [String: PromptContract],
        _ syntax: VariableSyntax
    ) -> [(promptID: String, diagnostic: PromptDiagnostic)] {
        var found: [(promptID: String, diagnostic: PromptDiagnostic)] = []
        for (id, contract) in contracts.sorted(by: { $0.key.precedesInBytes($1.key) }) {
            guard let record = records[id] else { continue }
            let served =
                record.versions.filter { !record.deployments(of: $0).isEmpty }
                + (record.fallbackVersion.map { [$0] } ?? [])
            for version in served {
                let violations = contract.violations(by: version, syntax: record.variableSyntax ?? syntax)
                guard !violations.isEmpty else { continue }
                let diagnostic = PromptDiagnostic(
                    location: id,
                    severity: .warning,
                    promptID: id,
                    reason: "Version \(version.version) does not fit the program's contract: "
                        + violations.map(\.description).joined(separator: " "),
                    advice: "It is held back. Deploy a version that fits, or update the program and its contract."
                )
                found.append((id, diagnostic))
            }
        }
        return found
    }

    /// Returns the last record of a prompt whose deployed versions and fallback all fulfil its contract.
    func compatibleRecord(_ id: String) -> PromptRecord? { compatible[id] }

    /// Returns the locations of each prompt, also of those that cannot be used.
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
        let syntax = record.variableSyntax ?? syntax
        let violations = contracts[record.promptID]?.violations(by: version, syntax: syntax) ?? []
        let new = PreparedVersion(config, syntax: syntax, violations: violations.map(\.description))
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
    /// What the version needs that its contract does not give.
    let violations: [String]

    init(_ config: PromptVersionConfig, syntax: VariableSyntax, violations: [String] = []) {
        self.config = config
        self.violations = violations
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

extension SourceForm {
    /// Returns the error of a prompt that cannot be read; its id may be known from its file's place only.
    func error(of id: String) -> PromptDiagnostic? {
        errors[id]
            ?? errorsWithoutID.first { error in
                ["\(id).json", "\(id)/prompt.json"].contains {
                    error.location == $0 || error.location.hasSuffix("/\($0)")
                }
            }
    }
}

import Foundation
public import Tchavi

extension PromptBundle {
    /// Creates a bundle of records.
    ///
    /// - Parameters:
    ///   - records: The prompts, in any order, each of another id.
    ///   - folders: The folders of the prompts, in any order.
    ///   - publishedAt: The date of the bundle, which a signed bundle must have, such as `Timestamp(Date())`.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/invalidRecord`` if there are no records, if two prompts or
    ///   two folders have the same id, or if a program could not read a record from the bundle, because it has no id or
    ///   something in it could not be read before; of code ``PromptError/Code/invalidInput`` if `publishedAt` is not a
    ///   date.
    public init(records: [PromptRecord], folders: [PromptFolder] = [], publishedAt: Timestamp? = nil)
        throws(PromptError)
    {
        guard !records.isEmpty else {
            throw PromptError(
                .invalidRecord,
                "The bundle would have no prompts.",
                advice: "Check the source. To withdraw every prompt, stop the programs that use them."
            )
        }
        if let publishedAt, publishedAt.date == nil {
            throw PromptError(
                .invalidInput,
                "`\(publishedAt)` is not a date in ISO 8601, such as 2026-01-05T18:11:00Z.",
                advice: "Pass `Timestamp(Date())`."
            )
        }
        let records = records.sorted { $0.promptID.precedesInBytes($1.promptID) }
        let folders = folders.sorted { $0.id.precedesInBytes($1.id) }
        try Self.checkIDs(records.map(\.promptID), of: "prompt")
        try Self.checkIDs(folders.map(\.id), of: "folder")
        var body: [UInt8] = []
        for folder in folders { try Self.append(folder, named: "The folder `\(folder.id)`", to: &body) }
        var entries: [PromptCatalogue.Entry] = []
        for (index, record) in records.enumerated() {
            if let reason = record.unreadableReason {
                throw PromptError(
                    .invalidRecord,
                    "A part of the prompt `\(record.promptID)` could not be read, and would be missing from the bundle: "
                        + reason,
                    advice: "Fix the prompt, or leave it out.",
                    promptID: record.promptID
                )
            }
            try Self.append(record, named: "The prompt `\(record.promptID)`", to: &body)
            let line = folders.count + index + 2
            entries.append(.init(location: Self.location("bundle", line: line), record: record))
        }
        let manifest = BundleManifest(
            revision: SHA256.hexadecimal(body),
            count: records.count,
            folders: folders.count,
            publishedAt: publishedAt
        )
        self.init(manifest: manifest, body: body)
        self.entries = entries
        self.folders = folders
    }

    /// Creates a bundle of the prompts of a source. Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - source: The source, such as `.directory("Prompts")`.
    ///   - publishedAt: The date of the bundle, which a signed bundle must have, such as `Timestamp(Date())`.
    ///   - leavesOutUnreadable: Whether a prompt is left out of the bundle if something in it cannot be read. By
    ///     default, that is an error: a program that has the prompt would lose it.
    /// - Throws: The source's error; ``PromptError`` of code ``PromptError/Code/invalidRecord`` if something cannot be
    ///   read, if there are no prompts, or if two have the same id.
    @concurrent
    public init(
        reading source: some PromptSource,
        publishedAt: Timestamp? = nil,
        leavesOutUnreadable: Bool = false
    ) async throws {
        guard let catalogue = try await source.load(since: nil) else {
            throw PromptError(
                .invalidRecord,
                "The source \(source.name) returned no prompts: `load(since: nil)` returned `nil`.",
                advice: "Return a catalogue if the validator is `nil`."
            )
        }
        let errors = catalogue.diagnostics.filter { $0.severity == .error }
        guard leavesOutUnreadable || errors.isEmpty && catalogue.unusable.isEmpty else {
            let list = errors.isEmpty ? catalogue.unusable.map(\.location) : errors.map(\.description)
            let rest = list.count > 5 ? "\nand \(list.count - 5) more." : ""
            throw PromptError(
                .invalidRecord,
                "The source \(source.name) has prompts that cannot be read, and would be missing from the bundle:\n"
                    + list.prefix(5).joined(separator: "\n") + rest,
                advice: "Fix them, or pass `leavesOutUnreadable: true`."
            )
        }
        // A prompt is left out as a whole: a part of it could select other versions.
        let damaged = Set(errors.compactMap(\.promptID) + catalogue.unusable.map(\.promptID))
        try self.init(
            records: catalogue.entries.map(\.record)
                .filter { !damaged.contains($0.promptID) && $0.unreadableReason == nil },
            folders: catalogue.folders,
            publishedAt: publishedAt
        )
    }

    /// Checks ids in their order. Ids that differ only in their Unicode normalization are one id to a library.
    private static func checkIDs(_ ids: [String], of kind: String) throws(PromptError) {
        var seen: Set<String> = []
        for id in ids where !seen.insert(id).inserted {
            throw PromptError(
                .invalidRecord,
                "Two \(kind)s have the id `\(id)`.",
                advice: "Rename one of them, or remove it.",
                promptID: kind == "prompt" ? id : nil
            )
        }
    }

    /// Adds a line, and reads it back, so that nothing is published that programs cannot read.
    private static func append<Value: JSONRepresentable>(
        _ value: Value,
        named name: String,
        to body: inout [UInt8]
    ) throws(PromptError) {
        let line = value.json.canonical()
        do {
            _ = try Value(json: try JSONValue(parsing: Data(line)))
        } catch {
            throw PromptError(
                .invalidRecord,
                "\(name) cannot be read from a bundle: \(error.description).",
                advice: "Fix it at its source."
            )
        }
        body += line
        body.append(UInt8(ascii: "\n"))
    }
}

extension PromptRecord {
    /// Why something in the record could not be read; `nil` if all of it could.
    package var unreadableReason: String? {
        versions.lazy.compactMap(\.unreadableReason).first ?? fallbackVersion?.unreadableReason
            ?? deployments.values.lazy.flatMap { $0 }.compactMap(\.unreadableReason).first
    }
}

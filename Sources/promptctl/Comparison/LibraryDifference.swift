import Foundation
import Tchavi
import TchaviPrompts

/// What a change of a library does.
struct LibraryDifference: Sendable {
    /// Recorded queries that were compared.
    struct Recorded: Sendable {
        var total = 0
        /// How many get another version, or another content.
        var changed = 0
        /// How many are of prompts that cannot be compared.
        var unreadable = 0
        /// The ids that neither library has.
        var unknownIDs: [String] = []
    }

    let before: String
    let after: String
    private(set) var prompts: [PromptDifference] = []
    /// The number of prompts without any change.
    private(set) var unchanged = 0
    /// What cannot be read and belongs to no prompt, after the change and, if it is gone, before.
    private(set) var findings: [LibraryFinding] = []
    /// Whether something of that was not there before the change.
    private let hasNewFindings: Bool
    private(set) var recorded: Recorded?
    /// The greatest number of queries that were created for each prompt.
    let limit: Int

    var isEmpty: Bool { prompts.isEmpty && !hasNewFindings }

    /// Compares two libraries.
    ///
    /// - Parameters:
    ///   - before: The library before the change.
    ///   - after: The library after the change.
    ///   - queries: The queries to compare; `nil` for those that the rules and tags suggest.
    ///   - limit: The greatest number of queries to create for each prompt; `nil` for fewer the more prompts change.
    ///   - syntax: The syntax of variables where a prompt does not say it.
    ///   - session: Where progress is shown.
    /// - Throws: `CancellationError`.
    init(
        _ before: LoadedLibrary,
        _ after: LoadedLibrary,
        queries: RecordedQueries?,
        limit: Int?,
        syntax: VariableSyntax,
        in session: Session
    ) async throws {
        self.before = before.reference.name
        self.after = after.reference.name
        let sides = (before: ComparedLibrary(before), after: ComparedLibrary(after))
        let gone = sides.before.orphans.map { LibraryFinding($0, in: before) }
        let new = sides.after.orphans.map { LibraryFinding($0, in: after) }
        let known = Set(gone.map(\.message))
        hasNewFindings = new.contains { !known.contains($0.message) }
        findings = gone.filter { !new.contains($0) } + new
        let ids = sides.before.ids.union(sides.after.ids)
        recorded = queries.map { Recorded($0, ids) }
        var changed: [(before: PromptRecord, after: PromptRecord, queries: [PromptQuery]?)] = []
        for id in ids.sorted(by: { $0.precedesInBytes($1) }) {
            let own = queries.map { $0.queries[id] ?? [] }
            let (old, new) = (sides.before.prompt(id, else: sides.after), sides.after.prompt(id, else: sides.before))
            switch (old, new) {
            case (.unreadable(let reason, let first), .unreadable(let later, let second)):
                // One that nobody could read before, and nobody can now, is no change if it is the same.
                if reason == later, first == second {
                    unchanged += 1
                } else {
                    prompts.append(PromptDifference(id, .unreadable(later)))
                }
                recorded?.unreadable += own?.count ?? 0
            case (_, .unreadable(let reason, _)), (.unreadable(let reason, _), _):
                prompts.append(PromptDifference(id, .unreadable(reason)))
                recorded?.unreadable += own?.count ?? 0
            case (.missing, .record(let record)):
                prompts.append(PromptDifference(id, .added(versions: record.versions.count)))
                recorded?.changed += own?.count ?? 0
            case (.record, .missing):
                prompts.append(PromptDifference(id, .removed))
                recorded?.changed += own?.count ?? 0
            case (.record(let old), .record(let new)):
                if old.isSame(as: new) { unchanged += 1 } else { changed.append((old, new, own)) }
            case (.missing, .missing): break
            }
        }
        self.limit = limit ?? Self.limit(for: changed.count)
        try await compare(changed, PromptDifference.Options(syntax: syntax, limit: self.limit), in: session)
        prompts.sort { $0.promptID.precedesInBytes($1.promptID) }
    }

    /// How many queries are created for each of some prompts, so that many of them do not take minutes.
    private static func limit(for prompts: Int) -> Int { min(10_000, max(1_000, 200_000 / max(1, prompts))) }

    /// Compares the forms of prompts, as many at once as the machine has processors.
    private mutating func compare(
        _ changed: [(before: PromptRecord, after: PromptRecord, queries: [PromptQuery]?)],
        _ options: PromptDifference.Options,
        in session: Session
    ) async throws {
        let progress = Progress("Comparing prompts", of: changed.count, on: session.messages)
        defer { progress.end() }
        let found = try await withThrowingTaskGroup(of: PromptDifference.self) { group in
            var rest = changed[...]
            func addNext() {
                guard let (old, new, queries) = rest.popFirst() else { return }
                group.addTask { await PromptDifference(old, new, queries: queries, options) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addNext() }
            var found: [PromptDifference] = []
            for try await difference in group {
                try Task.checkCancellation()
                found.append(difference)
                progress.advance(to: found.count)
                addNext()
            }
            return found
        }
        prompts += found
        recorded?.changed += found.reduce(0) { $0 + $1.changes.count }
    }
}

extension LibraryDifference.Recorded {
    fileprivate init(_ queries: RecordedQueries, _ ids: Set<String>) {
        total = queries.queries.values.reduce(0) { $0 + $1.count }
        unknownIDs = queries.queries.keys.filter { !ids.contains($0) }.sorted { $0.precedesInBytes($1) }
    }
}

extension PromptRecord {
    /// Whether the records are the same byte by byte; strings are equal also where only their normalization differs.
    fileprivate func isSame(as other: PromptRecord) -> Bool {
        self == other && json.serializedData() == other.json.serializedData()
    }
}

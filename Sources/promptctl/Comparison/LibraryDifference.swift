import Foundation
import Tchavi
import TchaviPrompts

/// What a change of a library does.
struct LibraryDifference: Sendable {
    let before: String
    let after: String
    private(set) var prompts: [PromptDifference] = []
    /// The number of prompts without any change.
    private(set) var unchanged = 0
    /// The number of recorded queries, and of those that get another version, if recorded queries were compared.
    private(set) var recorded: (total: Int, changed: Int)?

    /// The greatest number of queries that were made for each prompt.
    let limit: Int

    var isEmpty: Bool { prompts.isEmpty }

    /// Compares two libraries.
    ///
    /// - Parameters:
    ///   - before: The library before the change.
    ///   - after: The library after the change.
    ///   - queries: The queries to compare; `nil` for those that the rules and tags suggest.
    ///   - limit: The greatest number of queries to make for each prompt; `nil` for fewer the more prompts change.
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
        let (old, new) = (before.recordsByID, after.recordsByID)
        let unreadable = (before: before.unreadableIDs, after: after.unreadableIDs)
        let ids = Set(old.keys).union(new.keys).union(unreadable.before.keys).union(unreadable.after.keys)
            .sorted { $0.precedesInBytes($1) }
        if queries != nil { recorded = (0, 0) }
        var changed: [(before: PromptRecord, after: PromptRecord, queries: [PromptQuery]?)] = []
        for id in ids {
            let reason =
                unreadable.after[id].map { "\(after.reference.name): \($0)" }
                ?? unreadable.before[id].map { "\(before.reference.name): \($0)" }
            if let reason {
                // One that nobody could read before, and nobody can now, is no change if it is the same.
                if unreadable.before[id] == unreadable.after[id], old[id] == new[id] {
                    unchanged += 1
                } else {
                    prompts.append(PromptDifference(id, .unreadable(reason)))
                }
                continue
            }
            switch (old[id], new[id]) {
            case (nil, let record?):
                prompts.append(PromptDifference(id, .added(versions: record.versions.count)))
            case (_?, nil):
                prompts.append(PromptDifference(id, .removed))
            case (let old?, let new?):
                let own = queries.map { $0.queries[id] ?? [] }
                recorded?.total += own?.count ?? 0
                if old == new { unchanged += 1 } else { changed.append((old, new, own)) }
            case (nil, nil): break
            }
        }
        self.limit = limit ?? Self.limit(for: changed.count)
        let progress = Progress("Comparing prompts", of: changed.count, on: session.messages)
        defer { progress.end() }
        let options = PromptDifference.Options(syntax: syntax, limit: self.limit)
        try await withThrowingTaskGroup(of: PromptDifference.self) { group in
            var rest = changed[...]
            func addNext() {
                guard let (old, new, queries) = rest.popFirst() else { return }
                group.addTask { await PromptDifference(old, new, queries: queries, options) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addNext() }
            var count = 0
            for try await difference in group {
                try Task.checkCancellation()
                count += 1
                progress.advance(to: count)
                recorded?.changed += difference.changes.count
                prompts.append(difference)
                addNext()
            }
        }
        prompts.sort { $0.promptID.precedesInBytes($1.promptID) }
    }

    /// How many queries are made for each of some prompts, so that many of them do not take minutes.
    private static func limit(for prompts: Int) -> Int { min(10_000, max(1_000, 200_000 / max(1, prompts))) }

    /// The numbers of prompts, in one line.
    var summary: String {
        func count(_ isCounted: (PromptDifference.Kind) -> Bool) -> Int { prompts.count { isCounted($0.kind) } }
        let numbers = [
            (count { if case .added = $0 { true } else { false } }, "added"),
            (count { $0 == .removed }, "removed"),
            (count { $0 == .changed }, "changed"),
            (count { if case .unreadable = $0 { true } else { false } }, "unreadable"),
        ]
        let parts = numbers.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        var text = (parts + ["\(unchanged) unchanged"]).joined(separator: ", ") + "."
        if let recorded {
            let verb = recorded.changed == 1 ? "gets" : "get"
            text +=
                " \(recorded.changed) of \(counted(recorded.total, "recorded query", plural: "recorded queries")) "
                + "\(verb) another version."
        }
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// Writes a report for people.
    func write(to output: Output) {
        for prompt in prompts { prompt.write(to: output) }
    }

    /// The difference as the members of an object of JSON.
    var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "before": .string(before),
            "after": .string(after),
            "prompts": .array(prompts.map(\.json)),
            "unchanged": .integer(Int64(unchanged)),
        ]
        if recorded == nil { members["limit"] = .integer(Int64(limit)) }
        if let recorded {
            members["queries"] = .integer(Int64(recorded.total))
            members["changedQueries"] = .integer(Int64(recorded.changed))
        }
        return members
    }
}

extension LoadedLibrary {
    fileprivate var recordsByID: [String: PromptRecord] {
        Dictionary(records.map { ($0.promptID, $0) }) { first, _ in first }
    }

    /// The prompts of which nothing can be used or a part cannot be read, with the first reason.
    fileprivate var unreadableIDs: [String: String] {
        var reasons: [String: String] = [:]
        for diagnostic in diagnostics where diagnostic.severity == .error {
            if let id = diagnostic.promptID, reasons[id] == nil { reasons[id] = diagnostic.description }
        }
        for (id, location) in catalogue.unusable where reasons[id] == nil { reasons[id] = location }
        return reasons
    }
}

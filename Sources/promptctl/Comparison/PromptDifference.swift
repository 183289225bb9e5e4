import Tchavi
import TchaviPrompts

/// What a change of one prompt does.
struct PromptDifference: Sendable {
    enum Kind: Sendable, Hashable {
        case added(versions: Int)
        case removed
        case changed
        /// The prompt cannot be read before or after the change.
        case unreadable(String)
    }

    /// Callers that do not pass a variable that they need after the change.
    struct MissingVariables: Sendable, Hashable {
        let names: [String]
        let before: Selection
        let after: Selection
        /// The first of the queries.
        let query: PromptQuery
    }

    /// How prompts are compared.
    struct Options: Sendable {
        /// The syntax of variables where a prompt does not say it.
        let syntax: VariableSyntax
        /// The greatest number of queries to create.
        let limit: Int
    }

    let promptID: String
    let kind: Kind
    /// The queries that get another version, or a version with another content.
    private(set) var changes: [WhatIf.Change] = []
    /// The number of queries that get the same version for another reason.
    private(set) var otherReasons = 0
    /// The numbers of the versions whose content is another one.
    private(set) var editedVersions: [Int] = []
    private(set) var addedVersions: [Int] = []
    private(set) var removedVersions: [Int] = []
    private(set) var missing: [MissingVariables] = []
    /// The folders before and after, if the prompt was moved.
    private(set) var folders: (before: String, after: String)?
    private(set) var changesDeployments = false
    private(set) var changesFallback = false
    /// The number of recorded queries; `nil` if the queries were created from the rules.
    private(set) var recorded: Int?

    init(_ promptID: String, _ kind: Kind) {
        self.promptID = promptID
        self.kind = kind
    }

    /// Compares two forms of a prompt.
    init(
        _ before: PromptRecord,
        _ after: PromptRecord,
        queries: [PromptQuery]?,
        _ options: Options
    ) async {
        self.init(after.promptID, .changed)
        let whatIf = WhatIf(before: before, after: after)
        let all =
            if let queries { await whatIf.changes(for: queries) } else { await whatIf.changes(limit: options.limit) }
        changes = all.filter { !$0.before.isSameVersion(as: $0.after) }
        otherReasons = all.count - changes.count
        // Recorded queries are counted, so each stays.
        if queries == nil { changes = changes.withoutEnforcement }
        let (old, new) = (Self.hashes(of: before), Self.hashes(of: after))
        editedVersions = new.keys.filter { number in old[number].map { $0 != new[number] } ?? false }.sorted()
        addedVersions = new.keys.filter { old[$0] == nil }.sorted()
        removedVersions = old.keys.filter { new[$0] == nil }.sorted()
        recorded = queries?.count
        if !before.folderID.isSameText(as: after.folderID) { folders = (before.folderID, after.folderID) }
        changesDeployments = before.deployments != after.deployments
        changesFallback = before.fallbackVersion != after.fallbackVersion
        missing = Self.missing(in: changes, before, after, options.syntax)
    }

    private static func hashes(of record: PromptRecord) -> [Int: String?] {
        Dictionary(record.versions.map { ($0.version, $0.contentHash) }) { first, _ in first }
    }

    private static func missing(
        in changes: [WhatIf.Change],
        _ before: PromptRecord,
        _ after: PromptRecord,
        _ syntax: VariableSyntax
    ) -> [MissingVariables] {
        var found: [MissingVariables] = []
        var seen: Set<[String]> = []
        var compared: Set<VersionPair> = []
        // A query of a deployed version says more about callers than one that is pinned.
        for change in changes.filter({ !$0.isPinned }) + changes.filter(\.isPinned) {
            // Callers that got no version before have something else to change.
            guard change.before.version != nil, change.after.version != nil else { continue }
            // Thousands of queries can move between the same two versions.
            guard compared.insert(VersionPair(change)).inserted else { continue }
            let given = Set(before.variables(of: change.before, syntax))
            let needed = after.variables(of: change.after, syntax)
            let names = needed.filter { !given.contains($0) }
            // The same step between two versions is reported for the first of its queries.
            let step = ["\(change.before.version ?? -1)", "\(change.after.version ?? -1)"] + names
            guard !names.isEmpty, seen.insert(step).inserted else { continue }
            found.append(
                MissingVariables(names: names, before: change.before, after: change.after, query: change.query)
            )
        }
        return found
    }
}

extension PromptRecord {
    /// The variables that the selected version needs.
    fileprivate func variables(of selection: Selection, _ syntax: VariableSyntax) -> [String] {
        let version =
            selection.reason == .fallback
            ? fallbackVersion
            : versions.first { $0.version == selection.version && $0.id == selection.versionID }
        return version?.config?.variableNames(syntax: variableSyntax ?? syntax) ?? []
    }
}

extension Selection {
    /// Whether the same version is selected, with the same content.
    fileprivate func isSameVersion(as other: Selection) -> Bool {
        version == other.version && versionID == other.versionID && versionContentHash == other.versionContentHash
    }
}

/// The versions that a query selects before and after a change; a fallback may be another copy of a version.
private struct VersionPair: Hashable {
    private let ids: [String?]
    private let numbers: [Int?]
    private let areFallbacks: [Bool]

    init(_ change: WhatIf.Change) {
        let selections = [change.before, change.after]
        ids = selections.map(\.versionID)
        numbers = selections.map(\.version)
        areFallbacks = selections.map { $0.reason == .fallback }
    }
}

/// How a selection changes.
private struct Step: Hashable {
    let query: PromptQuery
    let before: Selection
    let after: Selection
    let share: Double?
}

extension [WhatIf.Change] {
    /// The changes without those whose query only enforces a condition of another one that changes in the same way.
    fileprivate var withoutEnforcement: [WhatIf.Change] {
        var seen: Set<Step> = []
        return filter { change in
            var query = change.query.withoutKey
            for condition in query.conditions where condition.isEnforced {
                query = query.tag(condition.field, condition.value)
            }
            return seen.insert(
                Step(query: query, before: change.before, after: change.after, share: change.share)
            ).inserted
        }
    }
}

extension WhatIf.Change {
    /// Whether the query asks for a version by its number.
    var isPinnedByNumber: Bool { isPinned && !query.wantsLatest }

    /// Whether one of the versions is selected by its number, or as the latest.
    fileprivate var isPinned: Bool { before.reason == .pinned || after.reason == .pinned }
}

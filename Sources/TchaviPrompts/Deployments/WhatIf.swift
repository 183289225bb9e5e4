/// Which answers change between two forms of a prompt: before a change of its deployments, and after it.
///
/// ```swift
/// let changes = WhatIf(before: deployed, after: planned).changes()
/// for change in changes { print(change) }
/// ```
public struct WhatIf: Sendable {
    /// A query that gets another answer.
    public struct Change: Sendable, Hashable, CustomStringConvertible {
        /// The query.
        public let query: PromptQuery
        /// What it gets before the change.
        public let before: Selection
        /// What it gets after it.
        public let after: Selection

        /// The change in one line.
        public var description: String {
            let conditions = query.conditions.map { "\($0.field) = \($0.value)\($0.isEnforced ? " (enforced)" : "")" }
            let key = query.bucketingKey.map { " for \($0)" } ?? ""
            let asked = conditions.isEmpty ? "A query without conditions" : conditions.joined(separator: ", ")
            return "\(asked)\(key): \(before) -> \(after)"
        }
    }

    private let before: CompiledSelector
    private let after: CompiledSelector
    private let records: [PromptRecord]

    /// Compares two forms of a prompt.
    ///
    /// - Parameters:
    ///   - before: The prompt as it is.
    ///   - after: The prompt as it would be.
    public init(before: PromptRecord, after: PromptRecord) {
        self.before = CompiledSelector(before)
        self.after = CompiledSelector(after)
        records = [before, after]
    }

    /// The queries, of those given, that get another version or the same for another reason.
    ///
    /// - Parameter queries: The queries, for instance those that a program has made.
    /// - Returns: The changes, in the order of the queries.
    public func changes(for queries: some Sequence<PromptQuery>) -> [Change] {
        queries.compactMap { query in
            let (first, second) = (before.select(query).selection, after.select(query).selection)
            guard first.versionID != second.versionID || first.reason != second.reason else { return nil }
            return Change(query: query, before: first, after: second)
        }
    }

    /// The queries, of those made from the fields and values that the rules and tags mention, that get another answer.
    ///
    /// - Parameters:
    ///   - limit: How many queries are tried at the most.
    ///   - keys: The bucketing keys that each is tried with; none tries it without.
    /// - Returns: The changes.
    public func changes(limit: Int = 10_000, keys: [String] = []) -> [Change] {
        changes(for: queries(limit: limit, keys: keys))
    }

    /// Queries made from the fields and values that the rules and tags mention: no condition, each value of each field
    /// alone, and every combination of values of two, three and more fields, as far as the limit allows.
    ///
    /// - Parameters:
    ///   - limit: How many queries are made at the most.
    ///   - keys: The bucketing keys that each is made with; none makes it without.
    /// - Returns: The queries.
    public func queries(limit: Int = 10_000, keys: [String] = []) -> [PromptQuery] {
        var values: [(field: String, values: [ConditionValue])] = []
        func note(_ field: String, _ value: ConditionValue) {
            guard let index = values.firstIndex(where: { $0.field.isSameText(as: field) }) else {
                values.append((field, [value]))
                return
            }
            if !values[index].values.contains(value) { values[index].values.append(value) }
        }
        for record in records {
            for (deployment, version) in record.orderedDeployments() {
                for leaf in EffectiveGroup(deployment, tags: [:], query: PromptQuery()).root.leaves {
                    for value in leaf.rule.mentionedValues { note(leaf.rule.field, value) }
                }
                for (name, value) in (version.config?.tags ?? [:]).sorted(by: { $0.key < $1.key }) { note(name, value) }
            }
        }
        // Level by level: every value alone, then every pair, and so on, so that a limit leaves out no field altogether.
        var queries = [PromptQuery()]
        var level = [(query: PromptQuery(), next: 0)]
        while !level.isEmpty, queries.count < limit {
            var following: [(query: PromptQuery, next: Int)] = []
            for (query, next) in level where queries.count < limit {
                for index in next..<values.count {
                    for value in values[index].values where queries.count < limit {
                        let longer = query.tag(values[index].field, value)
                        queries.append(longer)
                        following.append((longer, index + 1))
                    }
                }
            }
            level = following
        }
        guard !keys.isEmpty else { return queries }
        return Array(queries.lazy.flatMap { query in keys.map { query.bucketed(by: $0) } }.prefix(limit))
    }
}

extension Rule {
    /// The values that a rule tells apart: its own and those beside it, the elements of an array, and a text that no rule
    /// mentions.
    fileprivate var mentionedValues: [ConditionValue] {
        let other = ConditionValue.string("\u{10FFFF}")
        return switch value {
        case .strings(let texts): [value] + texts.map { .string($0) } + [other]
        case .integer(let number): [.integer(number &- 1), value, .integer(number &+ 1)]
        case .number(let number): [.number(number.nextDown), value, .number(number.nextUp)]
        case .boolean: [true, false]
        case .string(let text): [value, .string(text + "\u{0}"), .string(String(text.dropLast())), other]
        }
    }
}

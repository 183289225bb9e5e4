/// The selections that differ between two forms of a prompt: before a change of its deployments, and after it.
///
/// ```swift
/// let changes = await WhatIf(before: deployed, after: planned).changes()
/// for change in changes { print(change) }
/// ```
public struct WhatIf: Sendable {
    /// A query for which the selection changes.
    public struct Change: Sendable, Hashable, CustomStringConvertible {
        /// The query that was tried.
        public let query: PromptQuery
        /// The selection before the change.
        public let before: Selection
        /// The selection after the change.
        public let after: Selection

        /// The change in one line.
        public var description: String {
            let conditions = query.conditions.map { "\($0.field) = \($0.value)\($0.isEnforced ? " (enforced)" : "")" }
            let key = query.bucketingKey.map { " for \($0)" } ?? ""
            let asked = conditions.isEmpty ? "A query without conditions" : conditions.joined(separator: ", ")
            return "\(asked)\(key): \(before) -> \(after)"
        }
    }

    private let before: PromptRecord
    private let after: PromptRecord

    /// Compares two forms of a prompt.
    ///
    /// - Parameters:
    ///   - before: The prompt as it is.
    ///   - after: The prompt as it would be.
    public init(before: PromptRecord, after: PromptRecord) {
        self.before = before
        self.after = after
    }

    /// Tries queries on both forms. Runs outside of the caller's actor.
    ///
    /// - Parameter queries: The queries, for instance those that a program has made.
    /// - Returns: Those that get another version, or the same for another reason, in their order.
    @concurrent
    public func changes(for queries: some Sequence<PromptQuery> & Sendable) async -> [Change] {
        let (before, after) = (CompiledSelector(before), CompiledSelector(after))
        return queries.compactMap { query in
            let (first, second) = (before.select(query).selection, after.select(query).selection)
            guard first.versionID != second.versionID || first.reason != second.reason else { return nil }
            return Change(query: query, before: first, after: second)
        }
    }

    /// Tries ``queries(limit:keys:)`` on both forms. Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of queries to try.
    ///   - keys: The bucketing keys to try each query with; if empty, queries have none.
    /// - Returns: The queries that get another version, or the same for another reason.
    @concurrent
    public func changes(limit: Int = 10_000, keys: [String] = []) async -> [Change] {
        await changes(for: queries(limit: limit, keys: keys))
    }

    /// Queries made from the fields and values that the rules and tags mention: no condition, each value of each field
    /// alone, and every combination of values of two, three and more fields, as far as the limit allows.
    ///
    /// Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of queries to make.
    ///   - keys: The bucketing keys to make each query with; if empty, queries have none.
    /// - Returns: The queries, each different from the others.
    @concurrent
    public func queries(limit: Int = 10_000, keys: [String] = []) async -> [PromptQuery] {
        let values = mentionedValues()
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

    /// The fields that the rules and tags of both forms mention, each with the values to try.
    private func mentionedValues() -> [(field: String, values: [ConditionValue])] {
        var mentioned: [(field: String, values: [ConditionValue])] = []
        func add(_ field: String, _ values: [ConditionValue]) {
            let index = mentioned.firstIndex { $0.field.isSameText(as: field) } ?? mentioned.count
            if index == mentioned.count { mentioned.append((field, [])) }
            for value in values where !mentioned[index].values.contains(value) { mentioned[index].values.append(value) }
        }
        for selector in [CompiledSelector(before), CompiledSelector(after)] {
            for tree in selector.deployments.map(\.tree) {
                for rule in tree.rules.map(selector.fields.rule) { add(rule.field, rule.mentionedValues) }
                for tag in tree.tags.map(selector.fields.rule) { add(tag.field, [tag.value]) }
            }
        }
        return mentioned
    }
}

extension Rule {
    /// The values that a rule tells apart: its own and those beside it, the elements of an array, and a string that no rule
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

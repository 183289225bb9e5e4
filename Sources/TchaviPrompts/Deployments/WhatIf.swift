/// A comparison of the selections before and after a change of a prompt's deployments.
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

        /// The query and both selections in one line.
        public var description: String {
            let conditions = query.conditions.map { "\($0.field) = \($0.value)\($0.isEnforced ? " (enforced)" : "")" }
            let key = query.bucketingKey.map { " for \($0)" } ?? ""
            let description = conditions.isEmpty ? "A query without conditions" : conditions.joined(separator: ", ")
            return "\(description)\(key): \(before) -> \(after)"
        }
    }

    private let before: PromptRecord
    private let after: PromptRecord

    /// Creates a comparison.
    ///
    /// - Parameters:
    ///   - before: The record before the change.
    ///   - after: The record after the change.
    public init(before: PromptRecord, after: PromptRecord) {
        self.before = before
        self.after = after
    }

    /// Evaluates queries before and after the change. Runs outside of the caller's actor.
    ///
    /// - Parameter queries: The queries to evaluate, for instance recorded ones.
    /// - Returns: The queries that select another version, or the same version for another reason, in the given order.
    @concurrent
    public func changes(for queries: some Sequence<PromptQuery> & Sendable) async -> [Change] {
        let (before, after) = (CompiledSelector(before), CompiledSelector(after))
        return queries.compactMap { query in
            let (first, second) = (before.select(query).selection, after.select(query).selection)
            guard first.versionID != second.versionID || first.reason != second.reason else { return nil }
            return Change(query: query, before: first, after: second)
        }
    }

    /// Evaluates the ``queries(limit:keys:)`` before and after the change. Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of queries to evaluate.
    ///   - keys: The bucketing keys to combine each query with; if empty, queries have no key.
    /// - Returns: The queries that select another version, or the same version for another reason.
    @concurrent
    public func changes(limit: Int = 10_000, keys: [String] = []) async -> [Change] {
        await changes(for: queries(limit: limit, keys: keys))
    }

    /// Creates queries from the fields and values in the rules and tags: a query without conditions, one for each value
    /// of each field, and one for each combination of values of two, three and more fields, up to the limit.
    ///
    /// Runs outside of the caller's actor.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of queries to create.
    ///   - keys: The bucketing keys to combine each query with; if empty, queries have no key.
    /// - Returns: The queries, each different from the others.
    @concurrent
    public func queries(limit: Int = 10_000, keys: [String] = []) async -> [PromptQuery] {
        let values = mentionedValues()
        // Breadth first: every value alone, then every pair, and so on, so that the limit does not leave out whole
        // fields.
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

    /// Returns the fields in the rules and tags before and after the change, each with the values to try.
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
    /// Values that the rule treats differently: its own and those next to it, the elements of an array, and a string
    /// that is in no rule.
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

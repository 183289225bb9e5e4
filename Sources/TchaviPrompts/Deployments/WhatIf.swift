import Tchavi

/// A comparison of the selections before and after a change of a prompt: of its deployments, or of its versions.
///
/// ```swift
/// let changes = await WhatIf(before: deployed, after: planned).changes()
/// for change in changes { print(change) }
/// ```
public struct WhatIf: Sendable {
    /// A query for which the selection changes.
    public struct Change: Sendable, Hashable, Codable {
        /// The query. With a ``share``, it has one of the bucketing keys whose selection changes.
        public let query: PromptQuery
        /// The selection before the change.
        public let before: Selection
        /// The selection after the change.
        public let after: Selection
        /// The share of the bucketing keys whose selection changes from ``before`` to ``after``, greater than 0 and at
        /// most 1, where a split decides; `nil` for a query without a key, also where a split decides (it selects the
        /// heaviest arm for such a query), and for a query of the program's own.
        ///
        /// It is a share of the users who send this query with a key. The shares of several changes of the same query can
        /// be added, those of different queries cannot, because the same users may send both. The share is exact if the
        /// salt of the split is unchanged: it counts the 10,000 buckets. Otherwise it counts the keys from `"0"` to
        /// `"9999"`.
        public let share: Double?

        init(query: PromptQuery, before: Selection, after: Selection, share: Double? = nil) {
            self.query = query
            self.before = before
            self.after = after
            self.share = share
        }
    }

    let before: PromptRecord
    let after: PromptRecord

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
    /// - Parameter queries: The queries to evaluate, for instance recorded ones. Those without a key are evaluated
    ///   without one.
    /// - Returns: The queries that select another version, the same version for another reason, or the same version with
    ///   another content, in the given order.
    @concurrent
    public func changes(for queries: some Sequence<PromptQuery> & Sendable) async -> [Change] {
        let comparison = SelectionComparison(self)
        return queries.compactMap { comparison.change(for: $0) }
    }

    /// Evaluates the ``queries(limit:)`` before and after the change, without a bucketing key and, where a split decides,
    /// with one. Runs outside of the caller's actor.
    ///
    /// - Parameter limit: The greatest number of queries to evaluate. If ``queries(limit:)`` returns as many, there may be
    ///   more changes.
    /// - Returns: The queries that select another version, the same version for another reason, or the same version with
    ///   another content. Where a split decides, there is one change for each pair of arms between which keys move, with
    ///   their ``Change/share``. A query is left out if one with fewer of its conditions changes in the same way.
    @concurrent
    public func changes(limit: Int = 10_000) async -> [Change] {
        var comparison = SelectionComparison(self)
        let changes = await queries(limit: limit).flatMap { query in
            (comparison.change(for: query).map { [$0] } ?? []) + comparison.splitChanges(for: query)
        }
        return changes.withoutConsequences
    }

    /// Creates queries from the fields and values in the rules and tags, enforced and not. Runs outside of the caller's
    /// actor.
    ///
    /// The values are those of the rules and tags, values next to them (17, 18 and 19 for `age > 18`; `enterprise`,
    /// `enterprise!` and `enterpris` for a string), and `(other)`, which no rule mentions. The first queries are one without
    /// conditions, those for one version, and those that satisfy the rules of a deployment that changes. They are followed
    /// by one query for each value of each field, by those that satisfy the rules of the other deployments, and by the
    /// combinations of values of two, three and more fields, up to the limit. Exact matches,
    /// ``PromptQuery/requiringMatch()`` and ``PromptQuery/Enforcement/any`` are not tried.
    ///
    /// - Parameter limit: The greatest number of queries to create.
    /// - Returns: The queries, each different from the others, without bucketing keys.
    @concurrent
    public func queries(limit: Int = 10_000) async -> [PromptQuery] {
        var generator = QueryGenerator(self, limit: limit)
        return generator.run()
    }
}

extension WhatIf.Change: CustomStringConvertible {
    /// The query, the share and both selections in one line, with control characters escaped.
    public var description: String {
        var line = ""
        if let share {
            line += "\(query.withoutKey), for \(((share * 10_000).rounded() / 100).ecmaScriptDescription) % of keys"
            line += query.bucketingKey.map { " (such as \($0))" } ?? ""
        } else {
            line += query.description
            if query.bucketingKey == nil, before.experiment != nil || after.experiment != nil {
                line += ", without a key"
            }
        }
        line += ": \(before) -> \(after)"
        // A fallback may be another copy of the version, which is no edit.
        let isSameCopy = (before.reason == .fallback) == (after.reason == .fallback)
        if before.versionID == after.versionID, before.versionContentHash != after.versionContentHash {
            let hashes = [before, after].map { $0.versionContentHash.map { "sha256:\($0.prefix(8))" } ?? "no content" }
            line += "; \(isSameCopy ? "the version was edited in place" : "the fallback has another content")"
            line += " (\(hashes.joined(separator: " -> ")))"
        }
        return line.escapingControlCharacters
    }
}

extension [WhatIf.Change] {
    /// The changes whose query does not contain all conditions of another one that changes in the same way, in the same
    /// order.
    ///
    /// If `plan = pro` gets another version, so do most queries with `plan = pro` and something else.
    var withoutConsequences: [WhatIf.Change] {
        var found = MinimalQueries()
        var kept: Set<Int> = []
        for index in indices.sorted(by: { self[$0].query.conditions.count < self[$1].query.conditions.count })
        where found.insert(self[index]) {
            kept.insert(index)
        }
        return indices.filter(kept.contains).map { self[$0] }
    }
}

/// Queries of which none contains all conditions of another one that changes in the same way.
private struct MinimalQueries {
    /// How a selection changes.
    private struct Kind: Hashable {
        let before: Selection
        let after: Selection
        let share: Double?
        /// Of the query, what is not a condition.
        let rest: PromptQuery
    }

    /// The conditions of the queries, by their first one.
    private struct Key: Hashable {
        let kind: Kind
        let first: PromptQuery.Condition?
    }

    private var conditions: [Key: [Set<PromptQuery.Condition>]] = [:]

    /// Adds a change, unless its query contains all conditions of one that was added before.
    mutating func insert(_ change: WhatIf.Change) -> Bool {
        let kind = Kind(
            before: change.before.withoutBucket,
            after: change.after.withoutBucket,
            share: change.share,
            rest: change.query.withoutConditionsAndKey
        )
        let own = Set(change.query.conditions)
        let isConsequence = ([nil] + change.query.conditions.map(Optional.some)).contains { first in
            conditions[Key(kind: kind, first: first)]?.contains { $0.isSubset(of: own) } ?? false
        }
        guard !isConsequence else { return false }
        conditions[Key(kind: kind, first: change.query.conditions.first), default: []].append(own)
        return true
    }
}

extension Selection {
    /// The selection without what depends on the key.
    fileprivate var withoutBucket: Selection {
        var selection = self
        selection.bucket = nil
        return selection
    }
}

/// The reason why a deployment is excluded from the selection.
enum Exclusion {
    /// The deployment could not be read.
    case unreadable
    /// A group has a combinator that is neither AND nor OR.
    case unknownCombinator
    /// The deployment has no rules, and no tag that the query mentions.
    case unconditional
    /// Its rules are not satisfied.
    case rulesDoNotHold
    /// Its rules are satisfied without any of the query's conditions.
    case nothingSatisfied
    /// Its rules do not use conditions that the query enforces.
    case enforcedNotConsumed
    /// The query requires an exact match, and the rules use fewer or other fields.
    case notExact
}

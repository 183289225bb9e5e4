/// Generates queries from the rules and tags of a record before and after a change, the most relevant first.
struct QueryGenerator {
    /// The fields in the rules and tags, each with the values to try.
    private struct Values {
        private(set) var fields: [(name: String, values: [ConditionValue])] = []
        private var positions: [ByteText: Int] = [:]
        private var seen: [Set<ConditionValue>] = []

        mutating func add(_ field: String, _ values: [ConditionValue]) {
            let position = positions[ByteText(field)] ?? fields.count
            if position == fields.count {
                positions[ByteText(field)] = position
                fields.append((field, []))
                seen.append([])
            }
            for value in values where !value.isLong && seen[position].insert(value).inserted {
                fields[position].values.append(value)
            }
        }

        /// The greatest number of values of a field.
        var rounds: Int { fields.map(\.values.count).max() ?? 0 }

        /// Adds a value to each field that no rule or tag mentions.
        mutating func addUnmentioned() {
            for (position, field) in fields.enumerated() {
                var text = "(other)"
                while seen[position].contains(.string(text)) { text += "!" }
                add(field.name, [.string(text)])
            }
        }
    }

    /// A deployment with its rules and tags.
    fileprivate struct Source {
        let rules: [(rule: Rule, wanted: Bool)]
        let tags: [Rule]
        /// Whether the deployment or its version changes.
        let isChanged: Bool
    }

    private let whatIf: WhatIf
    private let limit: Int
    private var queries: [PromptQuery] = []
    private var seen: Set<PromptQuery> = []

    init(_ whatIf: WhatIf, limit: Int) {
        self.whatIf = whatIf
        self.limit = max(0, limit)
    }

    /// Returns the queries, up to the limit.
    mutating func run() -> [PromptQuery] {
        let (before, after) = (whatIf.before, whatIf.after)
        let sources = Self.sources(before, comparedWith: after) + Self.sources(after, comparedWith: before)
        let changed = sources.filter(\.isChanged)
        let others = Self.alternating(sources.filter { !$0.isChanged })
        add(PromptQuery())
        addPinned()
        for source in changed { addMatching(source) }
        // Each value of each rule, while the other rules are satisfied.
        for source in changed { addVariations(source) }
        addCombinations(changed, others)

        var values = Values()
        for source in changed + others {
            for (rule, _) in source.rules { values.add(rule.field, rule.mentionedValues) }
            for tag in source.tags { values.add(tag.field, [tag.value]) }
        }
        values.addUnmentioned()
        var level = addLonger([(query: PromptQuery(), next: 0)], values)
        for source in others { addMatching(source) }
        // Breadth first: every pair of values, then every three, and so on.
        while !level.isEmpty, queries.count < limit { level = addLonger(level, values) }
        return queries
    }

    /// Adds the queries that have one more field than others, which are numbered so that each combination is tried once.
    ///
    /// One value of each field comes after another, so that the limit does not omit whole fields.
    private mutating func addLonger(
        _ shorter: [(query: PromptQuery, next: Int)],
        _ values: Values
    ) -> [(query: PromptQuery, next: Int)] {
        var longer: [(query: PromptQuery, next: Int)] = []
        let rounds = values.rounds
        for (query, next) in shorter {
            for round in 0..<rounds where queries.count < limit {
                for index in next..<values.fields.count where round < values.fields[index].values.count {
                    guard queries.count < limit else { break }
                    let field = values.fields[index]
                    for isEnforced in [false, true] {
                        let query = query.tag(field.name, field.values[round], isEnforced: isEnforced)
                        add(query)
                        if index + 1 < values.fields.count { longer.append((query, index + 1)) }
                    }
                }
            }
        }
        return longer
    }

    private mutating func add(_ query: PromptQuery) {
        if queries.count < limit, seen.insert(query).inserted { queries.append(query) }
    }

    /// Adds a query for each version that is edited, added or removed, for the latest version, and for the folders.
    private mutating func addPinned() {
        let (before, after) = (whatIf.before, whatIf.after)
        add(PromptQuery().latest())
        let later = Dictionary(after.versions.map { ($0.version, $0) }) { first, _ in first }
        let earlier = Dictionary(before.versions.map { ($0.version, $0) }) { first, _ in first }
        for version in before.versions + after.versions
        where earlier[version.version]?.config != later[version.version]?.config {
            add(PromptQuery().version(version.version))
        }
        if !before.folderID.isSameText(as: after.folderID) {
            for folder in [before.folderID, after.folderID] { add(PromptQuery().folder(folder)) }
        }
    }

    /// Adds a query that satisfies the rules of a deployment, enforced and not.
    private mutating func addMatching(_ source: Source) {
        for isEnforced in [false, true] { add(source.matchingQuery(isEnforced: isEnforced)) }
    }

    private mutating func addVariations(_ source: Source) {
        for isEnforced in [false, true] {
            let matching = source.matchingQuery(isEnforced: isEnforced)
            for (rule, _) in source.rules + source.tags.map({ ($0, true) }) {
                for value in rule.mentionedValues where queries.count < limit / 2 {
                    add(matching.tag(rule.field, value, isEnforced: isEnforced))
                }
            }
        }
    }

    /// Adds queries that satisfy the rules of a changed deployment and those of another one, between which the change may
    /// decide; up to half of the limit.
    private mutating func addCombinations(_ changed: [Source], _ others: [Source]) {
        for isEnforced in [false, true] {
            for other in others + changed where queries.count < limit / 2 {
                let otherQuery = other.matchingQuery(isEnforced: isEnforced)
                for source in changed where queries.count < limit / 2 {
                    let matching = source.matchingQuery(isEnforced: isEnforced)
                    add(
                        otherQuery.conditions.reduce(matching) { query, condition in
                            query.index(of: condition.field) == nil
                                ? query.tag(condition.field, condition.value, isEnforced: isEnforced) : query
                        }
                    )
                }
            }
        }
    }

    /// Returns the sources so that those with different fields alternate, because many usually differ in values only.
    private static func alternating(_ sources: [Source]) -> [Source] {
        var seen: [Set<ByteText>: Int] = [:]
        let ranks = sources.map { source in
            let fields = Set(source.rules.map { ByteText($0.rule.field) })
            seen[fields, default: 0] += 1
            return seen[fields, default: 0]
        }
        return sources.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { sources[$0] }
    }

    private static func sources(_ record: PromptRecord, comparedWith other: PromptRecord) -> [Source] {
        struct Key: Hashable {
            let versionID: ByteText
            let deployment: Deployment
        }
        let others = Set(other.candidates.map { Key(versionID: ByteText($0.version.id), deployment: $0.deployment) })
        let configs = Dictionary(other.versions.map { (ByteText($0.id), $0.config) }) { first, _ in first }
        let edited = Set(
            record.versions.filter { configs[ByteText($0.id)] != .some($0.config) }.map { ByteText($0.id) }
        )
        let selector = CompiledSelector(record)
        return selector.deployments.map { deployment in
            let id = ByteText(deployment.candidate.version.id)
            let key = Key(versionID: id, deployment: deployment.candidate.deployment)
            return Source(
                rules: deployment.tree.rules.map { (selector.fields.rule($0), $0.wanted) },
                tags: deployment.tree.tags.map(selector.fields.rule),
                isChanged: edited.contains(id) || !others.contains(key)
            )
        }
    }
}

extension QueryGenerator.Source {
    /// More fields than this are not combined in one query.
    private static let maximumFields = 100

    /// Returns a query in which each field has the value that satisfies the most rules on it, of those that they mention.
    /// Rules that are alternatives are satisfied at once.
    fileprivate func matchingQuery(isEnforced: Bool) -> PromptQuery {
        let rulesByField = Dictionary(grouping: rules.prefix(1000)) { ByteText($0.rule.field) }
        var query = PromptQuery()
        for (rule, _) in rules.prefix(1000) where query.conditions.count < Self.maximumFields {
            guard query.index(of: rule.field) == nil else { continue }
            let all = rulesByField[ByteText(rule.field)] ?? []
            func count(_ value: ConditionValue) -> Int {
                all.count { Comparison.test(value, $0.rule.operator, $0.rule.value) == $0.wanted }
            }
            let candidates = all.prefix(16).flatMap(\.rule.mentionedValues).map { (value: $0, count: count($0)) }
            // The first of those with the greatest number.
            guard let greatest = candidates.map(\.count).max(), greatest > 0,
                let best = candidates.first(where: { $0.count == greatest })
            else { continue }
            query = query.tag(rule.field, best.value, isEnforced: isEnforced)
        }
        return query
    }
}

extension Rule {
    /// Values that the rule treats differently: its own and those next to it, and the elements of an array.
    fileprivate var mentionedValues: [ConditionValue] {
        switch value {
        case .strings(let texts): [value] + texts.map { .string($0) }
        case .integer(let number): [value, .integer(number &+ 1), .integer(number &- 1)]
        case .number(let number): [value, .number(number.nextUp), .number(number.nextDown)]
        case .boolean(let flag): [value, .boolean(!flag)]
        case .string(let text):
            // `!` is the first visible character, so that no other text is likely to be between the two.
            [value, .string(text + (RuleOperator.versions.contains(self.operator) ? ".1" : "!"))]
                + (RuleOperator.versions.contains(self.operator) ? [.string(text + "-0")] : [])
                + [.string(String(text.dropLast()))]
        }
    }
}

extension ConditionValue {
    /// Whether the value is so long that a query with it takes long to compare.
    fileprivate var isLong: Bool {
        switch self {
        case .string(let text): text.utf8.count > 1024
        case .strings(let texts): texts.reduce(0) { $0 + $1.utf8.count + 1 } > 1024
        case .boolean, .integer, .number: false
        }
    }
}

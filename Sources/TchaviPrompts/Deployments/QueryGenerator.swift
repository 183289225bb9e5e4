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
            for value in values where seen[position].insert(value).inserted { fields[position].values.append(value) }
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
    private struct Source {
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
        add(PromptQuery())
        addPinned()
        for source in changed { addMatching(source) }

        var values = Values()
        for source in changed + sources.filter({ !$0.isChanged }) {
            for (rule, _) in source.rules { values.add(rule.field, rule.mentionedValues) }
            for tag in source.tags { values.add(tag.field, [tag.value]) }
        }
        values.addUnmentioned()
        var level = addLonger([(query: PromptQuery(), next: 0)], values)
        for source in sources { addMatching(source) }
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

    /// Adds a query for each version that is edited or removed, for the latest version, and for the folders.
    private mutating func addPinned() {
        let (before, after) = (whatIf.before, whatIf.after)
        add(PromptQuery().latest())
        let later = Dictionary(after.versions.map { ($0.version, $0) }) { first, _ in first }
        for version in before.versions where later[version.version]?.config != version.config {
            add(PromptQuery().version(version.version))
        }
        if !before.folderID.isSameText(as: after.folderID) {
            for folder in [before.folderID, after.folderID] { add(PromptQuery().folder(folder)) }
        }
    }

    /// Adds a query that satisfies the rules of a deployment, enforced and not.
    ///
    /// Each field has a value that satisfies all rules on it, as far as the rules mention one. Rules that are alternatives
    /// are satisfied at once.
    private mutating func addMatching(_ source: Source) {
        let rules = Dictionary(grouping: source.rules) { ByteText($0.rule.field) }
        for isEnforced in [false, true] {
            var query = PromptQuery()
            for (rule, _) in source.rules where query.index(of: rule.field) == nil {
                let all = rules[ByteText(rule.field)] ?? []
                let candidates = all.prefix(16).flatMap(\.rule.mentionedValues)
                func count(_ value: ConditionValue) -> Int {
                    all.count { Comparison.test(value, $0.rule.operator, $0.rule.value) == $0.wanted }
                }
                let best = candidates.lazy.map { (value: $0, count: count($0)) }.max { $0.count < $1.count }
                if let best, best.count > 0 { query = query.tag(rule.field, best.value, isEnforced: isEnforced) }
            }
            add(query)
        }
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

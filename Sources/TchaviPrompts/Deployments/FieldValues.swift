/// The values of fields that can be told apart by the rules and tags of a record.
struct FieldValues {
    /// What the rules and tags on a field compare its values with.
    private struct Uses: OptionSet {
        let rawValue: UInt8
        static let strings = Uses(rawValue: 1)
        static let arrays = Uses(rawValue: 2)
        static let versions = Uses(rawValue: 4)
        static let order = Uses(rawValue: 8)
        /// Substrings, whole arrays, or strings that could be the JSON of an array.
        static let textOfArrays = Uses(rawValue: 16)
    }

    private var uses: [Int: Uses] = [:]

    init(_ deployments: [CheckedDeployment]) {
        for deployment in deployments {
            for condition in deployment.rules + deployment.tags where !condition.isImpossible {
                uses[condition.field, default: []].formUnion(Self.uses(condition))
            }
        }
    }

    private static func uses(_ condition: CheckedDeployment.Condition) -> Uses {
        var uses: Uses = condition.isVersionComparison ? .versions : condition.isOrder ? .order : []
        switch condition.rule.value {
        case .boolean, .integer, .number: break
        case .string(let text):
            uses.insert(.strings)
            if condition.isInclusion || condition.isExclusion || text.contains("[") { uses.insert(.textOfArrays) }
        case .strings(let texts):
            uses.insert(.arrays)
            if condition.isEquality || condition.isInequality || texts.contains(where: { $0.contains("[") }) {
                uses.insert(.textOfArrays)
            }
        }
        return uses
    }

    /// Returns a query for each combination of values that the rules and tags of a deployment accept; `nil` if the values
    /// cannot be enumerated.
    func queries(matching deployment: CheckedDeployment, _ fields: Set<Int>) -> [PromptQuery]? {
        var queries = [PromptQuery().exactMatch().bucketed(by: "user")]
        let conditions = Dictionary(grouping: deployment.required + deployment.requiredTags, by: \.field)
        for field in fields.sorted() {
            guard let conditions = conditions[field], let name = conditions.first?.rule.field,
                let values = values(conditions, field)?.filter({ value in
                    conditions.allSatisfy { $0.isSatisfied(by: value) }
                }), !values.isEmpty, values.count * queries.count <= 64
            else { return nil }
            queries = queries.flatMap { query in values.map { query.tag(name, $0, isEnforced: true) } }
        }
        return queries
    }

    /// Returns values among which is one for each that satisfies all of the conditions, and that no rule or tag of the
    /// record tells from it.
    private func values(_ conditions: [CheckedDeployment.Condition], _ field: Int) -> [ConditionValue]? {
        let uses = uses[field] ?? []
        for condition in conditions where condition.isEquality {
            switch condition.rule.value {
            case .string(let text): return ConditionValue.reading(as: text)
            case .integer, .number:
                if uses.isDisjoint(with: [.strings, .arrays, .versions]) { return [condition.rule.value] }
            case .boolean:
                if uses.isDisjoint(with: [.strings, .arrays]) { return [condition.rule.value] }
            case .strings: break
            }
        }
        for condition in conditions where condition.isInclusion {
            guard case .strings(let texts) = condition.rule.value, texts.count <= 4,
                uses.isDisjoint(with: [.versions, .order, .textOfArrays])
            else { continue }
            var subsets: [[String]] = [[]]
            for text in texts { subsets += subsets.map { $0 + [text] } }
            return texts.flatMap(ConditionValue.reading) + subsets.map { .strings($0) }
        }
        return nil
    }
}

import Tchavi

/// Checks whether a more specific deployment is selected for every query that an audience matches.
extension DeploymentLinter {
    /// Reports audiences that are never the most specific.
    ///
    /// Only what is certain is reported. For an audience whose rules all have to be satisfied, and whose tags are on
    /// fields of its rules, these queries are tried: its fields with every value that its rules accept, where the values
    /// can be enumerated, all enforced and matched exactly. A deployment that outranks it for such a query uses the same
    /// fields and no other, not even as a tag, so that it does so for every query with these values.
    mutating func checkOutranked() {
        // How many evaluations are left, so that thousands of deployments on the same fields do not take long.
        var budget = 200_000
        var groups: [Set<Int>: [[Int]]] = [:]
        var order: [Set<Int>] = []
        for audience in audiences {
            let fields = deployments[audience[0]].fields
            if groups[fields] == nil { order.append(fields) }
            groups[fields, default: []].append(audience)
        }
        guard groups.values.contains(where: { $0.count > 1 }) else { return }
        let values = FieldValues(deployments)
        for fields in order {
            guard let audiences = groups[fields], audiences.count > 1, !fields.isEmpty else { continue }
            var selector: CompiledSelector?
            let unindexed = audiences.joined().count { index in !deployments[index].rules.allSatisfy(\.isEquality) }
            for audience in audiences where budget > 0 {
                let deployment = deployments[audience[0]]
                guard !unmatchable.contains(deployment.audience), deployment.isConjunction, !deployment.rules.isEmpty,
                    deployment.requiredTags.count == deployment.tags.count,
                    let queries = values.queries(matching: deployment, fields)
                else { continue }
                let compiled =
                    selector ?? CompiledSelector(record.limited(to: audiences.joined().map { deployments[$0] }))
                selector = compiled
                budget -= queries.count * (1 + unindexed)
                guard let winner = Self.winner(over: audience.map { deployments[$0] }, for: queries, compiled)
                else { continue }
                unmatchable.insert(deployment.audience)
                reportUnreachable(
                    audience,
                    "For its queries \(winner), which has more rules or tags on the same fields, is always more specific",
                    "Remove it, or change its rules or those of \(winner)."
                )
            }
        }
    }

    /// Returns the id of a deployment that outranks others for the first of several queries, if one does for each.
    private static func winner(
        over deployments: [CheckedDeployment],
        for queries: [PromptQuery],
        _ selector: CompiledSelector
    ) -> String? {
        let ids = Set(deployments.map { ByteText($0.id) })
        var winner: String?
        for query in queries {
            let leaders = selector.select(query).leaders.map { selector.deployments[$0].candidate.deployment.id }
            guard let first = leaders.first, !leaders.contains(where: { ids.contains(ByteText($0)) }) else {
                return nil
            }
            winner = winner ?? first
        }
        return winner
    }
}

extension PromptRecord {
    /// The record with some of its deployments, and without a fallback.
    fileprivate func limited(to deployments: [CheckedDeployment]) -> PromptRecord {
        PromptRecord(
            promptID: promptID,
            versions: versions,
            deployments: Dictionary(grouping: deployments) { $0.version.id }
                .mapValues { $0.map(\.candidate.deployment) }
        )
    }
}

/// The values of a field that can be told apart by the rules and tags of a record.
private struct FieldValues {
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

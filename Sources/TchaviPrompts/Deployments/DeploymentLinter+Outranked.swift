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
            let members = audiences.joined().map { deployments[$0] }
            let unindexed = members.count { !$0.rules.allSatisfy(\.isEquality) }
            for audience in audiences where budget > 0 {
                let deployment = deployments[audience[0]]
                guard !unreachable.contains(deployment.audience), deployment.isConjunction, !deployment.rules.isEmpty,
                    deployment.requiredTags.count == deployment.tags.count,
                    let queries = values.queries(matching: deployment, fields)
                else { continue }
                let compiled = selector ?? CompiledSelector(record.limited(to: members))
                selector = compiled
                // Ids of versions that differ only in their bytes are one key of a dictionary.
                guard compiled.deployments.count == members.count else { break }
                budget -= queries.count * (1 + unindexed)
                guard let winner = Self.winner(over: audience.map { deployments[$0] }, for: queries, compiled)
                else { continue }
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

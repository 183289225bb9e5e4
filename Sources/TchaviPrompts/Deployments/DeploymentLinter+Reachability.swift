import Tchavi

/// Checks whether a query reaches the deployments of an audience at all.
extension DeploymentLinter {
    /// Reports deployments with a rule on the field that pins a query to a version, before deployments are considered.
    mutating func checkPinnedField() {
        guard let field = fields.number(of: PromptQuery.versionField) else { return }
        for audience in audiences {
            guard let first = audience.first, !unreachable.contains(deployments[first].audienceNumber),
                let condition = deployments[first].required.first(where: { $0.field == field })
            else { continue }
            reportUnreachable(
                audience,
                .error,
                rule: condition.rule,
                "A query with `\(PromptQuery.versionField)` is pinned to a version",
                "Use another field."
            )
        }
    }

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
                guard !unreachable.contains(deployment.audienceNumber), deployment.isConjunction,
                    !deployment.rules.isEmpty,
                    deployment.requiredTags.count == deployment.tags.count,
                    let queries = values.queries(matching: deployment, fields)
                else { continue }
                let compiled = selector ?? CompiledSelector(record.limited(to: members))
                selector = compiled
                // Ids of versions that differ only in their bytes are one key of a dictionary.
                guard compiled.deployments.count == members.count else { break }
                budget -= queries.count * (1 + unindexed)
                guard let winners = Self.winners(over: audience.map { deployments[$0] }, for: queries, compiled)
                else { continue }
                if let winner = winners.first {
                    reportUnreachable(
                        audience,
                        .warning,
                        "For its queries \(winner), which has more rules or tags on the same fields, is always more "
                            + "specific",
                        "Remove it, or change its rules or those of \(winner)."
                    )
                } else {
                    reportUnreachable(
                        audience,
                        .warning,
                        "For each of its queries one of several deployments, which have more rules or tags on the same "
                            + "fields, is more specific",
                        "Remove it, or change its rules or those of the other deployments on the same fields."
                    )
                }
            }
        }
    }

    /// Returns the ids of the deployments that outrank others for every one of several queries; `nil` if the others are
    /// among the most specific for a query, or none is.
    private static func winners(
        over deployments: [CheckedDeployment],
        for queries: [PromptQuery],
        _ selector: CompiledSelector
    ) -> [String]? {
        let ids = Set(deployments.map { ByteText($0.id) })
        var winners: [String]?
        for query in queries {
            let leaders = selector.select(query).leaders.map { selector.deployments[$0].candidate.deployment.id }
            let leading = Set(leaders.map(ByteText.init))
            guard !leading.isEmpty, leading.isDisjoint(with: ids) else { return nil }
            winners = winners?.filter { leading.contains(ByteText($0)) } ?? leaders
        }
        return winners
    }

    /// Reports that no query selects an audience: once if it is a split, or else for each deployment.
    private mutating func reportUnreachable(
        _ audience: [Int],
        _ severity: DeploymentFinding.Severity,
        rule: Rule? = nil,
        _ reason: String,
        _ advice: String
    ) {
        unreachable.formUnion(audience.map { deployments[$0].audienceNumber })
        let arms = audience.filter { deployments[$0].isArm }
        if let arm = arms.first {
            let message = "\(reason), so no query reaches the split"
            report(
                .unreachableSplit,
                severity,
                deployments[arm],
                rule: rule,
                arms.count == 1 ? "\(message)." : "\(message) of \(arms.map { deployments[$0].id }.listed()).",
                advice
            )
        } else {
            for index in audience {
                report(
                    .neverSelected,
                    severity,
                    deployments[index],
                    rule: rule,
                    "\(reason), so the deployment is never selected.",
                    advice
                )
            }
        }
    }
}

extension PromptRecord {
    /// The record with some of its deployments and their versions, and without a fallback.
    fileprivate func limited(to deployments: [CheckedDeployment]) -> PromptRecord {
        var ids: Set<ByteText> = []
        return PromptRecord(
            promptID: promptID,
            versions: deployments.map(\.version).filter { ids.insert(ByteText($0.id)).inserted },
            deployments: Dictionary(grouping: deployments) { $0.version.id }
                .mapValues { $0.map(\.candidate.deployment) }
        )
    }
}

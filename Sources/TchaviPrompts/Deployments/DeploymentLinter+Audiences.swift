import Tchavi

/// Checks of deployments that apply to the same queries.
extension DeploymentLinter {
    mutating func checkAudiences() {
        for audience in audiences {
            guard let first = audience.first, !unreachable.contains(deployments[first].audience) else { continue }
            if let arm = audience.first(where: { deployments[$0].isArm }) {
                checkUnweighted(audience, besides: deployments[arm])
            } else {
                checkTies(audience)
            }
        }
    }

    private mutating func checkUnweighted(_ audience: [Int], besides arm: CheckedDeployment) {
        for loser in audience.map({ deployments[$0] }) where !loser.hasWeight {
            report(
                .neverSelected,
                .warning,
                loser,
                "\(arm.id) applies to the same queries and has a weight, so only deployments with a weight are selected.",
                "Give it a weight as well, or remove it."
            )
        }
    }

    /// Reports the deployments that lose against the newest of their audience. Those with a weight are reported by
    /// ``checkZeroWeights()``.
    private mutating func checkTies(_ audience: [Int]) {
        guard audience.count > 1, let winner = newest(audience) else { return }
        for index in audience where index != winner && !deployments[index].hasWeight {
            let (winner, loser) = (deployments[winner], deployments[index])
            if winner.candidate.timestamp == loser.candidate.timestamp {
                report(
                    .alwaysTies,
                    .warning,
                    loser,
                    "It always ties with \(winner.id), and only its version number or id decides.",
                    "Give both a weight, or remove one."
                )
            } else {
                report(
                    .neverSelected,
                    .warning,
                    loser,
                    "It applies to the same queries as \(winner.id), which is newer and is always selected.",
                    "Remove it, or give both a weight to split their users."
                )
            }
        }
    }

    /// Returns the index of the deployment that wins a tie.
    func newest(_ indices: some Sequence<Int>) -> Int? {
        indices.min { deployments[$0].candidate.winsTie(with: deployments[$1].candidate) }
    }

    mutating func checkZeroWeights() {
        for split in Self.groups(deployments, by: \.split) {
            let weighted = split.map { deployments[$0] }.filter(\.hasWeight)
            guard let first = weighted.first, !weighted.contains(where: \.isArm), !unreachable.contains(first.audience)
            else { continue }
            report(
                .zeroWeights,
                .warning,
                first,
                weighted.count == 1
                    ? "Its weight is zero, which does not pause it: no other deployment for its queries has a weight."
                    : "All \(weighted.count) weights for its queries are zero, which pauses none: the newest is selected.",
                weighted.count == 1
                    ? "Remove the deployment, or give it a weight."
                    : "Remove the deployments, or give one of them a weight."
            )
        }
    }

    /// Reports deployments with a rule on the field that pins a query to a version, before deployments are considered.
    mutating func checkPinnedField() {
        guard let field = fields.number(of: PromptQuery.versionField) else { return }
        for audience in audiences {
            guard let first = audience.first, !unreachable.contains(deployments[first].audience),
                let condition = deployments[first].required.first(where: { $0.field == field })
            else { continue }
            reportUnreachable(
                audience,
                rule: condition.rule,
                "A query with `\(PromptQuery.versionField)` is pinned to a version",
                "Use another field."
            )
        }
    }

    /// Reports that no query selects an audience: once if it is a split, or else for each deployment.
    mutating func reportUnreachable(_ audience: [Int], rule: Rule? = nil, _ reason: String, _ advice: String) {
        unreachable.formUnion(audience.map { deployments[$0].audience })
        let arms = audience.filter { deployments[$0].isArm }
        if let arm = arms.first {
            let message = "\(reason), so no query reaches the split"
            report(
                .unreachableSplit,
                .warning,
                deployments[arm],
                rule: rule,
                arms.count == 1 ? "\(message)." : "\(message) of \(arms.map { deployments[$0].id }.listed).",
                advice
            )
        } else {
            for index in audience {
                report(
                    .neverSelected,
                    .warning,
                    deployments[index],
                    rule: rule,
                    "\(reason), so the deployment is never selected.",
                    advice
                )
            }
        }
    }
}

extension [String] {
    /// The first of the elements, and how many others there are.
    var listed: String {
        count <= 5 ? joined(separator: ", ") : prefix(4).joined(separator: ", ") + " and \(count - 4) others"
    }
}

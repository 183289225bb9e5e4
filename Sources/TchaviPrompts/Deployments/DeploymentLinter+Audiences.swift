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

    /// Reports a deployment of weight zero that is selected nevertheless, because no deployment for its queries has a
    /// weight above zero.
    ///
    /// One that loses the tie against a deployment without a weight is not selected, as its weight probably intends.
    mutating func checkZeroWeights() {
        for split in Self.groups(deployments, by: \.split) {
            let reachable = split.filter { !unreachable.contains(deployments[$0].audience) }
            guard let selected = newest(reachable), deployments[selected].hasWeight,
                !reachable.contains(where: { deployments[$0].isArm })
            else { continue }
            let weights = reachable.count { deployments[$0].hasWeight }
            report(
                .zeroWeights,
                .warning,
                deployments[selected],
                weights == 1
                    ? "Its weight is zero, which does not pause it: no deployment for its queries has a weight above zero."
                    : "All \(weights) weights for its queries are zero, which does not pause it: it is selected as if none "
                        + "had a weight.",
                weights == 1
                    ? "Remove the deployment, or give it a weight above zero."
                    : "Remove the deployments, or give one of them a weight above zero."
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
                .error,
                rule: condition.rule,
                "A query with `\(PromptQuery.versionField)` is pinned to a version",
                "Use another field."
            )
        }
    }

    /// Reports that no query selects an audience: once if it is a split, or else for each deployment.
    mutating func reportUnreachable(
        _ audience: [Int],
        _ severity: DeploymentFinding.Severity,
        rule: Rule? = nil,
        _ reason: String,
        _ advice: String
    ) {
        unreachable.formUnion(audience.map { deployments[$0].audience })
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

extension [String] {
    /// Returns the first of the elements, and how many others there are.
    func listed(separator: String = ", ") -> String {
        count <= 5
            ? joined(separator: separator)
            : prefix(4).joined(separator: separator) + " and \(count - 4) others"
    }
}

import Tchavi

/// Checks of deployments that apply to the same queries.
extension DeploymentLinter {
    mutating func checkAudiences() {
        for audience in audiences {
            guard let first = audience.first, !unreachable.contains(deployments[first].audienceNumber) else { continue }
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
        for split in Self.groups(deployments, by: \.splitNumber) {
            let reachable = split.filter { !unreachable.contains(deployments[$0].audienceNumber) }
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
}

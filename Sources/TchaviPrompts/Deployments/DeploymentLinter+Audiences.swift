import Foundation
import Tchavi

/// Checks of deployments that apply to the same queries.
extension DeploymentLinter {
    mutating func checkOutranked() {
        for loser in deployments where !loser.hasWeight {
            if let arm = arm(besides: loser) {
                report(
                    .neverSelected,
                    .warning,
                    loser,
                    "\(arm.id) applies to the same queries and has a weight, so only deployments with a weight are "
                        + "selected.",
                    "Give it a weight as well, or remove it."
                )
            } else if let winner = deployments.first(where: { !$0.hasWeight && $0.replaces(loser) }) {
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

    mutating func checkTies() {
        for (index, first) in deployments.enumerated() where !first.hasWeight && arm(besides: first) == nil {
            for second in deployments.dropFirst(index + 1)
            where !second.hasWeight && first.hasSameAudience(as: second)
                && first.deployment.timestamp?.date == second.deployment.timestamp?.date
            {
                report(
                    .alwaysTies,
                    .warning,
                    second,
                    "It always ties with \(first.id), and only its version number or id decides.",
                    "Give both a weight, or remove one."
                )
            }
        }
    }

    mutating func checkExperiments() {
        let named = Dictionary(grouping: deployments.filter { !($0.deployment.experiment ?? "").isEmpty }) {
            $0.deployment.experiment ?? ""
        }
        for (experiment, arms) in named.sorted(by: { $0.key < $1.key }) {
            guard let first = arms.first else { continue }
            for arm in arms.dropFirst() where !first.hasSameAudience(as: arm) {
                report(
                    .unequalArms,
                    .warning,
                    arm,
                    "In the experiment `\(experiment)` it applies to other queries than \(first.id), so the arms cannot "
                        + "be compared.",
                    "Give every arm the same rules and tags, or use another experiment name."
                )
            }
        }
    }

    mutating func checkZeroWeights() {
        var seen: Set<Int> = []
        for (index, first) in deployments.enumerated() where first.hasWeight && !seen.contains(index) {
            let arms = deployments.indices.filter {
                deployments[$0].hasWeight && first.hasSameAudience(as: deployments[$0])
            }
            seen.formUnion(arms)
            guard arms.allSatisfy({ (deployments[$0].deployment.weight ?? 0) <= 0 }) else { continue }
            report(
                .zeroWeights,
                .warning,
                first,
                "All \(arms.count) weights for its queries are zero, which pauses none: the newest is selected.",
                "Remove the deployments, or give one of them a weight."
            )
        }
    }

    mutating func checkVariables() {
        func names(_ version: PromptVersion) -> [String] {
            CompiledMessages(version.config?.messages ?? [], syntax: syntax).variables.map(\.name)
        }
        for deployment in deployments where !deployment.hasWeight {
            // The deployment that applied to the same queries before.
            let earlier = deployments.filter { other in
                deployment.hasSameAudience(as: other) && other.version.version < deployment.version.version
                    && !other.hasWeight
            }
            guard let before = earlier.max(by: { $0.version.version < $1.version.version }) else { continue }
            let known = Set(names(before.version))
            let added = names(deployment.version).filter { !known.contains($0) }
            guard !added.isEmpty else { continue }
            report(
                .newVariable,
                .warning,
                deployment,
                "Version \(deployment.version.version) needs `\(added.joined(separator: "`, `"))`, which version "
                    + "\(before.version.version) before it did not: runs that do not pass it will fail.",
                "Deploy the version when every caller passes the variable, or remove the variable from its messages."
            )
        }
    }

    /// Returns an arm of a split that applies to the same queries.
    private func arm(besides deployment: CheckedDeployment) -> CheckedDeployment? {
        deployments.first { ($0.deployment.weight ?? 0) > 0 && $0.hasSameAudience(as: deployment) }
    }
}

extension CheckedDeployment {
    /// Whether two deployments apply to the same queries: they have the same rules and the same tags.
    fileprivate func hasSameAudience(as other: CheckedDeployment) -> Bool {
        Set(conditions) == Set(other.conditions) && hasSameShape(as: other)
            && version.config?.tags ?? [:] == other.version.config?.tags ?? [:]
    }

    private func hasSameShape(as other: CheckedDeployment) -> Bool {
        if !tags.isEmpty, tagsAreAlternatives != other.tagsAreAlternatives { return false }
        return isConjunction && other.isConjunction || deployment.query == other.deployment.query
    }

    /// Whether this deployment applies to the same queries as another, is newer, and is always selected in its place.
    fileprivate func replaces(_ other: CheckedDeployment) -> Bool {
        hasSameAudience(as: other)
            && Candidate(deployment: deployment, version: version)
                .winsTie(with: Candidate(deployment: other.deployment, version: other.version))
            && (deployment.timestamp?.date ?? .distantPast) > (other.deployment.timestamp?.date ?? .distantPast)
    }
}

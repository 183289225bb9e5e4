import Tchavi

/// Checks of the arms of a split and of an experiment.
extension DeploymentLinter {
    /// Reports arms that are alone in their audience while their experiment has arms elsewhere.
    ///
    /// The same experiment in several audiences, with several arms in each, is as many splits that share a salt.
    mutating func checkExperiments() {
        var experiments: [ByteText: [Int]] = [:]
        var order: [ByteText] = []
        for (index, deployment) in deployments.enumerated() where deployment.isArm {
            guard let name = deployment.candidate.deployment.experiment, !name.isEmpty else { continue }
            let key = ByteText(name)
            if experiments[key] == nil { order.append(key) }
            experiments[key, default: []].append(index)
        }
        for name in order {
            let arms = experiments[name] ?? []
            let splits = Self.groups(arms.map { deployments[$0] }, by: \.split).map { $0.map { arms[$0] } }
            let largest = splits.map(\.count).max()
            guard let reference = splits.first(where: { $0.count == largest }), let first = reference.first
            else { continue }
            for split in splits where split.count == 1 && split[0] != first {
                report(
                    .unequalArms,
                    .warning,
                    deployments[split[0]],
                    "In the experiment `\(name.text)` it applies to other queries than \(deployments[first].id), so the "
                        + "arms cannot be compared.",
                    "Give every arm the same rules and tags, or use another experiment name."
                )
            }
        }
    }

    mutating func checkSplits() {
        for split in Self.groups(deployments, by: \.split) {
            let arms = split.filter { deployments[$0].isArm && !unreachable.contains(deployments[$0].audience) }
            if arms.count > 1 { checkVariables(ofArms: arms) }
        }
        let weighted = audiences.filter { audience in
            audience.contains { deployments[$0].isArm } && !unreachable.contains(deployments[audience[0]].audience)
        }
        for audience in weighted { checkShares(audience, among: weighted) }
    }

    private mutating func checkVariables(ofArms arms: [Int]) {
        var needed: [Set<String>: Int] = [:]
        var order: [(arm: Int, names: [String])] = []
        for arm in arms {
            guard deployments[arm].version.config != nil else { continue }
            let names = variables(of: deployments[arm].version)
            guard needed.updateValue(arm, forKey: Set(names)) == nil else { continue }
            order.append((arm, names))
        }
        guard order.count > 1 else { return }
        let needs = order.map { arm, names in
            "version \(deployments[arm].version.version) needs "
                + (names.isEmpty ? "none" : names.map { "`\($0)`" }.joined(separator: ", "))
        }
        report(
            .unequalVariables,
            .warning,
            deployments[order[1].arm],
            "The arms of the split need different variables (\(needs.listed)), so that calls fail for the users of some "
                + "arms.",
            "Pass every variable in every call, or use the same variables in all arms."
        )
    }

    /// Reports arms whose range contains none of the buckets.
    private mutating func checkShares(_ audience: [Int], among weighted: [[Int]]) {
        let arms = audience.filter { deployments[$0].isArm }
        guard arms.count > 1 else { return }
        let split = Split(salt: "", weights: arms.map { (deployments[$0].id, deployments[$0].candidate.weight) })
        let empty = split.emptyArms
        guard !empty.isEmpty, !canMeetAnother(audience, of: weighted) else { return }
        for arm in empty {
            report(
                .unreachableArm,
                .warning,
                deployments[arms[arm]],
                "Its share of the weights is so small that it gets none of the 10,000 buckets, so no bucketing key selects "
                    + "it.",
                "Raise its weight to at least a ten-thousandth of the sum, or remove the deployment."
            )
        }
    }

    /// Whether a query could match a split and another one equally well, whose arms would change the ranges.
    private func canMeetAnother(_ audience: [Int], of weighted: [[Int]]) -> Bool {
        // Rather no finding than to compare each split with thousands of others.
        guard weighted.count <= 64 else { return true }
        let own = deployments[audience[0]]
        return weighted.contains { other in
            let other = deployments[other[0]]
            return other.audience != own.audience && own.canTie(with: other)
        }
    }
}

extension CheckedDeployment {
    /// Whether a query might exist that both match equally well.
    fileprivate func canTie(with other: CheckedDeployment) -> Bool {
        let isUnconditional = candidate.deployment.isUnconditional
        if isUnconditional && other.candidate.deployment.isUnconditional { return true }
        if isUnconditional && tags.isEmpty || other.candidate.deployment.isUnconditional && other.tags.isEmpty {
            return false
        }
        let hasOnlyRules = tags.isEmpty && other.tags.isEmpty && isConjunction && other.isConjunction
        if hasOnlyRules && rules.count != other.rules.count { return false }
        return !required.contains { first in
            !first.isImpossible
                && other.required.contains {
                    $0.field == first.field && !$0.isImpossible && first.contradicts($0)
                }
        }
    }
}

extension Split {
    /// The indices of the arms that ``arm(for:)`` returns for none of the 10,000 buckets.
    fileprivate var emptyArms: [Int] {
        arms.indices.filter { index in
            let arm = arms[index]
            guard arm.lowerBound.isFinite, arm.upperBound.isFinite else { return false }
            // The bucket at the start of the range, or one next to it if the bounds are rounded.
            let start = Int((min(arm.lowerBound, 1) * 10_000).rounded())
            let near = [start - 1, start, start + 1].filter { (0..<10_000).contains($0) }.map { Double($0) / 10_000 }
            if near.contains(where: { arm.lowerBound <= $0 && $0 < arm.upperBound }) { return false }
            return index < arms.count - 1 || arm.upperBound > 0.9999
        }
    }
}

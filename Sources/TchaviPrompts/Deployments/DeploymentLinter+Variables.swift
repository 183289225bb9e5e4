import Tchavi

/// Checks of the variables that versions need, which the callers of a prompt have to pass.
extension DeploymentLinter {
    /// Reports variables that a selected version needs, but the one that it replaced did not.
    mutating func checkVariables() {
        for audience in audiences where audience.count > 1 {
            guard !unreachable.contains(deployments[audience[0]].audienceNumber) else { continue }
            let arms = audience.filter { deployments[$0].isArm }
            let selected = arms.isEmpty ? newest(audience).map { [$0] } ?? [] : arms
            let isSelected = Set(selected)
            guard let before = newest(audience.filter { !isSelected.contains($0) }) else { continue }
            for index in selected { checkVariables(of: deployments[index], after: deployments[before]) }
        }
    }

    private mutating func checkVariables(of deployment: CheckedDeployment, after before: CheckedDeployment) {
        // What a version without a `config` needed is not known.
        guard deployment.candidate.winsTie(with: before.candidate), before.version.config != nil else { return }
        let known = variables(of: before.version)
        let added = variables(of: deployment.version).filter { !known.contains($0) }
        guard !added.isEmpty else { return }
        report(
            .newVariable,
            .warning,
            deployment,
            "Version \(deployment.version.version) needs `\(added.joined(separator: "`, `"))`, which version "
                + "\(before.version.version) before it did not: runs that do not pass it will fail.",
            "Deploy the version when every caller passes the variable, or remove the variable from its messages."
        )
    }

    /// Reports the arms of a split whose versions need different variables.
    mutating func checkVariables(ofArms arms: [Int]) {
        var needed: Set<Set<String>> = []
        var order: [(arm: Int, names: [String])] = []
        for arm in arms {
            guard deployments[arm].version.config != nil else { continue }
            let names = variables(of: deployments[arm].version)
            guard needed.insert(Set(names)).inserted else { continue }
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
            "The arms of the split need different variables (\(needs.listed(separator: "; "))), so that calls fail for the "
                + "users of some arms.",
            "Pass every variable in every call, or use the same variables in all arms."
        )
    }

    /// Reports variables that the fallback needs, but no deployed version.
    mutating func checkVariables(ofFallback fallback: PromptVersion) {
        guard let config = fallback.config else { return }
        var known: Set<String> = []
        var hasVersion = false
        var seen: Set<ByteText> = []
        for version in deployments.map(\.version) where seen.insert(ByteText(version.id)).inserted {
            // What a version without a `config` would need is not known.
            guard version.config != nil else { continue }
            hasVersion = true
            known.formUnion(variables(of: version))
        }
        let added = names(config).filter { !known.contains($0) }
        guard hasVersion, !added.isEmpty else { return }
        report(
            .fallbackVariable,
            .warning,
            version: fallback.id,
            "The fallback needs `\(added.joined(separator: "`, `"))`, which no deployed version needs: calls that do not "
                + "pass it fail when no deployment matches.",
            "Pass the variable in every call, or remove it from the fallback's messages."
        )
    }

    /// Returns the names of the variables that a deployed version needs, whose messages are parsed once.
    private mutating func variables(of version: PromptVersion) -> [String] {
        let key = ByteText(version.id)
        if let names = variables[key] { return names }
        let names = version.config.map(names) ?? []
        variables[key] = names
        return names
    }

    private func names(_ config: PromptVersionConfig) -> [String] {
        config.variableNames(syntax: syntax)
    }
}

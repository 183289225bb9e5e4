import Tchavi

/// Checks of the versions that are deployed, and of the fallback.
extension DeploymentLinter {
    mutating func checkVersions() {
        let known = Set(record.versions.map { ByteText($0.id) })
        for (version, deployments) in record.deployments.sorted(by: { $0.key < $1.key })
        where !known.contains(ByteText(version)) {
            for deployment in deployments {
                report(
                    .missingVersion,
                    .error,
                    version: version,
                    deployment: deployment.id,
                    "It deploys a version that the prompt does not have, so it is never selected.",
                    "Restore the version, or remove the deployment."
                )
            }
        }
        var checked: Set<ByteText> = []
        for deployment in deployments {
            checkNumber(deployment)
            if checked.insert(ByteText(deployment.version.id)).inserted { checkConfig(deployment.version) }
        }
        // A fallback that is a copy of a deployed version has the same problems.
        if let fallback = record.fallbackVersion,
            !deployments.contains(where: {
                $0.version.id.isSameText(as: fallback.id) && $0.version.config == fallback.config
            })
        {
            checkConfig(fallback)
        }
    }

    /// Reports a deployment whose own number of its version differs from the version that it is stored under.
    private mutating func checkNumber(_ deployment: CheckedDeployment) {
        let version = deployment.version
        let stored = deployment.candidate.deployment
        let other: String
        if let number = stored.version {
            guard number != version.version else { return }
            other = String(number)
        } else {
            switch stored.additionalRuleFields["version"] {
            case nil, .null?: return
            case .string(let text)?:
                guard !text.isSameText(as: version.id), text != String(version.version) else { return }
                other = text
            case .double(let number)?:
                guard number != Double(version.version) else { return }
                other = number.ecmaScriptDescription
            case let value?: other = value.serialized()
            }
        }
        report(
            .versionMismatch,
            .warning,
            deployment,
            "Its `rules.version` is `\(other)`, but it is stored under version \(version.version), which it deploys.",
            "Move it to the key of the intended version, or correct `rules.version`."
        )
    }

    /// Reports a version that cannot be run.
    private mutating func checkConfig(_ version: PromptVersion) {
        let missing =
            version.config == nil
            ? "`config`"
            : version.config?.messages.isEmpty == true
                ? "messages" : version.config?.model.isEmpty == true ? "model" : nil
        if let missing {
            report(
                .incompleteVersion,
                .error,
                version: version.id,
                "Version \(version.version) has no \(missing), so it cannot be run.",
                "Save the version with its messages and model, or deploy another version."
            )
        }
        guard let config = version.config else { return }
        do throws(InvalidParameter) {
            try ChatRequest(model: config.model, messages: [], parameters: config.modelParameters).checkChoices()
        } catch {
            report(
                .invalidParameters,
                .error,
                version: version.id,
                "The model parameters of version \(version.version) \(error.reason).",
                error.advice
            )
        }
    }

    mutating func checkFallback() {
        guard let fallback = record.fallbackVersion else {
            guard !deployments.contains(where: \.candidate.deployment.isUnconditional) else { return }
            return report(
                .noFallback,
                .warning,
                version: nil,
                "A query that no deployment matches selects no version, so fetching the prompt fails.",
                "Set a fallback, or add an unconditional deployment."
            )
        }
        if let version = record.versions.first(where: { $0.id.isSameText(as: fallback.id) }),
            version.config != fallback.config
        {
            report(
                .staleFallback,
                .warning,
                version: fallback.id,
                "The fallback is a copy of version \(version.version) with another `config`, so a change of the version "
                    + "does not reach the queries that no deployment matches.",
                "Set the fallback to the version again."
            )
        }
        checkVariables(ofFallback: fallback)
    }

    private mutating func checkVariables(ofFallback fallback: PromptVersion) {
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

    // MARK: Variables

    /// Reports variables that a selected version needs, but the one that it replaced did not.
    mutating func checkVariables() {
        for audience in audiences where audience.count > 1 {
            guard !unreachable.contains(deployments[audience[0]].audience) else { continue }
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

    /// Returns the names of the variables that a deployed version needs, whose messages are parsed once.
    mutating func variables(of version: PromptVersion) -> [String] {
        let key = ByteText(version.id)
        if let names = variables[key] { return names }
        let names = version.config.map(names) ?? []
        variables[key] = names
        return names
    }

    private func names(_ config: PromptVersionConfig) -> [String] {
        CompiledMessages(config.messages, syntax: syntax).variables.map(\.name)
    }
}

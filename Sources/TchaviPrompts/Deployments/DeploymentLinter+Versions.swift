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

    /// Reports a version that cannot be run, unless it could not be read.
    private mutating func checkConfig(_ version: PromptVersion) {
        guard version.unreadableReason == nil else { return }
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
            version.config != fallback.config, version.contentHash != fallback.contentHash
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
}

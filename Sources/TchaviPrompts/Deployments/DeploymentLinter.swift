import Tchavi

/// Checks the deployments of one record.
///
/// The checks are in extensions: of each deployment's rules, and of deployments that apply to the same queries.
struct DeploymentLinter {
    let record: PromptRecord
    let syntax: VariableSyntax
    let deployments: [CheckedDeployment]
    private var findings: [DeploymentFinding] = []

    init(record: PromptRecord, syntax: VariableSyntax) {
        self.record = record
        self.syntax = syntax
        let selector = CompiledSelector(record)
        deployments = selector.deployments.map { CheckedDeployment($0, selector.fields) }
    }

    /// Runs every check.
    ///
    /// - Returns: The findings, the most severe first.
    mutating func run() -> [DeploymentFinding] {
        checkVersions()
        for deployment in deployments {
            checkOperators(deployment)
            checkComparability(deployment)
            checkContradictions(deployment)
        }
        checkOutranked()
        checkTies()
        checkExperiments()
        checkZeroWeights()
        checkFallback()
        checkKinds()
        checkVariables()
        return findings.enumerated()
            .sorted {
                $0.element.severity != $1.element.severity
                    ? $0.element.severity > $1.element.severity : $0.offset < $1.offset
            }
            .map(\.element)
    }

    mutating func report(
        _ kind: DeploymentFinding.Kind,
        _ severity: DeploymentFinding.Severity,
        _ deployment: CheckedDeployment? = nil,
        rule: Rule? = nil,
        _ message: String,
        _ advice: String
    ) {
        findings.append(
            DeploymentFinding(
                kind: kind,
                severity: severity,
                promptID: record.promptID,
                versionID: deployment?.version.id,
                deploymentID: deployment?.id,
                rule: rule,
                message: message,
                advice: advice
            )
        )
    }

    // MARK: The record as a whole

    private mutating func checkVersions() {
        let known = Set(record.versions.map { ByteText($0.id) })
        for (version, deployments) in record.deployments.sorted(by: { $0.key < $1.key })
        where !known.contains(ByteText(version)) {
            for deployment in deployments {
                findings.append(
                    DeploymentFinding(
                        kind: .missingVersion,
                        severity: .error,
                        promptID: record.promptID,
                        versionID: version,
                        deploymentID: deployment.id,
                        message: "It deploys a version that the prompt does not have, so it is never selected.",
                        advice: "Restore the version, or remove the deployment."
                    )
                )
            }
        }
    }

    private mutating func checkFallback() {
        guard record.fallbackVersion == nil, !deployments.contains(where: \.deployment.isUnconditional) else { return }
        report(
            .noFallback,
            .warning,
            nil,
            "A query that no deployment matches selects no version, so fetching the prompt fails.",
            "Set a fallback, or add an unconditional deployment."
        )
    }
}

/// A deployment with its rules and tags in the form that the checks need.
struct CheckedDeployment {
    /// A rule, and whether its comparison has to be true or false.
    struct Condition: Hashable {
        let rule: Rule
        let wanted: Bool

        var text: String { (wanted ? "" : "not ") + rule.description }
    }

    let deployment: Deployment
    let version: PromptVersion
    let unknownCombinator: RuleGroup.Combinator?
    /// Every rule, at any depth.
    let conditions: [Condition]
    /// The version's tags, as rules, in the order of their names.
    let tags: [Rule]
    /// Whether every rule has to be satisfied.
    let isConjunction: Bool
    /// Whether the tags are alternatives to the rules instead of additional conditions.
    let tagsAreAlternatives: Bool

    init(_ compiled: CompiledDeployment, _ fields: FieldTable) {
        deployment = compiled.candidate.deployment
        version = compiled.candidate.version
        unknownCombinator = compiled.unknownCombinator
        conditions = compiled.tree.rules.map { Condition(rule: fields.rule($0), wanted: $0.wanted) }
        tags = compiled.tree.tags.map(fields.rule)
        isConjunction = compiled.tree.isConjunction
        tagsAreAlternatives = if case .any = compiled.tree { true } else { false }
    }

    var id: String { deployment.id }
    var hasWeight: Bool { deployment.weight != nil }
}

extension RuleTree {
    /// Whether the tree is true only if every rule is satisfied.
    fileprivate var isConjunction: Bool {
        switch self {
        case .rule, .tag: true
        case .all(let members): members.allSatisfy(\.isConjunction)
        case .any(let members): members.count { if case .tag = $0 { false } else { true } } == 1 && rules.count == 1
        }
    }
}

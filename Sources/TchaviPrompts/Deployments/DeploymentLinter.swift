import Tchavi

/// Checks the deployments and versions of one record.
///
/// The checks are in extensions, each in a file of its own:
///
/// - *Versions*: the versions that are deployed, and the fallback;
/// - *Content*: the messages of all versions;
/// - *Parameters*: the model parameters of all versions;
/// - *Rules*: each rule of each deployment;
/// - *Contradictions*: rules, tags and groups that no query can satisfy together;
/// - *Reachability*: audiences that no query selects;
/// - *Audiences*: deployments that apply to the same queries;
/// - *Experiments*: the arms of a split and of an experiment;
/// - *Variables*: the variables that versions need.
struct DeploymentLinter {
    let record: PromptRecord
    let syntax: VariableSyntax
    let fields: FieldTable
    /// Ordered by version number and deployment id.
    let deployments: [CheckedDeployment]
    /// The indices of the deployments of each audience, in the order of their first deployments. Those with an unknown
    /// combinator, which are never selected, are in none.
    let audiences: [[Int]]
    /// The audiences whose deployments are never selected, of which a finding has been reported.
    var unreachable: Set<Int> = []
    /// The names of the variables that the messages of each version need, by its id.
    var variables: [ByteText: [String]] = [:]
    private var findings: [DeploymentFinding] = []

    init(record: PromptRecord, syntax: VariableSyntax) {
        self.record = record
        self.syntax = syntax
        let selector = CompiledSelector(record)
        fields = selector.fields
        // One that cannot be read is never selected, and a diagnostic of its own.
        let compiled = selector.deployments.filter { $0.candidate.deployment.unreadableReason == nil }
        // A rule of any deployment makes a tag on the same field more than a description.
        let ruleFields = Set(compiled.flatMap(\.fields))
        var table = AudienceTable()
        var numbers: [Audience: Int] = [:]
        func number(_ audience: Audience) -> Int {
            if let number = numbers[audience] { return number }
            numbers[audience] = numbers.count
            return numbers.count - 1
        }
        deployments = compiled.map { deployment in
            let audience = table.audience(of: deployment)
            var split = audience
            split.tags.removeAll { !ruleFields.contains($0.field) }
            split.tagsAreAlternatives = audience.tagsAreAlternatives && !split.tags.isEmpty
            return CheckedDeployment(
                deployment,
                selector.fields,
                audienceNumber: number(audience),
                splitNumber: number(split)
            )
        }
        audiences = Self.groups(deployments, by: \.audienceNumber)
    }

    /// Runs every check.
    ///
    /// - Returns: The findings, each once, the most severe first.
    mutating func run() -> [DeploymentFinding] {
        checkVersions()
        checkContent()
        for deployment in deployments { checkRules(deployment) }
        checkContradictions()
        checkPinnedField()
        checkOutranked()
        checkAudiences()
        checkZeroWeights()
        checkExperiments()
        checkSplits()
        checkFallback()
        checkKinds()
        checkVariables()
        // A fallback that is an older copy of a version may have the same problems, in the same words.
        var seen: Set<DeploymentFinding> = []
        return findings.filter { seen.insert($0).inserted }.enumerated()
            .sorted {
                $0.element.severity != $1.element.severity
                    ? $0.element.severity > $1.element.severity : $0.offset < $1.offset
            }
            .map(\.element)
    }

    /// Returns the indices of the deployments that have the same number, without those that are never selected because
    /// of an unknown combinator.
    static func groups(_ deployments: [CheckedDeployment], by number: (CheckedDeployment) -> Int) -> [[Int]] {
        var groups: [[Int]] = []
        var positions: [Int: Int] = [:]
        for (index, deployment) in deployments.enumerated() where deployment.unknownCombinator == nil {
            let number = number(deployment)
            if let position = positions[number] {
                groups[position].append(index)
            } else {
                positions[number] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    mutating func report(
        _ kind: DeploymentFinding.Kind,
        _ severity: DeploymentFinding.Severity,
        _ deployment: CheckedDeployment,
        rule: Rule? = nil,
        _ message: String,
        _ advice: String
    ) {
        report(kind, severity, version: deployment.version.id, deployment: deployment.id, rule: rule, message, advice)
    }

    mutating func report(
        _ kind: DeploymentFinding.Kind,
        _ severity: DeploymentFinding.Severity,
        version: String?,
        deployment: String? = nil,
        rule: Rule? = nil,
        messageIndex: Int? = nil,
        parameter: String? = nil,
        _ message: String,
        _ advice: String
    ) {
        findings.append(
            DeploymentFinding(
                kind: kind,
                severity: severity,
                promptID: record.promptID,
                versionID: version,
                deploymentID: deployment,
                rule: rule,
                messageIndex: messageIndex,
                parameter: parameter,
                message: message,
                advice: advice
            )
        )
    }
}

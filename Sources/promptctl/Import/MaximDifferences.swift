import Tchavi
import TchaviPrompts

/// Finds the rules of a prompt on which Maxim's SDKs can select another version than this package.
///
/// There are none for deployments that are flat AND groups of `=`, `!=` and `includes`, with values of one type for each
/// field, without ties and unconditional deployments. Not reported is what depends on the query alone: its OR, which
/// Maxim's SDKs ignore, and a query without conditions. Neither are numbers that no query equals in maxim-py, and strings
/// such as `007` that maxim-js reads as numbers.
struct MaximDifferences {
    let record: PromptRecord
    /// The deployments of the versions that exist, by the versions' numbers.
    let deployments: [MaximDeployment]
    /// The first rule of each type of value on each field.
    private(set) var kinds: [String: [MaximDeployment.Leaf]] = [:]

    /// Returns the differences in the order of the versions' numbers, of the deployments of each, and of ``MaximDifference/Kind``.
    static func all(in record: PromptRecord) -> [MaximDifference] {
        let differences = MaximDifferences(record)
        return differences.deployments.indices.flatMap(differences.ofDeployment)
    }

    private init(_ record: PromptRecord) {
        self.record = record
        var seen: Set<String> = []
        deployments = record.versions.filter { seen.insert($0.id).inserted }
            .sorted { ($0.version, $0.id) < ($1.version, $1.id) }
            .flatMap { version in
                (record.deployments[version.id] ?? []).filter { $0.unreadableReason == nil }
                    .map { MaximDeployment($0, of: version) }
            }
        for leaf in deployments.flatMap(\.leaves) where !leaf.comparesWithNull {
            let isKnown = kinds[leaf.rule.field]?.contains { $0.rule.value.kind == leaf.rule.value.kind } ?? false
            if !isKnown { kinds[leaf.rule.field, default: []].append(leaf) }
        }
    }

    private func ofDeployment(at index: Int) -> [MaximDifference] {
        let deployment = deployments[index]
        var differences: [MaximDifference] = []
        for kind in MaximDifference.Kind.allCases {
            differences += findings(kind, deployment, index).map { rule, message in
                MaximDifference(
                    kind: kind,
                    promptID: record.promptID,
                    versionID: deployment.version.id,
                    deploymentID: deployment.id.isEmpty ? nil : deployment.id,
                    rule: rule,
                    message: message
                )
            }
        }
        // A rule that is repeated would be reported as often.
        var seen: Set<MaximDifference> = []
        return differences.filter { seen.insert($0).inserted }
    }

    /// The rules of a deployment that a kind concerns, and the messages.
    typealias Findings = [(rule: String?, message: String)]

    private func findings(_ kind: MaximDifference.Kind, _ deployment: MaximDeployment, _ index: Int) -> Findings {
        switch kind {
        case .comparison: comparisons(deployment)
        case .negation: negations(deployment)
        case .combinator: combinators(deployment)
        case .boolean: booleans(deployment)
        case .nestedGroup: nestedGroups(deployment)
        case .conversion: conversions(deployment)
        case .unescapedValue: unescapedValues(deployment)
        case .tie: tie(deployment, index)
        case .wideOr: wideOr(deployment, index)
        case .unconditional: unconditional(deployment)
        }
    }
}

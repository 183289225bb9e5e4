/// A problem with a prompt's deployments, found before they go live.
public struct DeploymentFinding: Codable, Sendable, Hashable {
    /// How serious a finding is.
    public enum Severity: String, Codable, Sendable, Hashable, Comparable {
        /// The deployments probably do not work as intended.
        case warning
        /// A rule or deployment never has an effect, or a version cannot be run.
        case error

        /// Whether the first is less severe than the second.
        ///
        /// - Parameters:
        ///   - lhs: A severity.
        ///   - rhs: Another severity.
        /// - Returns: `true` if `lhs` is a warning and `rhs` an error.
        public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs == .warning && rhs == .error }
    }

    /// The kind of a problem.
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        /// A deployment that is never selected, because another one always is.
        case neverSelected
        /// Two deployments that always match equally well, and have no weights that decide between them.
        case alwaysTies
        /// Rules, or a rule and a tag of the version, that no query can satisfy together.
        case contradiction
        /// A rule whose operator does not apply to the type of its value, or rules that compare one field with values
        /// of different types.
        case incomparable
        /// An unknown operator or combinator.
        case unknownOperator
        /// Deployments that apply to the same queries and whose weights are all zero.
        case zeroWeights
        /// An arm of an experiment that applies to other queries than the other arms.
        case unequalArms
        /// A deployment of a version that the prompt does not have.
        case missingVersion
        /// A prompt without a fallback and without an unconditional deployment, so that some queries select no version.
        case noFallback
        /// A variable that a deployed version needs, but the version deployed before it did not.
        case newVariable
        /// Arms of one split that need different variables.
        case unequalVariables
        /// A variable that the fallback needs, but no deployed version does.
        case fallbackVariable
        /// A comparison of versions or numbers that are strings, which compares them in lexicographic order.
        case lexicographicComparison
        /// A deployed version or a fallback without a `config`, messages or a model.
        case incompleteVersion
        /// A deployed version or a fallback whose model parameters a run refuses.
        case invalidParameters
        /// A deployment whose `rules.version` is another version than the one that it is stored under.
        case versionMismatch
        /// A fallback that is a copy of a version with another `config`.
        case staleFallback
        /// A split that no query reaches.
        case unreachableSplit
        /// An arm that no bucketing key is assigned to.
        case unreachableArm
    }

    /// The kind of the problem.
    public var kind: Kind
    /// How serious the problem is.
    public var severity: Severity
    /// The id of the prompt that has the problem.
    public var promptID: String
    /// The version's id, if the finding is about one.
    public var versionID: String?
    /// The deployment's id, if the finding is about one.
    public var deploymentID: String?
    /// The rule, if the finding is about one.
    public var rule: Rule?
    /// What was found and why it matters, in one sentence.
    public var message: String
    /// How to fix it, in one sentence.
    public var advice: String

    private enum CodingKeys: String, CodingKey {
        case kind, severity, rule, message, advice
        case promptID = "promptId"
        case versionID = "versionId"
        case deploymentID = "deploymentId"
    }
}

extension DeploymentFinding: CustomStringConvertible {
    /// The severity, the location, the message and the advice in one line. Control characters that the record contains
    /// are escaped.
    public var description: String {
        let place = [promptID, versionID, deploymentID, rule.map { "`\($0)`" }].compactMap(\.self).joined(
            separator: " / "
        )
        return "\(severity): \(place): \(message) \(advice)".escapingControlCharacters
    }
}

extension PromptRecord {
    /// Checks the deployments for problems before they go live. Runs outside of the caller's actor.
    ///
    /// - Parameter syntax: The syntax of the variables in the messages, if ``variableSyntax`` is `nil`.
    /// - Returns: The findings, the most severe first.
    @concurrent
    public func lint(syntax: VariableSyntax = .angleBrackets) async -> [DeploymentFinding] {
        var linter = DeploymentLinter(record: self, syntax: variableSyntax ?? syntax)
        return linter.run()
    }
}

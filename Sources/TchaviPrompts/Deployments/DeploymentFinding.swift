/// A problem with a prompt's deployments, found before they go live.
public struct DeploymentFinding: Sendable, Hashable {
    /// How serious a finding is.
    public enum Severity: String, Sendable, Hashable, Comparable {
        /// The deployments work, but probably not as intended.
        case warning
        /// The rule or deployment can never do what was intended.
        case error

        /// Whether the first is less severe than the second.
        ///
        /// - Parameters:
        ///   - lhs: A severity.
        ///   - rhs: Another severity.
        /// - Returns: True for a warning and an error, in that order.
        public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs == .warning && rhs == .error }
    }

    /// The kinds of problems that are looked for.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A deployment that another always outranks.
        case neverSelected
        /// Two deployments that always match equally well, without weights to decide.
        case alwaysTies
        /// Rules that no query can satisfy together.
        case contradiction
        /// A rule whose operator cannot compare values of its kind, or whose kind differs from that of other rules on
        /// the same field.
        case incomparable
        /// An unknown operator or combinator.
        case unknownOperator
        /// Deployments of one rank, or a split, whose weights are all zero.
        case zeroWeights
        /// An experiment whose arms are for different queries.
        case unequalArms
        /// A deployment of a version that the prompt does not have.
        case missingVersion
        /// A prompt that gives an error for a query that no deployment matches: it has neither a fallback nor an
        /// unconditional deployment.
        case noFallback
        /// A variable that one deployed version needs and an earlier deployed one did not.
        case newVariable
    }

    /// The kind of problem.
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
    /// What to do about it, in one sentence.
    public var advice: String
}

extension DeploymentFinding: CustomStringConvertible {
    /// The finding in one line.
    public var description: String {
        let place = [promptID, versionID, deploymentID, rule.map { "`\($0)`" }].compactMap(\.self).joined(
            separator: " / "
        )
        return "\(severity): \(place): \(message) \(advice)"
    }
}

extension PromptRecord {
    /// Checks the deployments for problems before they go live. Runs outside of the caller's actor.
    ///
    /// - Parameter syntax: How variables are written in the prompt's messages, unless ``variableSyntax`` is set.
    /// - Returns: The findings, the most severe first.
    @concurrent
    public func lint(syntax: VariableSyntax = .angleBrackets) async -> [DeploymentFinding] {
        var linter = DeploymentLinter(record: self, syntax: variableSyntax ?? syntax)
        return linter.run()
    }
}

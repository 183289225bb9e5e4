/// Something about a prompt's deployments that will not do what its author meant.
public struct DeploymentFinding: Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, Comparable {
        /// Worth knowing.
        case note
        /// Probably not what was meant.
        case warning
        /// It cannot do what was meant.
        case error

        /// Whether one matters less than another.
        public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rank < rhs.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// What kind of finding this is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A deployment that another always outranks.
        case neverSelected
        /// Two deployments that always match equally well, without weights to decide.
        case alwaysTies
        /// Rules that cannot hold together.
        case contradiction
        /// A rule whose operator cannot compare values of its kind, or whose kind differs from that of other rules on
        /// the same field.
        case incomparable
        /// An operator or a combinator that is not known.
        case unknownOperator
        /// Deployments of one rank, or a split, whose weights are all zero.
        case zeroWeights
        /// An experiment whose arms are for different queries.
        case unequalArms
        /// A deployment of a version that the prompt does not have.
        case missingVersion
        /// A prompt that has no answer for a query that nothing matches.
        case noFallback
        /// A variable that one deployed version needs and an earlier deployed one did not.
        case newVariable
    }

    /// What kind of finding this is.
    public var kind: Kind
    /// How much it matters.
    public var severity: Severity
    /// The prompt.
    public var promptID: String
    /// The version's id, if the finding is about one.
    public var versionID: String?
    /// The deployment, if the finding is about one.
    public var deploymentID: String?
    /// The rule, if the finding is about one.
    public var rule: Rule?
    /// What is found and why it matters.
    public var message: String
    /// What to do about it.
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
    /// Looks for deployments that will not do what their author meant, before they go live.
    ///
    /// - Parameter syntax: How variables are written in the prompt's texts, unless it says so itself.
    /// - Returns: The findings, the gravest first.
    public func lint(syntax: VariableSyntax = .angleBrackets) -> [DeploymentFinding] {
        var linter = DeploymentLinter(record: self, syntax: variableSyntax ?? syntax)
        return linter.run()
    }
}

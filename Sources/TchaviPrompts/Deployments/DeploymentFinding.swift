/// A problem with a prompt's deployments, found before they go live.
public struct DeploymentFinding: Codable, Sendable, Hashable {
    /// How serious a finding is.
    public enum Severity: String, Codable, Sendable, Hashable, Comparable {
        /// The rules and versions work as written, but the deployments probably do not do what is intended; for instance,
        /// a deployment is never selected because another one always outranks it.
        case warning
        /// Something can never work as written: a rule or group that no query satisfies, a version that does not exist or
        /// cannot be run, or model parameters that a run refuses.
        case error

        /// Whether the first is less severe than the second.
        ///
        /// - Parameters:
        ///   - lhs: A severity.
        ///   - rhs: Another severity.
        /// - Returns: `true` if `lhs` is a warning and `rhs` an error.
        public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs == .warning && rhs == .error }
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

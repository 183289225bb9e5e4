/// A problem with a prompt's deployments or the content of its versions, found before they go live.
public struct DeploymentFinding: Codable, Sendable, Hashable {
    /// How serious a finding is.
    public enum Severity: String, Codable, Sendable, Hashable, Comparable {
        /// The rules and versions work as written, but they probably do not do what is intended; for instance, a
        /// deployment is never selected because another one always outranks it.
        case warning
        /// Something can never work as written: a rule or group that no query satisfies, a version that does not exist or
        /// cannot be run, or model parameters or roles that a run or the chat API refuses.
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
    /// The index of the message, from 0, if the finding is about one. Of several messages, it is that of the first.
    public var messageIndex: Int?
    /// The name of the model parameter, if the finding is about one.
    public var parameter: String?
    /// What was found and why it matters, in one sentence.
    public var message: String
    /// How to fix it, in one sentence.
    public var advice: String

    private enum CodingKeys: String, CodingKey {
        case kind, severity, rule, messageIndex, parameter, message, advice
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
    /// Checks the deployments, and the content of all versions, for problems before they go live. Runs outside of the
    /// caller's actor.
    ///
    /// Versions and deployments that could not be read are not checked: the diagnostics of their source report them.
    ///
    /// - Parameter syntax: The syntax of the variables in the messages, if ``variableSyntax`` is `nil`.
    /// - Returns: The findings, the most severe first.
    @concurrent
    public func lint(syntax: VariableSyntax = .angleBrackets) async -> [DeploymentFinding] {
        var linter = DeploymentLinter(record: self, syntax: variableSyntax ?? syntax)
        return linter.run()
    }
}

import Tchavi
import TchaviPrompts

/// A rule or deployment for which Maxim's SDKs can select another version than this package.
struct MaximDifference: Sendable, Hashable {
    /// What Maxim's SDKs do differently, in the order of the reports on a deployment.
    enum Kind: String, Sendable, CaseIterable {
        /// `>`, `<`, `>=` and `<=` compare the wrong way round.
        case comparison
        /// `not` on a group is ignored.
        case negation
        /// Every combinator but `AND` is an OR.
        case combinator
        /// Any string counts as true.
        case boolean
        /// A nested group fails if a condition is enforced that it does not itself use.
        case nestedGroup
        /// A value that is converted for one rule stays so for the rules that follow.
        case conversion
        /// Conditions travel as one string without escaping.
        case unescapedValue
        /// Ties are decided by the order of a JSON object's keys.
        case tie
        /// An OR with many rules outranks an AND with fewer.
        case wideOr
        /// A deployment without rules is never picked for a query.
        case unconditional
    }

    /// What Maxim's SDKs do differently.
    var kind: Kind
    /// The prompt's id.
    var promptID: String
    /// The id of the deployed version.
    var versionID: String
    /// The deployment's id; `nil` if it is empty.
    var deploymentID: String?
    /// The rule, tag or group, if the difference is about one.
    var rule: String?
    /// What Maxim's SDKs do, and what this package does.
    var message: String
}

extension MaximDifference {
    /// The form in JSON, without keys for what is `nil`.
    var json: JSONValue {
        let members: [String: String?] = [
            "kind": kind.rawValue, "promptId": promptID, "versionId": versionID, "deploymentId": deploymentID,
            "rule": rule, "message": message,
        ]
        return JSONValue(members.compactMapValues(\.self))
    }
}

extension MaximDifference: CustomStringConvertible {
    /// The kind, the location and the message in one line. Control characters that the record contains are escaped.
    var description: String {
        let place = [promptID, versionID, deploymentID, rule.map { "`\($0)`" }].compactMap(\.self)
        return "\(kind.rawValue): \(place.joined(separator: " / ")): \(message)".escapingControlCharacters
    }
}

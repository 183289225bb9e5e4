import Tchavi
import TchaviPrompts

/// Something that is wrong with a library: a part that cannot be read, or a finding of the linter.
struct LibraryFinding: Sendable, Hashable {
    /// The kind of a part that cannot be read.
    static let unreadable = "unreadable"
    /// The kind of a part that is read, but perhaps not as its author meant it.
    static let suspicious = "suspicious"

    /// The path of the file, or the name of another place; `nil` if the source has no places.
    let file: String?
    let line: Int?
    let column: Int?
    let isError: Bool
    let kind: String
    let promptID: String?
    let versionID: String?
    let deploymentID: String?
    let message: String
    let advice: String?

    /// What could not be read of a library.
    init(_ diagnostic: PromptDiagnostic, in library: LoadedLibrary) {
        self.init(diagnostic, at: library.path(of: diagnostic.location))
    }

    /// What could not be read of a file.
    init(_ diagnostic: PromptDiagnostic, at file: String) {
        self.file = file
        line = diagnostic.line
        column = diagnostic.column
        isError = diagnostic.severity == .error
        kind = isError ? Self.unreadable : Self.suspicious
        promptID = diagnostic.promptID
        versionID = nil
        deploymentID = nil
        message = diagnostic.reason
        advice = diagnostic.advice
    }

    /// What the linter found.
    init(_ finding: DeploymentFinding, at place: PromptPlace?, in library: LoadedLibrary) {
        file = place.map { library.path(of: $0.location) }
        line = place?.line
        column = place?.column
        isError = finding.severity == .error
        kind = finding.kind.rawValue
        promptID = finding.promptID
        versionID = finding.versionID
        deploymentID = finding.deploymentID
        message = finding.rule.map { "`\($0)`: \(finding.message)" } ?? finding.message
        advice = finding.advice
    }

    /// The finding in the form of a compiler's: `support-reply/1.md:3:1: error: …`.
    func text(on output: Output) -> String {
        let place: String
        if let file {
            place = [file, line.map { "\($0)" }, column.map { "\($0)" }].compactMap(\.self).joined(separator: ":")
        } else {
            place = [promptID, versionID, deploymentID].compactMap(\.self).joined(separator: " / ")
        }
        let severity = isError ? output.styled("error:", .red) : output.styled("warning:", .yellow)
        let text = "\(message)\(advice.map { " " + $0 } ?? "") [\(kind)]"
        return "\(output.styled(place.escapingControlCharacters, .bold)): \(severity) \(text.escapingControlCharacters)"
    }

    /// The finding as a workflow command of GitHub Actions, which shows it beside the line in a pull request.
    var workflowCommand: String {
        var properties: [String] = []
        if let file { properties.append("file=\(Self.escaped(file, isProperty: true))") }
        if file != nil, let line { properties.append("line=\(line)") }
        if file != nil, line != nil, let column { properties.append("col=\(column)") }
        properties.append("title=\(Self.escaped(kind, isProperty: true))")
        var text = message + (advice.map { " " + $0 } ?? "")
        if file == nil, let promptID { text = "\(promptID): \(text)" }
        return "::\(isError ? "error" : "warning") \(properties.joined(separator: ","))::\(Self.escaped(text))"
    }

    /// What GitHub's runner decodes in commands, so that no text ends one or begins another.
    private static func escaped(_ text: String, isProperty: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            case ":" where isProperty: result += "%3A"
            case "," where isProperty: result += "%2C"
            default: result += String(scalar).escapingControlCharacters
            }
        }
        return result
    }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "severity": .string(isError ? "error" : "warning"),
            "kind": .string(kind),
            "message": .string(message),
        ]
        members["file"] = file.map { .string($0) }
        members["line"] = line.map { .integer(Int64($0)) }
        members["column"] = column.map { .integer(Int64($0)) }
        members["promptId"] = promptID.map { .string($0) }
        members["versionId"] = versionID.map { .string($0) }
        members["deploymentId"] = deploymentID.map { .string($0) }
        members["advice"] = advice.map { .string($0) }
        return .object(members)
    }
}

/// How many findings there are of each severity.
struct FindingCounts: CustomStringConvertible {
    let errors: Int
    let warnings: Int

    init(_ findings: [LibraryFinding]) {
        errors = findings.count(where: \.isError)
        warnings = findings.count - errors
    }

    var isEmpty: Bool { errors + warnings == 0 }

    /// The counts in words: `1 error, 2 warnings`.
    var description: String {
        [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
            .map { counted($0.0, $0.1) }.joined(separator: ", ")
    }
}

/// A number with its noun, in the singular or plural.
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

import Tchavi
import TchaviPrompts

/// `promptctl show`: one prompt with all its versions.
struct ShowCommand: Command {
    static let syntax = CommandSyntax(
        name: "show",
        abstract: "Show a prompt with its folder, versions, deployments and findings.",
        arguments: [.promptID],
        options: [
            .value("version", "number", help: "Show the messages of the version of this number, too."),
            .library, .syntax, .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let id = try arguments.required("id")
        let number = try arguments.integer("version")
        let syntax = try arguments.variableSyntax()
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        let record = try await library.library(syntax: syntax).record(id)
        let findings = try await library.findings(syntax: syntax, of: record)
        if let number, !record.versions.contains(where: { $0.version == number }) {
            throw Failure(.data, "'\(id)' has no version \(number).")
        }
        if arguments.has("json") {
            session.writeJSON([
                "library": .string(library.reference.name),
                "prompt": record.json,
                "findings": .array(findings.map(\.json)),
            ])
            return .success
        }
        let page = PromptPage(record, syntax: record.variableSyntax ?? syntax, output: session.output)
        page.write(pinned: number, findings)
        return .success
    }
}

/// A prompt as a person reads it.
private struct PromptPage {
    private let record: PromptRecord
    private let syntax: VariableSyntax
    private let output: Output

    init(_ record: PromptRecord, syntax: VariableSyntax, output: Output) {
        self.record = record
        self.syntax = syntax
        self.output = output
    }

    func write(pinned: Int?, _ findings: [LibraryFinding]) {
        output.write(output.styled(record.promptID.escapingControlCharacters, .bold))
        if !record.folderID.isEmpty { output.write("Folder    \(record.folderID.escapingControlCharacters)") }
        if let fallback = record.fallbackVersion { output.write("Fallback  version \(fallback.version)") }
        let versions = record.versions.sorted { $0.version < $1.version }
        output.write("\n" + output.styled("Versions", .bold))
        for version in versions { output.write("  " + line(of: version).escapingControlCharacters) }
        output.write("\n" + output.styled("Deployments", .bold))
        let deployments = versions.flatMap { version in
            (record.deployments[version.id] ?? []).map { line(of: $0, version) }
        }
        for line in deployments.isEmpty ? ["none"] : deployments { output.write("  " + line.escapingControlCharacters) }
        if !findings.isEmpty {
            output.write("\n" + output.styled("Findings", .bold))
            for finding in findings { output.write("  " + finding.text(on: output)) }
        }
        for version in versions where version.version == pinned {
            for message in version.config?.messages ?? [] {
                output.write("\n" + output.styled("\(message.role.rawValue):".escapingControlCharacters, .cyan))
                output.writeText(message.readableText + "\n")
            }
        }
    }

    private func line(of version: PromptVersion) -> String {
        guard let config = version.config else {
            return "\(version.version)  "
                + (version.unreadableReason.map { "cannot be read: \($0)" } ?? "has no content")
        }
        var parts = ["\(config.provider)/\(config.model)", counted(config.messages.count, "message")]
        let variables = config.variableNames(syntax: syntax)
        if !variables.isEmpty { parts.append("variables \(variables.joined(separator: ", "))") }
        if !config.tags.isEmpty {
            let tags = config.tags.sorted { $0.key.precedesInBytes($1.key) }.map { "\($0.key) = \($0.value)" }
            parts.append("tags \(tags.joined(separator: ", "))")
        }
        return "\(version.version)  \(parts.joined(separator: "; "))" + (version.description.map { ": \($0)" } ?? "")
    }

    private func line(of deployment: Deployment, _ version: PromptVersion) -> String {
        var parts: [String] = []
        if let reason = deployment.unreadableReason {
            parts.append("cannot be read: \(reason)")
        } else if deployment.isUnconditional {
            parts.append("unconditional")
        } else if let query = deployment.query {
            parts.append("\(query)")
        }
        if let weight = deployment.weight { parts.append("weight \(weight.ecmaScriptDescription)") }
        if let experiment = deployment.experiment, !experiment.isEmpty { parts.append("experiment \(experiment)") }
        return "\(deployment.id)  version \(version.version)  \(parts.joined(separator: ", "))"
    }
}

extension ChatMessage {
    /// The text of the message, with its other parts and tool calls as JSON.
    var readableText: String {
        var lines: [String] = []
        switch content {
        case .text(let text): lines.append(text)
        case .parts(let parts):
            for part in parts {
                lines.append(part.text ?? part.imageURL.map { "image \($0.url)" } ?? part.json.serialized())
            }
        case nil: break
        }
        for call in toolCalls ?? [] { lines.append("tool \(call.function.name)(\(call.function.arguments))") }
        return lines.joined(separator: "\n")
    }
}

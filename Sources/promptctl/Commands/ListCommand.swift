import Tchavi
import TchaviPrompts

/// `promptctl list`: the prompts of a library.
struct ListCommand: Command {
    static let syntax = CommandSyntax(
        name: "list",
        abstract: "List the prompts with their versions, deployments and findings.",
        arguments: [.library],
        options: [
            .library,
            .value("folder", "id", help: "List only the prompts of this folder."),
            .flag("ids", help: "Print only the ids, one a line."),
            .syntax, .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        let syntax = try arguments.variableSyntax()
        let folder = arguments.value("folder")
        let records = library.records.filter { folder.map($0.folderID.isSameText) ?? true }
        if arguments.has("ids") {
            for record in records { session.output.write(record.promptID.escapingControlCharacters) }
            return .success
        }
        let findings = try await library.findings(syntax: syntax, in: session)
        let byPrompt = Dictionary(grouping: findings, by: \.promptID)
        let rows = records.map { Row(record: $0, counts: FindingCounts(byPrompt[$0.promptID] ?? [])) }
        // What belongs to no prompt of the list is not to be overlooked.
        let ids = Set(library.records.map(\.promptID))
        let others = findings.filter { finding in !(finding.promptID.map(ids.contains) ?? false) }
        if arguments.has("json") {
            session.writeJSON([
                "library": .string(library.reference.name),
                "prompts": .array(rows.map(\.json)),
                "findings": .array(others.map(\.json)),
            ])
            return .success
        }
        for finding in others { session.messages.write(finding.text(on: session.messages)) }
        guard !rows.isEmpty else {
            session.messages.write("\(library.reference.name) has no prompts that can be read.")
            return .success
        }
        Table(["PROMPT", "FOLDER", "VERSIONS", "DEPLOYED", "FALLBACK", "FINDINGS"], rows.map(\.cells))
            .write(to: session.output)
        return .success
    }

    private struct Row {
        let record: PromptRecord
        let counts: FindingCounts

        var deployed: [Int] {
            record.versions.filter { record.deployments[$0.id]?.isEmpty == false }.map(\.version).sorted()
        }

        var cells: [String] {
            [
                record.promptID, record.folderID, "\(record.versions.count)",
                deployed.map(String.init).joined(separator: ", "),
                record.fallbackVersion.map { "\($0.version)" } ?? "",
                counts.isEmpty ? "" : counts.description,
            ]
        }

        var json: JSONValue {
            [
                "promptId": .string(record.promptID),
                "folderId": .string(record.folderID),
                "versions": .array(record.versions.map(\.version).sorted().map { .integer(Int64($0)) }),
                "deployedVersions": .array(deployed.map { .integer(Int64($0)) }),
                "deployments": .integer(Int64(record.deployments.values.reduce(0) { $0 + $1.count })),
                "fallback": record.fallbackVersion.map { .integer(Int64($0.version)) } ?? .null,
                "errors": .integer(Int64(counts.errors)),
                "warnings": .integer(Int64(counts.warnings)),
            ]
        }
    }
}

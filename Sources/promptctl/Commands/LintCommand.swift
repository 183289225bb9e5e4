import Tchavi
import TchaviPrompts

/// `promptctl lint`: what is wrong with the prompts and their deployments.
struct LintCommand: Command {
    static let syntax = CommandSyntax(
        name: "lint",
        abstract: "Check the prompts and their deployments for problems.",
        discussion: """
            Errors are what cannot be read and what can never work; warnings are what probably does not do what is intended.
            Exits with 1 if there is an error, or with --strict if there is anything.
            """,
        arguments: [.library],
        options: [
            .library,
            .value(
                "format",
                "format",
                help: "'text', 'json', or 'github' for annotations in GitHub Actions. (default: text)",
                completion: .values(["text", "json", "github"])
            ),
            .flag("json", help: "The same as --format json."),
            .flag("strict", help: "Exit with 1 for warnings, too."),
            .syntax,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        if arguments.has("json"), arguments.has("format") {
            throw UsageError("'--json' and '--format' exclude each other.", syntax)
        }
        let format = arguments.has("json") ? "json" : try arguments.choice("format")
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        let findings = try await library.findings(syntax: try arguments.variableSyntax(), in: session)
        guard !library.isEmpty else { throw library.hasNoPrompts }
        let counts = FindingCounts(findings)
        let fails = counts.errors > 0 || arguments.has("strict") && !counts.isEmpty
        switch format {
        case "json":
            session.writeJSON([
                "library": .string(library.reference.name),
                "prompts": .integer(Int64(library.records.count)),
                "errors": .integer(Int64(counts.errors)),
                "warnings": .integer(Int64(counts.warnings)),
                "findings": .array(findings.map(\.json)),
            ])
        case "github":
            for finding in findings { session.output.write(finding.workflowCommand) }
        default:
            for finding in findings { session.output.write(finding.text(on: session.output)) }
        }
        let prompts = counted(library.records.count, "prompt")
        session.messages.write(
            counts.isEmpty
                ? session.messages.styled("No problems", .green) + " in \(prompts)."
                : "\(counts.description) in \(prompts)."
        )
        return fails ? .findings : .success
    }
}

extension LoadedLibrary {
    /// The error of a command that has nothing to work on.
    var hasNoPrompts: Failure {
        Failure(
            .data,
            "\(reference.name) has no prompts.",
            advice: "Check the path, or write a first prompt with 'promptctl init'."
        )
    }
}

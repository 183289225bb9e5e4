import Tchavi
import TchaviPrompts

/// `promptctl explain`: who gets which version, and why.
struct ExplainCommand: Command {
    static let syntax = CommandSyntax(
        name: "explain",
        abstract: "Explain which version a query selects, and why each deployment was selected or not.",
        discussion: """
            The values of --set and --tag are strings; a rule with a number or Boolean reads them as one. A deployment has to
            use every variable of --set; --tag only adds to what can match. Exits with 1 if no version is selected.
            """,
        arguments: [.promptID],
        options: CommandSyntax.Option.query + [.library, .json]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let query = try arguments.query()
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        let explanation = try await library.library(syntax: .angleBrackets)
            .explain(try arguments.required("id"), matching: query)
        if arguments.has("json") {
            session.writeJSON(explanation.members)
        } else {
            session.output.write(explanation.description)
        }
        return explanation.selection.version == nil ? .findings : .success
    }
}

extension SelectionExplanation {
    /// The explanation as the members of an object of JSON.
    fileprivate var members: [String: JSONValue] {
        [
            "selection": selection.json,
            "query": query.json,
            "deployments": .array(verdicts.map(\.json)),
            "unusedEnforcedConditions": .array(unusedEnforcedConditions.map(\.json)),
            "notes": .array(notes.map { .string($0) }),
        ]
    }
}

extension SelectionExplanation.Verdict {
    fileprivate var json: JSONValue {
        [
            "deploymentId": .string(deploymentID),
            "version": .integer(Int64(version)),
            "versionId": .string(versionID),
            "outcome": .string(outcome.rawValue),
            "reason": .string(reason),
            "specificity": .integer(Int64(specificity)),
            "addedTags": .array(addedTags.map(\.json)),
            "unknownOperators": .array(unknownOperators.map { .string($0.rawValue) }),
        ]
    }
}

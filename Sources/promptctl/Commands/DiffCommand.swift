import Foundation
import Tchavi
import TchaviPrompts

/// `promptctl diff`: what a change does to the users of the prompts.
struct DiffCommand: Command {
    static let syntax = CommandSyntax(
        name: "diff",
        abstract: "Show which queries get another version, what was edited, and which callers miss a variable.",
        discussion: """
            Without --queries, the queries are created from the rules and tags of both libraries. A 'git:REVISION' without a path \
            stands for the same directory as the other library, which may not have been there yet.

            A line of the file of --queries is an object with the prompt's id as 'promptId' and a 'query', such as \
            {"promptId": "greeting", "query": {"set": {"plan": "pro"}, "user": "42"}}.
            """,
        arguments: [
            .init(name: "before", help: "The library before the change.", completion: .files),
            .init(name: "after", help: "The library after the change.", completion: .files),
        ],
        options: [
            .value("queries", "file", help: "Compare these queries, in JSON Lines.", completion: .files),
            .value(
                "limit",
                "number",
                help:
                    "Create at most this many queries for each prompt. (default: 10000, and down to 1000 if many prompts change)"
            ),
            .flag("markdown", help: "Print Markdown, for a comment on a pull request."),
            .flag("exit-code", help: "Exit with 1 if there are changes."),
            .syntax, .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        if arguments.has("json"), arguments.has("markdown") {
            throw UsageError("'--json' and '--markdown' exclude each other.", syntax)
        }
        let references = try (
            before: LibraryReference(arguments.required("before")), after: LibraryReference(arguments.required("after"))
        )
        let queries = try arguments.value("queries").map { try RecordedQueries(file: $0) }
        if queries != nil, arguments.has("limit") {
            throw UsageError("'--limit' is for created queries, not for those of '--queries'.", syntax)
        }
        let before = try await LoadedLibrary.read(references.before, besides: references.after, in: session)
        let after = try await LoadedLibrary.read(references.after, besides: references.before, in: session)
        if before.isEmpty, after.isEmpty { throw after.hasNoPrompts }
        let difference = try await LibraryDifference(
            before,
            after,
            queries: queries,
            limit: try arguments.positiveInteger("limit"),
            syntax: try arguments.variableSyntax(),
            in: session
        )
        if arguments.has("json") {
            session.writeJSON(difference.members)
        } else if arguments.has("markdown") {
            session.output.write(DifferenceMarkdown(difference).text)
        } else {
            difference.write(to: session.output)
        }
        session.messages.write(difference.summary)
        return arguments.has("exit-code") && !difference.isEmpty ? .findings : .success
    }
}

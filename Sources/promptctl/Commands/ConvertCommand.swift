import Tchavi
import TchaviPrompts

/// `promptctl convert`: a library in another form.
struct ConvertCommand: Command {
    static let syntax = CommandSyntax(
        name: "convert",
        abstract: "Write a library as the files that people write, or as JSON records.",
        discussion: """
            Nothing in the directory is overwritten. A prompt of which something cannot be read is left out and reported, and
            the exit code is 1.
            """,
        arguments: [
            .init(name: "library", help: "The library.", completion: .files),
            .init(name: "directory", help: "The directory to write to.", completion: .directories),
        ],
        options: [
            .value(
                "to",
                "form",
                help: "'files' for Markdown and prompt.json, or 'records' for one JSON file a prompt. (default: files)",
                completion: .values(["files", "records"])
            ),
            .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let form = try arguments.choice("to")
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        guard !library.isEmpty else { throw library.hasNoPrompts }
        let directory = try arguments.required("directory")
        let export = LibraryExport(library)
        let files = form == "files" ? try FileTree(writing: export.records) : FileTree(writingRecords: export.records)
        try FileWriter.write(files, to: directory, overwrites: false)
        if arguments.has("json") {
            session.writeJSON(export.members(of: files, in: directory))
        }
        export.report(files, in: directory, to: session)
        return export.leftOut.isEmpty ? .success : .findings
    }
}

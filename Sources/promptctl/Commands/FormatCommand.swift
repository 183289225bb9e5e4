import Foundation
import Tchavi
import TchaviPrompts

/// `promptctl format`: the canonical layout of prompt files.
struct FormatCommand: Command {
    static let syntax = CommandSyntax(
        name: "format",
        abstract: "Write version files and prompt.json in their canonical form.",
        discussion: """
            Comments, the order of keys and the meaning stay as they are. Files with errors and JSON records are left as they
            are. Prints the paths of the files that it changes. Exits with 1 if a file has an error, or with --check if one is
            not in this form.
            """,
        arguments: [
            .init(
                name: "directory",
                help: "The directory. (default: the directory Prompts, or else the working directory)",
                isOptional: true,
                completion: .directories
            )
        ],
        options: [.flag("check", help: "Write nothing."), .json]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let path = arguments.argument("directory") ?? LibraryReference.defaultDirectory
        guard case .directory = try LibraryReference(path) else {
            throw Failure(.usage, "'\(path)' is not a directory.")
        }
        let library = try await LoadedLibrary.read(.directory(path), in: session)
        guard let files = library.files, !library.isEmpty else { throw library.hasNoPrompts }
        let formatted = files.formatted()
        let changed = zip(files.files, formatted.files).filter { $0.content != $1.content }.map(\.1)
        if !arguments.has("check") {
            for file in changed { try FileWriter.replace(library.path(of: file.path), with: file.content) }
        }
        let errors = library.errors.map { LibraryFinding($0, in: library) }
        if arguments.has("json") {
            session.writeJSON([
                "changed": .array(changed.map { .string(library.path(of: $0.path)) }),
                "isWritten": .boolean(!arguments.has("check")),
                "findings": .array(errors.map(\.json)),
            ])
        } else {
            for file in changed { session.output.write(library.path(of: file.path).escapingControlCharacters) }
            for error in errors { session.messages.write(error.text(on: session.messages)) }
        }
        let what = counted(changed.count, "file")
        session.messages.write(
            arguments.has("check") ? "\(what) to format." : "\(what) formatted."
        )
        return !errors.isEmpty || arguments.has("check") && !changed.isEmpty ? .findings : .success
    }
}

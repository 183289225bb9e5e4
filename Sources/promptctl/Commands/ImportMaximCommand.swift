import Foundation
import Tchavi
import TchaviPrompts

/// `promptctl import maxim`: a workspace of Maxim as a directory.
struct ImportMaximCommand: Command {
    static let syntax = CommandSyntax(
        name: "import maxim",
        abstract: "Write the prompts of a Maxim workspace as files, and report where its selection differs.",
        discussion: """
            Fetches the workspace of MAXIM_API_KEY from MAXIM_BASE_URL. To fetch it by other means, run the commands that \
            --curl prints, and import what they have saved with --prompts and --folders.

            The report lists the rules for which Maxim's SDKs may select another version than this package, because of a \
            documented difference of their algorithm.
            """,
        arguments: [
            .init(name: "directory", help: "The directory to write to.", isOptional: true, completion: .directories)
        ],
        options: [
            .flag("curl", help: "Print the commands that fetch the workspace with curl; fetch nothing."),
            .value(
                "prompts",
                "file",
                help: "Import the prompts from this file, the response of the API.",
                completion: .files
            ),
            .value("folders", "file", help: "Import the folders from this file, with --prompts.", completion: .files),
            .flag(
                "overwrite",
                help: "Replace files that exist. Files of prompts that Maxim does not have any more remain."
            ),
            .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        if arguments.has("curl") {
            let documents = MaximSource.documents(baseURL: try session.maximBaseURL())
            for (url, file) in [(documents.prompts, "prompts.json"), (documents.folders, "folders.json")] {
                session.output.write(curl(url, file))
            }
            return .success
        }
        let directory = try arguments.required("directory")
        let library = try await library(arguments, session)
        guard !library.isEmpty else { throw library.hasNoPrompts }
        let export = LibraryExport(library)
        var files = try FileTree(writing: export.records)
        if !library.catalogue.folders.isEmpty {
            // Ignored by libraries; it says what the folders' ids stand for.
            let folders: JSONValue = ["data": .array(library.catalogue.folders.map(\.json))]
            let file = FileTree.File(path: "folders.json", content: Data((folders.prettyPrinted() + "\n").utf8))
            files = FileTree(files.files + [file])
        }
        let differences = export.records.flatMap { MaximDifferences.all(in: $0) }
        try FileWriter.write(files, to: directory, overwrites: arguments.has("overwrite"))
        if arguments.has("json") {
            session.writeJSON(
                export.members(of: files, in: directory).merging(["differences": .array(differences.map(\.json))]) {
                    $1
                }
            )
        } else {
            for difference in differences { session.output.write(difference.description.escapingControlCharacters) }
        }
        export.report(files, in: directory, to: session)
        session.messages.write(
            differences.isEmpty
                ? "Maxim's SDKs select the same versions."
                : "Maxim's SDKs may select another version in \(counted(differences.count, "place"))."
        )
        return export.leftOut.isEmpty ? .success : .findings
    }

    /// The command that fetches a document. The key is read from the environment, so that no shell's history has it.
    private static func curl(_ url: URL, _ file: String) -> String {
        let header = #"--header "x-maxim-api-key: $MAXIM_API_KEY""#
        return "curl --fail --silent --show-error \(header) --output \(file) \(url.withoutCredentials.shellQuoted)"
    }

    private static func library(_ arguments: ParsedArguments, _ session: Session) async throws -> LoadedLibrary {
        guard let prompts = arguments.value("prompts") else {
            if arguments.has("folders") { throw UsageError("'--folders' needs '--prompts'.", syntax) }
            return try await LoadedLibrary.read(.maxim(promptID: nil), in: session)
        }
        let catalogue: PromptCatalogue
        do {
            catalogue = try PromptCatalogue(
                maximPrompts: try JSONValue(file: prompts),
                folders: try arguments.value("folders").map { try JSONValue(file: $0) },
                location: prompts
            )
        } catch let error as TchaviError {
            throw Failure(.data, error.message, advice: "Save the responses with the commands that --curl prints.")
        }
        return LoadedLibrary(.maxim(promptID: nil), catalogue)
    }
}

import Tchavi
import TchaviPrompts

/// The prompts of a library that can be written elsewhere without losing anything.
struct LibraryExport {
    let records: [PromptRecord]
    /// What is wrong with the prompts that are left out.
    let leftOut: [LibraryFinding]

    init(_ library: LoadedLibrary) {
        let errors = library.errors
        // A prompt is left out as a whole: without a part of it, it could select other versions.
        let damaged = Set(errors.compactMap(\.promptID) + library.catalogue.unusable.map(\.promptID))
        records = library.records.filter { !damaged.contains($0.promptID) && $0.unreadableReason == nil }
        let rest = library.records.filter { !damaged.contains($0.promptID) && $0.unreadableReason != nil }
        leftOut =
            errors.map { LibraryFinding($0, in: library) }
            + rest.map { record in
                LibraryFinding(
                    PromptDiagnostic(
                        location: record.promptID,
                        promptID: record.promptID,
                        reason: record.unreadableReason ?? ""
                    ),
                    in: library
                )
            }
    }

    func members(of files: FileTree, in directory: String) -> [String: JSONValue] {
        [
            "directory": .string(directory),
            "prompts": .integer(Int64(records.count)),
            "files": .array(files.files.map { .string($0.path) }),
            "leftOut": .array(leftOut.map(\.json)),
        ]
    }

    /// Says what was written, and what not.
    func report(_ files: FileTree, in directory: String, to session: Session) {
        for finding in leftOut { session.messages.write(finding.text(on: session.messages)) }
        session.messages.write(
            "Wrote \(counted(records.count, "prompt")) to \(directory.escapingControlCharacters), in "
                + "\(counted(files.files.count, "file"))."
        )
        if !leftOut.isEmpty {
            session.messages.write("Left out what cannot be read: \(counted(leftOut.count, "error")).")
        }
    }
}

import Tchavi

/// Prompts as people write them: the files of a directory, read as records with the places they come from.
///
/// A prompt is a directory that contains a file for each version, named after its number, and `prompt.json`, which says
/// who gets which version; or a `.json` file that contains a record as the API returns it. Directories that are not
/// prompts are folders.
///
/// ```swift
/// let directory = PromptDirectory(reading: files)
/// for diagnostic in directory.diagnostics { print(diagnostic) }
/// ```
///
/// Reading depends on the files alone, and never fails: what cannot be read is a diagnostic, and costs as little as
/// possible.
public struct PromptDirectory: Sendable, Hashable {
    /// The prompts whose id could be read, in the order of their files.
    public var prompts: [AuthoredPrompt]
    /// What is wrong with files that belong to no prompt.
    public var otherDiagnostics: [PromptDiagnostic]

    /// Reads all prompts.
    ///
    /// - Parameter files: The files. Those whose path has a name that begins with a dot are ignored.
    public init(reading files: FileTree) {
        self.init(reading: files, reportsDuplicates: true)
    }

    /// Reads all prompts; without reporting duplicates for a part of a directory, of which the library compares the ids.
    init(reading files: FileTree, reportsDuplicates: Bool) {
        let reader = PromptDirectoryReader(files, reportsDuplicates: reportsDuplicates)
        prompts = reader.prompts
        otherDiagnostics = reader.diagnostics
    }

    /// All errors and warnings, ordered by file, line and column.
    public var diagnostics: [PromptDiagnostic] {
        (otherDiagnostics + prompts.flatMap(\.diagnostics)).sorted { first, second in
            if !first.location.isSameText(as: second.location) {
                return first.location.precedesInBytes(second.location)
            }
            return (first.line ?? 0, first.column ?? 0) < (second.line ?? 0, second.column ?? 0)
        }
    }
}

/// A prompt of a ``PromptDirectory``.
public struct AuthoredPrompt: Sendable, Hashable, Identifiable {
    /// Where the prompt is defined: the path of its directory, or of the file that contains its record.
    public var file: String
    /// The prompt, as far as it could be read.
    ///
    /// Versions, deployments and a fallback that could not be read are marked with the reason
    /// (``PromptVersion/unreadableReason``, ``Deployment/unreadableReason``). Such a version has its id, its number and the
    /// tags that could be read.
    public var record: PromptRecord
    /// Whether something could not be read that belongs to no version and no deployment that ``record`` lists, so that
    /// it is not known which versions are deployed.
    public var isIncomplete = false
    /// Whether another prompt has the same id.
    public var hasDuplicateID = false
    /// The errors and warnings in the prompt's files.
    public var diagnostics: [PromptDiagnostic] = []
    /// The file at which errors of the whole prompt are reported: `prompt.json`, else the lowest version's, else the
    /// record's.
    var definingFile: String
    /// Where the record stands in its file, if ``file`` contains records.
    var recordPath: [JSONError.Step] = []

    /// Creates a prompt that could be read.
    public init(file: String, record: PromptRecord) {
        self.file = file
        self.record = record
        definingFile = file
    }

    /// The id of the prompt.
    public var id: String { record.promptID }

    /// Whether all of the prompt could be read.
    public var isReadable: Bool { !diagnostics.contains { $0.severity == .error } }
}

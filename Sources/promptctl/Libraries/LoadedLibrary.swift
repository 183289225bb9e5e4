import Foundation
import Tchavi
import TchaviPrompts

/// A library as it was read, once.
struct LoadedLibrary: Sendable {
    let reference: LibraryReference
    let catalogue: PromptCatalogue
    /// The prompts of which something can be used, ordered by the bytes of their ids. Of prompts with one id there is none.
    let records: [PromptRecord]
    /// What could not be read, and what probably means something else.
    let diagnostics: [PromptDiagnostic]
    /// The files of a directory or a Git revision.
    let files: FileTree?
    /// The prompts of those files, with the places that they come from.
    let directory: PromptDirectory?
    /// Where a version is fetched from that is not in the catalogue.
    private let origin: (any PromptSource)?

    /// Reads a library.
    ///
    /// - Parameters:
    ///   - reference: What stands for the library.
    ///   - other: The library that it is compared with. If that is a directory, a Git revision without a path stands for the
    ///     same directory, and is empty if it does not have it.
    ///   - session: The environment, and where progress is shown.
    /// - Returns: The library.
    /// - Throws: ``Failure`` or the source's error if the library as a whole cannot be read.
    static func read(
        _ reference: LibraryReference,
        besides other: LibraryReference? = nil,
        in session: Session
    ) async throws -> LoadedLibrary {
        let progress = Progress("Reading \(reference.name)", on: session.messages)
        defer { progress.end() }
        switch reference {
        case .directory(let path):
            let (files, failures) = try await files(of: path)
            return LoadedLibrary(reference, files, failures)
        case .git(let revision):
            var path = LibraryReference.defaultDirectory
            if case .directory(let directory) = other { path = directory }
            let files: GitRevision.Files
            do {
                files = try await revision.files(default: path, environment: session.environment)
            } catch let error as GitError where error.isMissingDirectory && other != nil && revision.path == nil {
                files = GitRevision.Files(tree: FileTree(), warnings: [])
            }
            let warnings = files.warnings.map {
                PromptDiagnostic(location: reference.name, severity: .warning, reason: $0)
            }
            return LoadedLibrary(reference, files.tree, warnings)
        case .bundle(let path):
            let bundle = try PromptBundle(try Data(file: path), verifying: session.verifier(), name: path)
            return LoadedLibrary(reference, bundle.catalogue)
        case .url(let url):
            let source = BundleSource(at: url, verifying: try session.verifier(), options: session.sourceOptions)
            return try await LoadedLibrary(reference, source)
        case .maxim(let id):
            return try await LoadedLibrary(reference, try session.maximSource(promptID: id))
        }
    }

    private init(_ reference: LibraryReference, _ source: any PromptSource) async throws {
        let catalogue = try await source.load(since: nil) ?? PromptCatalogue(entries: [])
        self.init(reference, catalogue, origin: source)
    }

    /// Creates a library.
    ///
    /// - Parameters:
    ///   - reference: What stands for the library.
    ///   - catalogue: What was read.
    ///   - origin: Where versions are fetched from that are not in the catalogue.
    ///   - files: The files of a directory, and the prompts in them, which report the ids that several have.
    init(
        _ reference: LibraryReference,
        _ catalogue: PromptCatalogue,
        origin: (any PromptSource)? = nil,
        files: (tree: FileTree, directory: PromptDirectory)? = nil
    ) {
        self.reference = reference
        self.catalogue = catalogue
        self.origin = origin
        self.files = files?.tree
        directory = files?.directory
        let duplicates = catalogue.duplicates
        diagnostics = catalogue.diagnostics + (files == nil ? duplicates.diagnostics : [])
        records = catalogue.entries.map(\.record).filter { !duplicates.ids.contains($0.promptID) }
            .sorted { $0.promptID.precedesInBytes($1.promptID) }
    }

    private init(_ reference: LibraryReference, _ files: FileTree, _ failures: [PromptDiagnostic]) {
        let directory = PromptDirectory(reading: files)
        self.init(reference, PromptCatalogue(directory, failures: failures), files: (files, directory))
    }

    /// Reads a directory on a thread of its own, which may wait for the disk.
    private static func files(of path: String) async throws -> (FileTree, [PromptDiagnostic]) {
        try await Blocking.run { try FileTree.reading(directory: path) }
    }

    /// What could not be read.
    var errors: [PromptDiagnostic] { diagnostics.filter { $0.severity == .error } }

    /// Whether nothing was found, not even something that cannot be read.
    var isEmpty: Bool { catalogue.entries.isEmpty && catalogue.unusable.isEmpty && diagnostics.isEmpty }

    /// The library as a source, which is not read again.
    var source: some PromptSource { ReadSource(name: reference.name, catalogue: catalogue, origin: origin) }

    /// The library for selecting, resolving and running.
    ///
    /// - Parameters:
    ///   - syntax: The syntax of variables where a prompt does not say it.
    ///   - gateway: The client that runs the prompts.
    ///   - allowsOverrides: Whether `TCHAVI_PROMPT_OVERRIDE` pins versions.
    /// - Returns: The library.
    func library(
        syntax: VariableSyntax,
        gateway: TchaviClient? = nil,
        allowsOverrides: Bool = true
    ) -> PromptLibrary {
        var configuration = PromptLibrary.Configuration()
        if !allowsOverrides { configuration.overrides = [:] }
        return PromptLibrary(
            source: source,
            gateway: gateway,
            syntax: syntax,
            configuration: configuration
        )
    }

    /// The path of a file as a person opens it from the working directory, if the library is a directory.
    func path(of file: String) -> String {
        guard case .directory(let root) = reference, root != "." else { return file }
        return root.hasSuffix("/") ? root + file : "\(root)/\(file)"
    }
}

/// A source that has been read.
private struct ReadSource: PromptSource {
    let name: String
    let catalogue: PromptCatalogue
    let origin: (any PromptSource)?

    func load(since validator: String?) -> PromptCatalogue? { catalogue }

    func version(_ number: Int, of promptID: String) async throws -> PromptVersion? {
        try await origin?.version(number, of: promptID)
    }
}

import Foundation
import Tchavi
import TchaviPrompts

/// A library as it was read, once.
struct LoadedLibrary: Sendable {
    let reference: LibraryReference
    let catalogue: PromptCatalogue
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
    ///   - gitPath: The directory that is read at a Git revision without a path; `nil` for the default one.
    ///   - session: The environment, and where progress is shown.
    /// - Returns: The library.
    /// - Throws: ``Failure`` or the source's error if the library as a whole cannot be read.
    static func read(
        _ reference: LibraryReference,
        gitPath: String? = nil,
        in session: Session
    ) async throws -> LoadedLibrary {
        let progress = Progress("Reading \(reference.name)", on: session.messages)
        defer { progress.end() }
        switch reference {
        case .directory(let path):
            let (files, failures) = try await files(of: path)
            return LoadedLibrary(reference, files, failures)
        case .git(let revision):
            let files = try await revision.files(
                default: gitPath ?? LibraryReference.defaultDirectory,
                environment: session.environment
            )
            let warnings = files.warnings.map {
                PromptDiagnostic(location: reference.name, severity: .warning, reason: $0)
            }
            return LoadedLibrary(reference, files.tree, warnings)
        case .bundle(let path):
            let bundle = try PromptBundle(file: path, verifying: session.verifier)
            return LoadedLibrary(reference, bundle.catalogue)
        case .url(let url):
            let source = BundleSource(at: url, verifying: session.verifier, options: session.sourceOptions)
            return try await LoadedLibrary(reference, source)
        case .maxim(let id):
            return try await LoadedLibrary(reference, try session.maximSource(promptID: id))
        }
    }

    private init(_ reference: LibraryReference, _ source: any PromptSource) async throws {
        let catalogue = try await source.load(since: nil) ?? PromptCatalogue(entries: [])
        self.init(reference, catalogue, origin: source)
    }

    /// Creates a library of a catalogue.
    init(_ reference: LibraryReference, _ catalogue: PromptCatalogue, origin: (any PromptSource)? = nil) {
        self.reference = reference
        self.catalogue = catalogue
        self.origin = origin
        files = nil
        directory = nil
    }

    private init(_ reference: LibraryReference, _ files: FileTree, _ failures: [PromptDiagnostic]) {
        let directory = PromptDirectory(reading: files)
        self.reference = reference
        self.files = files
        self.directory = directory
        catalogue = PromptCatalogue(directory, failures: failures)
        origin = nil
    }

    /// Reads a directory on a thread that may wait for the disk.
    @concurrent
    private static func files(of path: String) async throws -> (FileTree, [PromptDiagnostic]) {
        try FileTree.reading(directory: path)
    }

    /// What could not be read, and what probably means something else.
    var diagnostics: [PromptDiagnostic] { catalogue.diagnostics }

    /// The prompts of which something can be used, ordered by the bytes of their ids. Of prompts with one id there is none.
    var records: [PromptRecord] {
        let all = catalogue.entries.map(\.record)
        let counts = Dictionary(all.map { ($0.promptID, 1) }, uniquingKeysWith: +)
        return all.filter { counts[$0.promptID] == 1 }.sorted { $0.promptID.precedesInBytes($1.promptID) }
    }

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

extension PromptBundle {
    /// Reads a file.
    init(file path: String, verifying verifier: BundleVerifier?) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.data, "The file '\(path)' cannot be read.", advice: "Check its permissions.")
        }
        try self.init(data, verifying: verifier, name: path)
    }
}

extension Session {
    /// What verifies bundles, if the environment has a key.
    var verifier: BundleVerifier? { variable("TCHAVI_BUNDLE_KEY").map { .hmacSHA256(key: Secret($0)) } }

    /// How prompts are fetched.
    var sourceOptions: RemoteSourceOptions {
        var options = RemoteSourceOptions()
        options.allowsInsecureHTTP = variable("TCHAVI_ALLOW_INSECURE_HTTP") == "1"
        return options
    }

    /// The workspace of Maxim that the environment names.
    func maximSource(promptID: String? = nil) throws(Failure) -> MaximSource {
        guard let key = variable("MAXIM_API_KEY") else {
            throw Failure(
                .usage,
                "The environment variable MAXIM_API_KEY is not set.",
                advice: "Set it to an API key of the Maxim workspace."
            )
        }
        let url = try maximBaseURL()
        return MaximSource(apiKey: Secret(key), promptID: promptID, baseURL: url, options: sourceOptions)
    }

    /// The URL of Maxim's API that the environment names, or Maxim's own.
    func maximBaseURL() throws(Failure) -> URL {
        guard let text = variable("MAXIM_BASE_URL") else { return MaximSource.defaultBaseURL }
        guard let url = URL(string: text), url.host != nil else {
            throw Failure(
                .usage,
                "The environment variable MAXIM_BASE_URL is not a URL.",
                advice: "Set it to a URL such as https://app.getmaxim.ai."
            )
        }
        return url
    }
}

/// A source from which a ``PromptLibrary`` reads prompts.
///
/// The package provides ``DirectorySource`` and ``MemorySource``. Conform a type of your own to read prompts from
/// elsewhere, such as a database:
///
/// ```swift
/// struct DatabaseSource: PromptSource {
///     let database: Database
///
///     func load(since revision: String?) async throws -> PromptCatalogue? {
///         let current = try await database.promptRevision()
///         guard current != revision else { return nil }
///         var catalogue = PromptCatalogue(entries: [], revision: current)
///         for row in try await database.prompts() {
///             do {
///                 let record = try JSONDecoder().decode(PromptRecord.self, from: row.json)
///                 catalogue.entries.append(.init(location: row.name, record: record))
///             } catch {
///                 catalogue.diagnostics.append(PromptDiagnostic(location: row.name, reason: "\(error)"))
///             }
///         }
///         return catalogue
///     }
/// }
/// ```
public protocol PromptSource: Sendable {
    /// Reads every prompt of the source.
    ///
    /// Report a prompt that cannot be read as a diagnostic of the catalogue instead of throwing, so that the other
    /// prompts remain available. A library never calls this method again before it has returned.
    ///
    /// - Parameter revision: The revision of the catalogue that the library holds; `nil` if it holds none.
    /// - Returns: The catalogue, or `nil` if it has not changed since that revision. Return a catalogue if `revision`
    ///   is `nil`.
    /// - Throws: Any error, if the source as a whole cannot be read. The library passes it to its caller and keeps the
    ///   catalogue that it holds.
    func load(since revision: String?) async throws -> PromptCatalogue?
}

/// The prompts of a source, as one call of ``PromptSource/load(since:)`` read them.
public struct PromptCatalogue: Sendable {
    /// A prompt and the location that it was read from.
    public struct Entry: Sendable {
        /// The location of the prompt, such as a file's name or a URL.
        public var location: String
        /// The prompt as it is stored.
        public var record: PromptRecord

        /// Creates an entry.
        public init(location: String, record: PromptRecord) {
            self.location = location
            self.record = record
        }
    }

    /// The prompts that were read. Of several with one id, a library uses the first.
    public var entries: [Entry]
    /// The prompts that could not be read.
    public var diagnostics: [PromptDiagnostic]
    /// A string that identifies this state of the source, which the library passes to the next call of
    /// ``PromptSource/load(since:)``; `nil` if the source cannot tell whether it has changed.
    public var revision: String?

    /// Creates a catalogue; without a `revision`, every refresh reads the source again.
    public init(entries: [Entry], diagnostics: [PromptDiagnostic] = [], revision: String? = nil) {
        self.entries = entries
        self.diagnostics = diagnostics
        self.revision = revision
    }
}

/// A prompt that could not be read, and why.
public struct PromptDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// The location of the prompt, such as a file's name or a URL.
    public var location: String
    /// The prompt's id, if it could be read.
    public var promptID: String?
    /// Why the prompt could not be read, with the JSON path of the problem.
    public var reason: String
    /// Whether the library still uses the prompt's last valid record. Set by the library.
    public var servesOlderForm = false

    /// Creates a diagnostic.
    public init(location: String, promptID: String? = nil, reason: String) {
        self.location = location
        self.promptID = promptID
        self.reason = reason
    }

    /// The location and the reason in one line.
    public var description: String {
        "\(location): \(reason)" + (servesOlderForm ? " (the last valid record is still used)" : "")
    }
}

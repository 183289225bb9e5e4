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

    /// The interval at which ``PromptLibrary/run()`` calls ``poll(since:)``; `nil`, the default, for a source that is read
    /// only when the library is refreshed.
    var pollInterval: Duration? { get }

    /// Reads the source as ``load(since:)`` does, at the ``pollInterval``. The default calls ``load(since:)``.
    ///
    /// A source implements it if it can tell what is still being written, and leaves that for a later call.
    ///
    /// - Parameter revision: The revision of the catalogue that the library holds; `nil` if it holds none.
    /// - Returns: The catalogue, or `nil` if it has not changed since that revision.
    /// - Throws: Any error, if the source as a whole cannot be read.
    func poll(since revision: String?) async throws -> PromptCatalogue?
}

extension PromptSource {
    /// `nil`: the source is read only when the library is refreshed.
    public var pollInterval: Duration? { nil }

    /// Calls ``load(since:)``.
    ///
    /// - Parameter revision: The revision of the catalogue that the library holds; `nil` if it holds none.
    /// - Returns: The catalogue, or `nil` if it has not changed since that revision.
    /// - Throws: The error of ``load(since:)``.
    public func poll(since revision: String?) async throws -> PromptCatalogue? { try await load(since: revision) }
}

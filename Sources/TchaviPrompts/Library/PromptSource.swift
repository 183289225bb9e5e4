/// A source from which a ``PromptLibrary`` reads prompts.
///
/// The package provides ``DirectorySource``, ``BundleSource``, ``MaximSource`` and ``MemorySource``. Conform a type of your own to read prompts from
/// elsewhere, such as a database:
///
/// ```swift
/// struct DatabaseSource: PromptSource {
///     let database: Database
///
///     var name: String { "prompts of \(database.name)" }
///
///     func load(since validator: String?) async throws -> PromptCatalogue? {
///         let current = try await database.promptRevision()
///         guard current != validator else { return nil }
///         var catalogue = PromptCatalogue(entries: [], revision: current, validator: current)
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
    /// The name of the source in errors, in the library's status, and in the name of its file in the disk cache: a path, or
    /// a URL without credentials.
    var name: String { get }

    /// What tells the source's content apart from that of others in the disk cache. The default is the ``name``; a source whose
    /// name leaves out something that decides what it returns, such as a key or a tenant, returns a hash that contains it.
    var cacheIdentity: String { get }

    /// The interval at which a library refreshes the source, unless it has one of its own; `nil`, the default, for a source
    /// that is read only when the library is refreshed.
    var refreshInterval: Duration? { get }

    /// Reads every prompt of the source.
    ///
    /// Report a prompt that cannot be read as a diagnostic of the catalogue instead of throwing, so that the other
    /// prompts remain available. A library never calls this method again before it has returned.
    ///
    /// - Parameter validator: The ``PromptCatalogue/validator`` of the catalogue that the library holds; `nil` if it holds
    ///   none.
    /// - Returns: The catalogue, or `nil` if it has not changed since then. Return a catalogue if `validator` is `nil`.
    /// - Throws: Any error, if the source as a whole cannot be read. The library passes it to its caller and keeps the
    ///   catalogue that it holds.
    func load(since validator: String?) async throws -> PromptCatalogue?

    /// The interval at which ``PromptLibrary/run()`` calls ``poll(since:)``; `nil`, the default, for a source that is read
    /// only when the library is refreshed.
    var pollInterval: Duration? { get }

    /// Reads the source as ``load(since:)`` does, at the ``pollInterval``. The default calls ``load(since:)``.
    ///
    /// A source implements it if it can tell what is still being written, and leaves that for a later call.
    ///
    /// - Parameter validator: The validator of the catalogue that the library holds; `nil` if it holds none.
    /// - Returns: The catalogue, or `nil` if it has not changed since then.
    /// - Throws: Any error, if the source as a whole cannot be read.
    func poll(since validator: String?) async throws -> PromptCatalogue?

    /// Fetches one version of a prompt, for a query that is pinned to a version that the catalogue does not have. The default
    /// returns `nil`. A library keeps what this returns for a minute, `nil` as well.
    ///
    /// - Parameters:
    ///   - number: The version's number.
    ///   - promptID: The prompt's id.
    /// - Returns: The version, or `nil` if the source does not have it.
    /// - Throws: Any error, if the source cannot be read.
    func version(_ number: Int, of promptID: String) async throws -> PromptVersion?
}

extension PromptSource {
    /// The ``name``.
    public var cacheIdentity: String { name }

    /// `nil`: the source is read only when the library is refreshed.
    public var refreshInterval: Duration? { nil }

    /// `nil`: the source is read only when the library is refreshed.
    public var pollInterval: Duration? { nil }

    /// Calls ``load(since:)``.
    ///
    /// - Parameter validator: The validator of the catalogue that the library holds; `nil` if it holds none.
    /// - Returns: The catalogue, or `nil` if it has not changed since then.
    /// - Throws: The error of ``load(since:)``.
    public func poll(since validator: String?) async throws -> PromptCatalogue? { try await load(since: validator) }

    /// Returns `nil`.
    ///
    /// - Parameters:
    ///   - number: The version's number.
    ///   - promptID: The prompt's id.
    /// - Returns: `nil`: all versions are in the catalogue.
    /// - Throws: Nothing.
    public func version(_ number: Int, of promptID: String) async throws -> PromptVersion? { nil }
}

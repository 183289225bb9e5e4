import Foundation
import Observation
public import Tchavi

/// Reads prompts from one or several sources, and selects the version of a prompt that a query gets.
///
/// ```swift
/// let library = PromptLibrary(source: .directory("Prompts"), gateway: client)
/// let prompt = try await library.prompt("support-reply", matching: PromptQuery().tag("plan", "enterprise"))
/// let response = try await prompt.run("Where is my order?", variables: ["customer": "Ada"])
/// ```
///
/// The sources are read at the first use, once, also if several tasks use the library at the same time. After that,
/// prompts are returned from memory. A remote source is refreshed in the background when a request finds that its prompts
/// are older than its interval, and regularly while ``run()`` or an iterator of ``changes`` is active; ``refresh()`` reads
/// all sources at once.
///
/// Nothing good is replaced by something bad: while a source fails, or has no prompts at all, the library goes on with what
/// it has read before; a prompt that cannot be read does not affect the others, is reported in ``diagnostics()``, and its
/// last valid record is used, if there was one. ``status`` says how old the prompts are and what failed, and
/// ``Selection/origin`` and ``Selection/snapshotAge`` say it of each selected prompt.
public final class PromptLibrary: Sendable {
    struct State {
        var snapshot: Snapshot?
        /// The first use: reading the shipped prompts and the disk cache.
        var starting: Task<Void, any Error>?
        var isStarted = false
        /// The prompts that are shipped with the program, for sources of which nothing has been read.
        var shipped: SourceForm?
        var shippedDiagnostic: PromptDiagnostic?
        var watches: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextWatch = 0
        /// Refreshes the sources while somebody watches.
        var timer: Task<Void, Never>?
        var isShutDown = false
    }

    let configuration: Configuration
    let gateway: TchaviClient?
    let syntax: VariableSyntax
    let tools: [PromptTool]
    let observers: [any PromptObserver]
    let overrides: PromptOverrides
    /// The contracts by prompt id.
    let contracts: [String: PromptContract]
    let time: TimeSource
    let now: @Sendable () -> Date
    let readers: [SourceReader]
    let fetchedVersions: FetchedVersions
    let state = Locked(State())
    /// Held while a snapshot is composed, so that an older one never replaces a newer one.
    ///
    /// Locks a value that is not used: to ThreadSanitizer, one without a size is at the address of something else.
    let publishing = Locked(false)
    let registrar = ObservationRegistrar()

    /// Creates a library of one source. The source is not read before the first use.
    ///
    /// - Parameters:
    ///   - source: The source to read prompts from.
    ///   - gateway: The client that runs the prompts; `nil` for a library that only selects, resolves, explains and checks.
    ///   - syntax: The syntax of the variables in the prompts' messages.
    ///   - tools: Tools for all prompts that declare them; ``RunOptions/tools`` adds tools to a run.
    ///   - observers: The observers, in the order in which they are called for each selected prompt.
    ///   - configuration: When the source is refreshed, and what is used while it is unavailable.
    public convenience init(
        source: some PromptSource,
        gateway: TchaviClient? = nil,
        syntax: VariableSyntax = .angleBrackets,
        tools: [PromptTool] = [],
        observers: [any PromptObserver] = [],
        configuration: Configuration = Configuration()
    ) {
        self.init(
            sources: [source],
            gateway: gateway,
            syntax: syntax,
            tools: tools,
            observers: observers,
            configuration: configuration
        )
    }

    /// Creates a library of several sources. A prompt is that of the first source that has its id.
    ///
    /// While a source fails, it is represented by what was last read from it. The next source has a prompt's place only if
    /// the failing one has never had the prompt.
    ///
    /// - Parameters:
    ///   - sources: The sources to read prompts from, with different ``PromptSource/name``s.
    ///   - gateway: The client that runs the prompts; `nil` for a library that only selects, resolves, explains and checks.
    ///   - syntax: The syntax of the variables in the prompts' messages.
    ///   - tools: Tools for all prompts that declare them; ``RunOptions/tools`` adds tools to a run.
    ///   - observers: The observers, in the order in which they are called for each selected prompt.
    ///   - configuration: When the sources are refreshed, and what is used while they are unavailable.
    public init(
        sources: [any PromptSource],
        gateway: TchaviClient? = nil,
        syntax: VariableSyntax = .angleBrackets,
        tools: [PromptTool] = [],
        observers: [any PromptObserver] = [],
        configuration: Configuration = Configuration()
    ) {
        self.configuration = configuration
        self.gateway = gateway
        self.syntax = syntax
        self.tools = tools
        self.observers = observers
        overrides = configuration.overrides.map { PromptOverrides($0) } ?? PromptOverrides()
        let settings = gateway?.configuration ?? TchaviClient.Configuration()
        let time = gateway?.pipeline.time ?? TimeSource(settings.clock)
        self.time = time
        now = settings.now
        fetchedVersions = FetchedVersions(time)
        let link = LibraryLink()
        contracts = Dictionary(configuration.contracts.map { ($0.promptID, $0) }, uniquingKeysWith: { $1 })
        let context = SourceReader.Context(
            time: time,
            now: settings.now,
            random: settings.random,
            syntax: syntax,
            contracts: contracts,
            didChange: { link.library?.publish() }
        )
        var names: [String: Int] = [:]
        readers = sources.map { source in
            let name = source.cacheIdentity
            let count = names[name, default: 0]
            names[name] = count + 1
            return SourceReader(
                source,
                cacheName: count == 0 ? name : "\(name) #\(count + 1)",
                interval: configuration.refreshInterval,
                cacheDirectory: configuration.cacheDirectory,
                context: context
            )
        }
        link.library = self
    }

    deinit {
        for reader in readers { reader.shutDown() }
    }

    // MARK: Prompts

    /// Selects a version of a prompt.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - query: The query to select by. Without conditions, it selects an unconditional deployment or the fallback.
    ///   - default: What is used instead where the prompt is unavailable, not found, stale, invalid or held back by its
    ///     contract; never where it exists and no version matches the query. The selection's origin is then
    ///     ``Selection/Origin/default``.
    /// - Returns: The selected version, ready to run; its ``Prompt/selection`` says why it was selected.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound``, ``PromptError/Code/noMatch``,
    ///   ``PromptError/Code/invalidRecord``, ``PromptError/Code/stale``, ``PromptError/Code/contract`` or
    ///   ``PromptError/Code/unavailable``; the source's error if no prompts have been read before.
    public func prompt(
        _ id: String,
        matching query: PromptQuery = PromptQuery(),
        default: PromptVersionConfig? = nil
    ) async throws -> Prompt {
        do {
            let selected = try await select(id, query, in: try await snapshot())
            notify(selected, query)
            return selected.prompt
        } catch let error where `default` != nil && Self.allowsDefault(error) {
            guard let config = `default` else { throw error }
            let selected = defaultPrompt(id, config, instead: error)
            notify(selected, query)
            return selected.prompt
        }
    }
}

/// The way from a reader to its library, which does not keep the library.
private final class LibraryLink: Sendable {
    private struct Reference: Sendable { weak var library: PromptLibrary? }
    private let reference = Locked(Reference())

    var library: PromptLibrary? {
        get { reference.withLock { $0.library } }
        set { reference.withLock { $0.library = newValue } }
    }
}

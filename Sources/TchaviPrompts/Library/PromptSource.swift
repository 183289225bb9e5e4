/// Where prompts come from.
///
/// The package brings ``DirectorySource`` and ``MemorySource``. Write one of your own to keep prompts elsewhere.
public protocol PromptSource: Sendable {
    /// Reads every prompt.
    ///
    /// A prompt that cannot be read is a diagnostic of the catalogue and no error: it must not cost the others.
    ///
    /// - Parameter revision: The revision of the catalogue that the caller holds, if it holds one.
    /// - Returns: The catalogue, or `nil` where it has not changed since that revision.
    /// - Throws: Where the source as a whole cannot be read.
    func load(since revision: String?) async throws -> PromptCatalogue?
}

/// Every prompt of a source, as it was read at one time.
public struct PromptCatalogue: Sendable {
    /// A prompt and where it was read.
    public struct Entry: Sendable {
        /// Where the prompt was read: a file's name, a URL.
        public var location: String
        /// The prompt.
        public var record: PromptRecord

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - location: Where the prompt was read.
        ///   - record: The prompt.
        public init(location: String, record: PromptRecord) {
            self.location = location
            self.record = record
        }
    }

    /// The prompts that could be read.
    public var entries: [Entry]
    /// What could not be read.
    public var diagnostics: [PromptDiagnostic]
    /// What to give to ``PromptSource/load(since:)`` the next time.
    public var revision: String?

    /// Makes a catalogue.
    ///
    /// - Parameters:
    ///   - entries: The prompts that could be read.
    ///   - diagnostics: What could not be read.
    ///   - revision: What names this state of the source.
    public init(entries: [Entry], diagnostics: [PromptDiagnostic] = [], revision: String? = nil) {
        self.entries = entries
        self.diagnostics = diagnostics
        self.revision = revision
    }
}

/// A prompt that could not be read, and why.
public struct PromptDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// Where the prompt was to be read: a file's name, a URL.
    public var location: String
    /// The prompt's id, where that much could be read.
    public var promptID: String?
    /// Why it could not be read, with the path to what is wrong.
    public var reason: String
    /// Whether an older form of the prompt, which was good, goes on serving.
    public var servesOlderForm = false

    /// Makes a diagnostic.
    ///
    /// - Parameters:
    ///   - location: Where the prompt was to be read.
    ///   - promptID: The prompt's id.
    ///   - reason: Why it could not be read.
    public init(location: String, promptID: String? = nil, reason: String) {
        self.location = location
        self.promptID = promptID
        self.reason = reason
    }

    /// The diagnostic in one line.
    public var description: String {
        "\(location): \(reason)" + (servesOlderForm ? " (an older form goes on serving)" : "")
    }
}

public import Tchavi

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

    /// The prompts that were read. Of several with one id, a library uses none.
    public var entries: [Entry]
    /// The prompts that could not be read.
    public var diagnostics: [PromptDiagnostic]
    /// The ids and locations of prompts of which nothing can be used, so that another prompt of the same id is not taken
    /// for the only one.
    package var unusable: [(promptID: String, location: String)] = []
    /// The folders of the source.
    public var folders: [PromptFolder] = []
    /// A hash of the content, by which a library tells whether anything has changed; `nil` if the source has none, for
    /// which the library then hashes the prompts itself.
    public var revision: String?
    /// A string that the library passes to the next call of ``PromptSource/load(since:)``, such as an `ETag`; `nil` if the
    /// source cannot tell whether it has changed.
    public var validator: String?
    /// When the prompts were published, if the source tells.
    public var publishedAt: Timestamp?

    /// Creates a catalogue; without a `validator`, every refresh reads the source again.
    public init(
        entries: [Entry],
        diagnostics: [PromptDiagnostic] = [],
        revision: String? = nil,
        validator: String? = nil
    ) {
        self.entries = entries
        self.diagnostics = diagnostics
        self.revision = revision
        self.validator = validator
    }
}

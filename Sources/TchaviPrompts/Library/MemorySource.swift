/// A source of records in memory: for tests, and for prompts that are created in code.
public struct MemorySource: PromptSource {
    /// The records, in any order.
    public var records: [PromptRecord]

    /// Creates a source of the given records.
    public init(_ records: [PromptRecord]) {
        self.records = records
    }

    /// "memory".
    public var name: String { "memory" }

    /// Returns a catalogue of the records.
    ///
    /// - Parameter validator: Ignored.
    /// - Returns: The catalogue, never `nil`.
    public func load(since validator: String?) -> PromptCatalogue? {
        PromptCatalogue(entries: records.map { .init(location: $0.promptID, record: $0) })
    }
}

extension PromptSource where Self == MemorySource {
    /// Creates a source of records in memory.
    ///
    /// - Parameter records: The records, in any order.
    /// - Returns: The source.
    public static func memory(_ records: [PromptRecord]) -> MemorySource { MemorySource(records) }
}

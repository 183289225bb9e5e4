/// Prompts that the program holds itself: for tests, and for prompts that are made in code.
public struct MemorySource: PromptSource {
    /// The prompts.
    public var records: [PromptRecord]

    /// Makes a source.
    ///
    /// - Parameter records: The prompts.
    public init(_ records: [PromptRecord]) {
        self.records = records
    }

    /// Gives the prompts.
    ///
    /// - Parameter revision: Not looked at.
    /// - Returns: The catalogue.
    public func load(since revision: String?) -> PromptCatalogue? {
        PromptCatalogue(entries: records.map { .init(location: $0.promptID, record: $0) })
    }
}

extension PromptSource where Self == MemorySource {
    /// Prompts that the program holds itself.
    ///
    /// - Parameter records: The prompts.
    /// - Returns: The source.
    public static func memory(_ records: [PromptRecord]) -> MemorySource { MemorySource(records) }
}

/// Both selectors of a record side by side, for benchmarks of this package.
package struct SelectionTrial {
    private let record: PromptRecord
    private let selector: CompiledSelector

    package init(_ record: PromptRecord) {
        self.record = record
        selector = CompiledSelector(record)
    }

    /// By the compiled form, as a library answers.
    package func compiled(_ query: PromptQuery) -> Selection { selector.select(query).selection }

    /// By the definition.
    package func plain(_ query: PromptQuery) -> Selection { Selector(record: record, query: query).run().selection }
}

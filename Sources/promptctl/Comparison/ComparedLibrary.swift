import Tchavi
import TchaviPrompts

/// One of two libraries that are compared: its prompts, and what of them cannot be read.
struct ComparedLibrary {
    enum Prompt {
        case missing
        case record(PromptRecord)
        /// With the reason, and what could be read.
        case unreadable(String, PromptRecord?)
    }

    /// The errors that belong to no prompt.
    let orphans: [PromptDiagnostic]
    private let records: [String: PromptRecord]
    private let locations: [String: String]
    /// The reasons why prompts cannot be read, or not wholly, by their ids.
    private var reasons: [String: String] = [:]
    private let name: String

    init(_ library: LoadedLibrary) {
        name = library.reference.name
        records = Dictionary(library.records.map { ($0.promptID, $0) }) { first, _ in first }
        locations = Dictionary(library.catalogue.entries.map { ($0.record.promptID, $0.location) }) { first, _ in first
        }
        let errors = library.errors
        orphans = errors.filter { $0.promptID == nil }
        for error in errors {
            if let id = error.promptID, reasons[id] == nil { reasons[id] = error.description }
        }
        for (id, location) in library.catalogue.unusable where reasons[id] == nil { reasons[id] = location }
    }

    /// The ids of all prompts, of those that cannot be read as well.
    var ids: Set<String> { Set(records.keys).union(reasons.keys) }

    /// Returns a prompt.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - other: The other library, which says where a prompt was that is missing here: an error in that place is probably
    ///     the prompt's.
    /// - Returns: The prompt, as far as it can be read.
    func prompt(_ id: String, else other: ComparedLibrary) -> Prompt {
        if let reason = reasons[id] { return .unreadable("\(name): \(reason)", records[id]) }
        if let record = records[id] { return .record(record) }
        guard let location = other.locations[id],
            let error = orphans.first(where: { location == $0.location || location.hasPrefix($0.location + "/") })
        else { return .missing }
        return .unreadable("\(name): \(error)", nil)
    }
}

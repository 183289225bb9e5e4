import Tchavi

/// The prompts of a library: the last good form of each of its sources, the first of which comes first.
final class Snapshot: Sendable {
    /// A form, and the reader of the source that it came from; `nil` for the shipped prompts.
    struct Layer: Sendable {
        let form: SourceForm
        let reader: SourceReader?
    }

    let layers: [Layer]
    /// The prompts' ids, sorted by their UTF-8 bytes.
    let ids: [String]

    /// Whether something has been read of every source.
    let isComplete: Bool

    /// The readers of the other sources.
    private let unread: [SourceReader]

    init(_ layers: [Layer], unread: [SourceReader] = []) {
        isComplete = unread.isEmpty
        self.unread = unread
        self.layers = layers
        ids = layers.count == 1 ? layers[0].form.ids : Self.ids(of: layers)
    }

    private static func ids(of layers: [Layer]) -> [String] {
        var ids: Set<String> = []
        for layer in layers { ids.formUnion(layer.form.ids.filter { id in owner(of: id, in: layers) === layer.form }) }
        return ids.sorted { $0.precedesInBytes($1) }
    }

    /// Returns the first form that has a prompt, also one that cannot be read: nobody takes the place of a broken prompt.
    private static func owner(of id: String, in layers: [Layer]) -> SourceForm? {
        layers.first { $0.form.records[id] != nil || $0.form.error(of: id) != nil }?.form
    }

    /// Returns a prompt's record and the layer that it is in.
    func record(_ id: String) async throws(PromptError) -> (record: PromptRecord, layer: Layer) {
        if let found = try readableRecord(id) { return found }
        throw await notFound(id)
    }

    /// Returns a prompt's record and the layer that it is in, or `nil` if no source has the prompt.
    private func readableRecord(_ id: String) throws(PromptError) -> (record: PromptRecord, layer: Layer)? {
        for layer in layers {
            if let record = layer.form.records[id] { return (record, layer) }
            if let diagnostic = layer.form.error(of: id) { throw .unreadable(id, diagnostic) }
        }
        return nil
    }

    /// Returns the error of a prompt that is not there, outside of the caller's actor because it compares all ids.
    @concurrent
    private func notFound(_ id: String) async -> PromptError {
        // What a source that has never been read has is not known.
        if !isComplete, let reader = unread.first(where: { $0.lastError != nil }), let error = reader.lastError {
            return .notRead(id, reader.source.name, error)
        }
        return .notFound(id, available: ids)
    }

    /// What could not be read, in the order of the sources.
    var diagnostics: [PromptDiagnostic] { layers.flatMap(\.form.diagnostics) }

    /// The folders of all sources, each id once.
    var folders: [PromptFolder] {
        var ids: Set<String> = []
        return layers.flatMap(\.form.folders).filter { ids.insert($0.id).inserted }
    }

    /// A hash of the content of all sources.
    var revision: String {
        layers.count == 1
            ? layers[0].form.revision
            : SHA256.hexadecimal(Array(layers.map(\.form.revision).joined(separator: "\n").utf8))
    }

    /// Returns what differs between an earlier snapshot and this one.
    @concurrent
    func changes(since earlier: Snapshot?) async -> PromptChanges {
        var changes = PromptChanges()
        guard let earlier else {
            changes.added = ids
            return changes
        }
        for id in ids {
            guard let new = try? readableRecord(id)?.record else { continue }
            if let old = try? earlier.readableRecord(id)?.record {
                if old != new { changes.changed.append(id) }
            } else {
                changes.added.append(id)
            }
        }
        let current = Set(ids)
        changes.removed = earlier.ids.filter { !current.contains($0) }
        return changes
    }
}

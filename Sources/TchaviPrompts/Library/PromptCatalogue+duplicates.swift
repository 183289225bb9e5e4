extension PromptCatalogue {
    /// The ids that several prompts of the catalogue have, none of which is used, and a diagnostic for each place of them.
    package var duplicates: (ids: Set<String>, diagnostics: [PromptDiagnostic]) {
        var places = Dictionary(grouping: entries) { $0.record.promptID }.mapValues { $0.map(\.location) }
        for (id, location) in unusable { places[id]?.append(location) }
        places = places.filter { $0.value.count > 1 }
        var diagnostics: [PromptDiagnostic] = []
        var reported: [String: Set<String>] = [:]
        for entry in entries {
            let id = entry.record.promptID
            // Records of one file are reported once.
            guard let places = places[id], reported[id, default: []].insert(entry.location).inserted else { continue }
            diagnostics.append(Self.duplicate(id, at: entry.location, of: places))
        }
        return (Set(places.keys), diagnostics)
    }

    private static func duplicate(_ id: String, at location: String, of places: [String]) -> PromptDiagnostic {
        let others = places.lazy.filter { $0 != location }.prefix(3).joined(separator: ", ")
        return PromptDiagnostic(
            location: location,
            line: 1,
            column: 1,
            promptID: id,
            reason: "The prompt `\(id)` is defined more than once" + (others.isEmpty ? "" : ", also in \(others)")
                + ", and none of them is used.",
            advice: "Rename all but one of them, or remove the others."
        )
    }
}

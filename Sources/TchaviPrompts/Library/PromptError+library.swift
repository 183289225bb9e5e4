extension PromptError {
    /// The library has no prompt of this id. The error names those that differ least: a library may have any number.
    static func notFound(_ id: String, available: [String]) -> PromptError {
        let nearest = NameDistance(from: id).nearest(5, of: available)
        let others = available.count - nearest.count
        let list = nearest.map { "`\($0)`" }.joined(separator: ", ") + (others > 0 ? " and \(others) more" : "")
        var error = PromptError(
            .notFound,
            "The prompt `\(id)` was not found.",
            advice: available.isEmpty ? "The source has no prompts." : "The source has \(list).",
            promptID: id
        )
        error.availablePrompts = nearest
        return error
    }

    /// The prompt's record cannot be read, and there is no earlier valid record.
    static func unreadable(_ id: String, _ diagnostic: PromptDiagnostic) -> PromptError {
        PromptError(
            .invalidRecord,
            "The prompt `\(id)` cannot be read: \(diagnostic)",
            advice: "Then refresh the library.",
            promptID: id
        )
    }

    /// The selected version cannot be read.
    static func unreadable(_ version: PromptVersion, of id: String, _ reason: String) -> PromptError {
        PromptError(
            .invalidRecord,
            "Version \(version.version) of `\(id)`, which the query selects, cannot be read: \(reason)",
            advice: "Fix the version and refresh the library; `library.diagnostics()` says where it is.",
            promptID: id
        )
    }

    /// No version of the prompt matches the query.
    static func noMatch(_ record: PromptRecord, _ query: PromptQuery) -> PromptError {
        let numbers = record.versions.map(\.version).sorted().map(String.init).joined(separator: ", ")
        let isDeployed = record.versions.contains { !record.deployments(of: $0).isEmpty }
        let ending = query.requiresMatch ? ", and the query requires a match." : ", and it has no fallback."
        let reason: String
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) {
            reason = "`\(record.promptID)` is not in the folder `\(folder)`."
        } else if let index = query.index(of: PromptQuery.versionField) {
            reason = "`\(record.promptID)` has no version \(query.conditions[index].value)."
        } else if record.versions.isEmpty {
            reason = "`\(record.promptID)` has no versions."
        } else if !isDeployed {
            reason = "`\(record.promptID)` has versions, but none is deployed" + ending
        } else {
            reason = "No deployment of `\(record.promptID)` matches this query" + ending
        }
        let advice =
            record.versions.isEmpty
            ? "Save a version first."
            : "Deploy a version, pin one with `.version(n)` (available: \(numbers)), or use `.latest()`; "
                + "`library.explain` says why each deployment was not selected."
        return PromptError(.noMatch, reason, advice: advice, promptID: record.promptID)
    }
}

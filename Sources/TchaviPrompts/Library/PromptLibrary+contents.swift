import Tchavi

extension PromptLibrary {
    /// Selects a version of every prompt for which the query has one.
    ///
    /// Prompts of which no version matches, or the selected version cannot be used, are left out; versions that the catalogue
    /// does not have are not fetched. Runs outside of the caller's
    /// actor; the observers are told of each prompt.
    ///
    /// - Parameter query: The query to select by; ``PromptQuery/folder(_:)`` limits it to a folder.
    /// - Returns: The selected versions, ordered by the UTF-8 bytes of their ids.
    /// - Throws: The source's error if no prompts have been read before.
    @concurrent
    public func prompts(matching query: PromptQuery = PromptQuery()) async throws -> [Prompt] {
        let snapshot = try await snapshot()
        var prompts: [Prompt] = []
        for id in snapshot.ids {
            try Task.checkCancellation()
            do {
                let selected = try await select(id, query, in: snapshot, fetchesVersions: false)
                notify(selected, query)
                prompts.append(selected.prompt)
            } catch {
                try Task.checkCancellation()
            }
        }
        return prompts
    }

    // MARK: Folders

    /// Returns a folder.
    ///
    /// - Parameter id: The folder's id; in a directory of prompts, its path.
    /// - Returns: The folder, or `nil` if no source has it.
    /// - Throws: The source's error if no prompts have been read before.
    public func folder(_ id: String) async throws -> PromptFolder? {
        try await snapshot().folders.first { $0.id.isSameText(as: id) }
    }

    /// Returns the folders whose tags match a query.
    ///
    /// - Parameter query: The query; without conditions, every folder matches.
    /// - Returns: The folders, in the order of the sources.
    /// - Throws: The source's error if no prompts have been read before.
    public func folders(matching query: PromptQuery = PromptQuery()) async throws -> [PromptFolder] {
        try await snapshot().folders.filter { $0.matches(query) }
    }

    // MARK: Checks

    /// Explains which version a query selects, and why each of the other deployments was not selected.
    ///
    /// Runs outside of the caller's actor, and needs no gateway.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - query: The query to explain.
    /// - Returns: The explanation, also if no version is selected.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` or ``PromptError/Code/invalidRecord``.
    @concurrent
    public func explain(
        _ id: String,
        matching query: PromptQuery = PromptQuery()
    ) async throws -> SelectionExplanation {
        let (record, layer) = try await snapshot().record(id)
        return await selector(of: record, in: layer.form).explain(query)
    }

    /// Checks the deployments and versions of every prompt for problems. Runs outside of the caller's actor, and needs no
    /// gateway.
    ///
    /// - Returns: The findings, ordered by prompt id, with the most severe of each prompt first.
    /// - Throws: The source's error if the prompts have not been read before.
    @concurrent
    public func lint() async throws -> [DeploymentFinding] {
        let snapshot = try await snapshot()
        var findings: [DeploymentFinding] = []
        for id in snapshot.ids {
            try Task.checkCancellation()
            findings += await (try snapshot.record(id)).record.lint(syntax: syntax)
        }
        return findings
    }

    /// Returns the ids of all available prompts.
    ///
    /// - Returns: The ids, sorted by their UTF-8 bytes.
    /// - Throws: The source's error if the prompts have not been read before.
    public func promptIDs() async throws -> [String] { try await snapshot().ids }

    /// Returns a prompt as it is stored, with all its versions and deployments.
    ///
    /// - Parameter id: The prompt's id.
    /// - Returns: The record.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` or ``PromptError/Code/invalidRecord``.
    public func record(_ id: String) async throws -> PromptRecord { try await snapshot().record(id).record }

    /// Returns what could not be read when the sources were last read, and problems of the disk cache.
    ///
    /// - Returns: The diagnostics, in the order of the sources.
    /// - Throws: The source's error if the prompts have not been read before.
    public func diagnostics() async throws -> [PromptDiagnostic] { diagnostics(of: try await snapshot()) }

    func diagnostics(of snapshot: Snapshot?) -> [PromptDiagnostic] {
        let shipped = state.withLock { $0.shippedDiagnostic }
        let ids = snapshot?.ids ?? []
        let unused = overrides.versions.keys.sorted().filter { id in snapshot != nil && !ids.contains(id) }.map { id in
            PromptDiagnostic(
                location: PromptOverrides.variable,
                severity: .warning,
                reason: "The version of `\(id)` is overridden, but no source has this prompt.",
                advice: "Correct the prompt's id, or remove the override."
            )
        }
        return unused + (snapshot?.diagnostics ?? []) + readers.compactMap(\.cacheDiagnostic)
            + (shipped.map { [$0] } ?? [])
            + overrides.diagnostics
    }
}

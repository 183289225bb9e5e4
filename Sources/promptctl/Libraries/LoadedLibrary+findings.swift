import Tchavi
import TchaviPrompts

extension LoadedLibrary {
    /// Everything that is wrong with the library, ordered by prompt, with what belongs to no prompt first.
    ///
    /// - Throws: `CancellationError`.
    func findings(syntax: VariableSyntax, in session: Session) async throws -> [LibraryFinding] {
        let records = records
        let ids = Set(records.map(\.promptID))
        let progress = Progress("Checking prompts", of: records.count, on: session.messages)
        defer { progress.end() }
        let byPrompt = Dictionary(grouping: diagnostics) { $0.promptID.flatMap { ids.contains($0) ? $0 : nil } }
        var findings = (byPrompt[nil] ?? []).map { LibraryFinding($0, in: self) }
        var places = directory.flatMap { directory in files.map { FindingPlaces(directory, $0) } }
        for (index, record) in records.enumerated() {
            progress.advance(to: index)
            try Task.checkCancellation()
            findings += (byPrompt[record.promptID] ?? []).map { LibraryFinding($0, in: self) }
            for finding in await record.lint(syntax: syntax) {
                findings.append(LibraryFinding(finding, at: places?.place(of: finding), in: self))
            }
        }
        return findings
    }

    /// What is wrong with one prompt.
    func findings(syntax: VariableSyntax, of record: PromptRecord) async throws -> [LibraryFinding] {
        let own = diagnostics.filter { $0.promptID == record.promptID }.map { LibraryFinding($0, in: self) }
        var places = directory.flatMap { directory in files.map { FindingPlaces(directory, $0) } }
        return await own + record.lint(syntax: syntax).map { LibraryFinding($0, at: places?.place(of: $0), in: self) }
    }
}

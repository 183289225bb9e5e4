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
        var places = PlaceFinder(self)
        for (index, record) in records.enumerated() {
            progress.advance(to: index)
            try Task.checkCancellation()
            findings += (byPrompt[record.promptID] ?? []).map { LibraryFinding($0, in: self) }
            for finding in await record.lint(syntax: syntax) {
                findings.append(LibraryFinding(finding, at: places.place(of: finding), in: self))
            }
        }
        return try await findings + contentFindings(exceptOf: ids, syntax, &places)
    }

    /// What is wrong with the content of prompts of which nothing can be used. What is deployed of them is not known.
    private func contentFindings(
        exceptOf ids: Set<String>,
        _ syntax: VariableSyntax,
        _ places: inout PlaceFinder
    ) async throws -> [LibraryFinding] {
        var findings: [LibraryFinding] = []
        for prompt in directory?.prompts ?? [] where !ids.contains(prompt.id) {
            try Task.checkCancellation()
            for finding in await prompt.record.lint(syntax: syntax)
            where DeploymentFinding.Kind.content.contains(finding.kind) {
                findings.append(LibraryFinding(finding, at: places.place(of: finding, in: prompt), in: self))
            }
        }
        return findings
    }

    /// What is wrong with one prompt.
    func findings(syntax: VariableSyntax, of record: PromptRecord) async throws -> [LibraryFinding] {
        let own = diagnostics.filter { $0.promptID == record.promptID }.map { LibraryFinding($0, in: self) }
        var places = PlaceFinder(self)
        return await own + record.lint(syntax: syntax).map { LibraryFinding($0, at: places.place(of: $0), in: self) }
    }
}

/// Finds where the subjects of findings are written, if the library has files.
private struct PlaceFinder {
    private var places: FindingPlaces?
    private let prompts: [String: AuthoredPrompt]

    init(_ library: LoadedLibrary) {
        places = library.files.map { FindingPlaces(in: $0) }
        prompts = Dictionary(library.directory?.prompts.map { ($0.id, $0) } ?? []) { first, _ in first }
    }

    mutating func place(of finding: DeploymentFinding) -> PromptPlace? {
        prompts[finding.promptID].flatMap { place(of: finding, in: $0) }
    }

    mutating func place(of finding: DeploymentFinding, in prompt: AuthoredPrompt) -> PromptPlace? {
        places?.place(of: finding, in: prompt)
    }
}

import Foundation
import Tchavi
import TchaviPrompts

/// The checks of one source, with the violations found so far.
struct PromptSourceChecks {
    let source: any PromptSource
    let timeout: Duration
    let change: (@Sendable () async throws -> Void)?
    var violations: [PromptSourceConformance.Violation] = []

    private struct Finding: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// What a source neither gives as a validator nor has as a prompt.
    private static let unknown = "tchavi-conformance-\(UUID().uuidString)"

    mutating func run() async {
        await check("The name is not empty and stays the same", name)
        await check("Loading without a validator returns a catalogue", load)
        await check("Ids are unique, and locations are not empty", ids)
        await check("The catalogue's validator returns nil or an equal catalogue", sameValidator)
        await check("An unknown validator returns a catalogue", unknownValidator)
        await check("Equal content has equal revisions", equalRevisions)
        await check("Several libraries can load at once", concurrent)
        await check("Loading in a cancelled task ends promptly, and throws only CancellationError", cancelled)
        await check("A version of an unknown prompt is nil", unknownVersion)
        if change != nil { await check("A change is noticed", changed) }
    }

    private mutating func check(_ rule: String, _ body: @escaping @Sendable () async throws -> Void) async {
        let timeout = timeout
        do {
            try await TimeSource(ContinuousClock()).run(
                within: timeout,
                orThrow: Finding("it did not finish within \(timeout)"),
                body
            )
        } catch let finding as Finding {
            violations.append(.init(rule: rule, finding: finding.text))
        } catch {
            violations.append(.init(rule: rule, finding: "it threw \(error)"))
        }
    }

    private func catalogue(since validator: String? = nil) async throws -> PromptCatalogue {
        guard let catalogue = try await source.load(since: validator) else {
            throw Finding("load(since: \(validator.map { "\"\($0)\"" } ?? "nil")) returned nil")
        }
        return catalogue
    }

    private var name: @Sendable () async throws -> Void {
        { [source] in
            let name = source.name
            guard !name.isEmpty else { throw Finding("it is empty") }
            _ = try? await source.load(since: nil)
            guard source.name == name else { throw Finding("it was `\(name)` and then `\(source.name)`") }
        }
    }

    private var load: @Sendable () async throws -> Void {
        { [self] in _ = try await catalogue() }
    }

    private var ids: @Sendable () async throws -> Void {
        { [self] in
            var ids: Set<String> = []
            for entry in try await catalogue().entries {
                let id = entry.record.promptID
                guard !id.isEmpty else { throw Finding("a prompt at `\(entry.location)` has no id") }
                guard ids.insert(id).inserted else { throw Finding("`\(id)` is there more than once") }
                guard !entry.location.isEmpty else { throw Finding("the location of `\(id)` is empty") }
            }
        }
    }

    private var sameValidator: @Sendable () async throws -> Void {
        { [self] in
            let first = try await catalogue()
            guard let validator = first.validator, let second = try await source.load(since: validator) else { return }
            guard second.content == first.content else { throw Finding("the catalogue was another one") }
        }
    }

    private var unknownValidator: @Sendable () async throws -> Void {
        { [self] in _ = try await catalogue(since: Self.unknown) }
    }

    private var equalRevisions: @Sendable () async throws -> Void {
        { [self] in
            let first = try await catalogue()
            let second = try await catalogue()
            guard first.content == second.content else { throw Finding("two loads returned different prompts") }
            guard first.revision == second.revision else {
                throw Finding("the revision was \(first.revision ?? "nil") and then \(second.revision ?? "nil")")
            }
        }
    }

    private var concurrent: @Sendable () async throws -> Void {
        { [self] in
            let expected = try await catalogue().content
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        guard try await catalogue().content == expected else {
                            throw Finding("a concurrent load returned different prompts")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private var cancelled: @Sendable () async throws -> Void {
        { [source] in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await source.load(since: nil)
            }
            do { try await task.value } catch is CancellationError {}
        }
    }

    private var unknownVersion: @Sendable () async throws -> Void {
        { [source] in
            guard try await source.version(1, of: Self.unknown) == nil else { throw Finding("it returned a version") }
        }
    }

    private var changed: @Sendable () async throws -> Void {
        { [self] in
            let before = try await catalogue()
            try await change?()
            guard let after = try await source.load(since: before.validator) else {
                throw Finding("load(since:) returned nil with the validator from before the change")
            }
            guard after.content != before.content else { throw Finding("the prompts were the same as before") }
            if let revision = after.revision, revision == before.revision {
                throw Finding("the revision is still \(revision)")
            }
            if let validator = after.validator, validator == before.validator {
                throw Finding("the validator is still \(validator)")
            }
        }
    }
}

extension PromptCatalogue {
    /// What two catalogues of the same content have in common.
    fileprivate var content: [String: PromptRecord] {
        Dictionary(entries.map { ("\($0.location)\n\($0.record.promptID)", $0.record) }) { first, _ in first }
    }
}

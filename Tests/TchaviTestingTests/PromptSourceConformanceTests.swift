import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

struct PromptSourceConformanceTests {
    /// A store with a counter as its revision, and the faults of a bad source.
    private final class Store: PromptSource {
        enum Fault: String, CaseIterable {
            case emptyName = "The name is not empty"
            case changingName = "stays the same"
            case noCatalogue = "without a validator"
            case anyValidator = "An unknown validator"
            case twice = "Ids are unique"
            case noLocation = "locations are not empty"
            case otherCatalogue = "nil or an equal catalogue"
            case newRevisions = "equal revisions"
            case oneAtATime = "at once"
            case otherError = "CancellationError"
            case neverEnds = "ends promptly"
            case unknownVersion = "A version of an unknown prompt"
            case oldRevision = "A change is noticed"
        }

        let fault: Fault?
        private let state = Locked((records: [PromptRecord](), revision: 1, loads: 0, isLoading: false))

        init(_ fault: Fault? = nil) {
            self.fault = fault
            state.withLock { $0.records = [Self.record("a"), Self.record("b")] }
        }

        static func record(_ id: String) -> PromptRecord {
            let config = PromptVersionConfig(id: "c", messages: [.system("Hi")], model: "m")
            return PromptRecord(
                promptID: id,
                versions: [PromptVersion(id: "v", version: 1, promptID: id, config: config)]
            )
        }

        func change() {
            state.withLock { state in
                state.records.append(Self.record("c"))
                state.revision += 1
            }
        }

        var name: String {
            switch fault {
            case .emptyName: ""
            case .changingName: "store \(state.withLock { $0.loads })"
            default: "store"
            }
        }

        func load(since validator: String?) async throws -> PromptCatalogue? {
            if Task.isCancelled {
                if fault == .otherError { throw PromptError(.unavailable, "cancelled") }
                if fault == .neverEnds { await withCheckedContinuation { keep($0) } }
                throw CancellationError()
            }
            if fault == .oneAtATime {
                let isBusy = state.withLock { state in
                    defer { state.isLoading = true }
                    return state.isLoading
                }
                guard !isBusy else { throw PromptError(.unavailable, "busy") }
                for _ in 0..<100 { await Task.yield() }
                state.withLock { $0.isLoading = false }
            }
            let (records, current, loads) = state.withLock { state in
                state.loads += 1
                return (state.records, state.revision, state.loads)
            }
            let isKnown = fault == .anyValidator ? validator != nil : validator == "\(current)"
            if fault == .noCatalogue || isKnown && fault != .otherCatalogue { return nil }
            var entries = records.map { PromptCatalogue.Entry(location: $0.promptID, record: $0) }
            if fault == .twice { entries.append(.init(location: "x", record: records[0])) }
            if fault == .noLocation { entries[0].location = "" }
            if fault == .otherCatalogue, isKnown { entries.removeLast() }
            let revision =
                switch fault {
                case .newRevisions: "\(loads)"
                case .oldRevision: "1"
                default: "\(current)"
                }
            return PromptCatalogue(entries: entries, revision: revision, validator: "\(current)")
        }

        /// Resumes only when nobody waits for it any more.
        private func keep(_ continuation: CheckedContinuation<Void, Never>) {
            Task {
                try? await Task.sleep(for: .seconds(10))
                continuation.resume()
            }
        }

        func version(_ number: Int, of promptID: String) async throws -> PromptVersion? {
            guard fault == .unknownVersion else { return nil }
            throw PromptError(.notFound, "unknown")
        }
    }

    @Test func `A good source conforms`() async {
        let store = Store()
        let violations = await PromptSourceConformance.violations(of: store, changing: { store.change() })
        #expect(violations == [])
    }

    @Test func `Records in memory conform`() async {
        #expect(await PromptSourceConformance.violations(of: .memory([Store.record("a")])) == [])
    }

    @Test func `A directory conforms`() async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("tchavi-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        func write(_ text: String) throws {
            try FileManager.default.createDirectory(
                at: url.appendingPathComponent("greeting"),
                withIntermediateDirectories: true
            )
            try Data("---\nmodel: m\n---\n\(text)\n".utf8).write(to: url.appendingPathComponent("greeting/1.md"))
        }
        try write("Hi")
        let violations = await PromptSourceConformance.violations(
            of: .directory(url.path),
            changing: {
                try Data("---\nmodel: m\n---\nBye\n".utf8).write(to: url.appendingPathComponent("greeting/1.md"))
            }
        )
        #expect(violations == [])
    }

    @Test(arguments: Store.Fault.allCases)
    private func `The rule that a bad source violates is named`(fault: Store.Fault) async {
        let store = Store(fault)
        let timeout: Duration = fault == .neverEnds ? .seconds(1) : .seconds(20)
        let violations = await PromptSourceConformance.violations(
            of: store,
            timeout: timeout,
            changing: { store.change() }
        )
        #expect(violations.contains { $0.rule.contains(fault.rawValue) }, "\(violations)")
    }
}

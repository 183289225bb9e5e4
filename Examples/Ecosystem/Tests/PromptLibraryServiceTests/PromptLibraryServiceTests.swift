import Logging
import PromptLibraryService
import ServiceLifecycle
import ServiceLifecycleTestKit
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PromptLibraryServiceTests {
    /// Prompts that a test changes, or an error.
    private actor Store {
        private var result: Result<[String: String], TchaviError>
        private var count = 0

        init(_ result: Result<[String: String], TchaviError>) { self.result = result }

        func set(_ result: Result<[String: String], TchaviError>) {
            self.result = result
            count += 1
        }

        func catalogue(since validator: String?) throws -> PromptCatalogue? {
            let prompts = try result.get()
            if validator == "\(count)" { return nil }
            let entries = prompts.sorted { $0.key < $1.key }.map { id, text in
                let config = PromptVersionConfig(id: id, messages: [.system(.text(text))], model: "m")
                let version = PromptVersion(id: id, version: 1, promptID: id, config: config)
                return PromptCatalogue.Entry(location: id, record: PromptRecord(promptID: id, versions: [version]))
            }
            return PromptCatalogue(entries: entries, validator: "\(count)")
        }
    }

    /// A source that is polled while the library runs.
    private struct StoreSource: PromptSource {
        let store: Store

        var name: String { "store" }
        var pollInterval: Duration? { .milliseconds(10) }

        func load(since validator: String?) async throws -> PromptCatalogue? {
            try await store.catalogue(since: validator)
        }
    }

    private static let unreachable = TchaviError(.transport, "The connection was refused.")
    private static let refused = TchaviError(.authentication, "The key is not valid.", statusCode: 401)

    /// Runs a service, and shuts it down after a test's body.
    private static func whileRunning(
        _ store: Store,
        _ body: @escaping @Sendable (WatchedLog, PromptLibrary) async throws -> Void
    ) async throws -> [String] {
        let log = WatchedLog()
        let library = PromptLibrary(source: StoreSource(store: store))
        let service = PromptLibraryService(library, logger: log.logger)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { group in
                group.addTask { await service.run() }
                try await body(log, library)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        return log.messages
    }

    @Test func `The service reads the prompts, and ends with the program`() async throws {
        let messages = try await Self.whileRunning(Store(.success(["tone": "Be kind."]))) { log, _ in
            #expect(await log.next("Read the prompts")?.metadata["prompts"] == "1")
        }
        #expect(messages == ["Read the prompts", "Stopped reading prompts"])
    }

    @Test func `Prompts that are added, changed and removed are logged by their ids`() async throws {
        let store = Store(.success(["tone": "Be kind.", "old": "Be brief."]))
        _ = try await Self.whileRunning(store) { log, _ in
            _ = await log.next("Read the prompts")
            await store.set(.success(["tone": "Be terse.", "new": "Be brief."]))
            let entry = try #require(await log.next("The prompts have changed"))
            #expect(entry.metadata == ["added": ["new"], "changed": ["tone"], "removed": ["old"]])
            // The texts are not for the log.
            #expect(!"\(entry)".contains("Be "))
        }
    }

    @Test func `A source that begins to fail is logged once, and again when it can be read`() async throws {
        let store = Store(.success(["tone": "Be kind."]))
        let messages = try await Self.whileRunning(store) { log, library in
            _ = await log.next("Read the prompts")
            await store.set(.failure(Self.unreachable))
            let entry = try #require(await log.next("A source cannot be read"))
            #expect(entry.level == .error)
            #expect(entry.metadata["source"] == "store")
            #expect(entry.metadata["error"] == "\(Self.unreachable)")
            // Each of these reads fails in the same way.
            for _ in 1...3 { await #expect(throws: TchaviError.self) { try await library.refresh() } }
            await store.set(.success(["tone": "Be kind."]))
            #expect(await log.next("A source can be read again")?.metadata["source"] == "store")
        }
        let expected = [
            "Read the prompts", "A source cannot be read", "A source can be read again", "Stopped reading prompts",
        ]
        #expect(messages == expected)
    }

    @Test func `A refused credential is logged as such`() async throws {
        let store = Store(.failure(Self.refused))
        let messages = try await Self.whileRunning(store) { log, _ in
            #expect(await log.next("A source refuses the credential")?.level == .error)
        }
        let expected = ["The prompts cannot be read", "A source refuses the credential", "Stopped reading prompts"]
        #expect(messages == expected)
    }

    @Test func `The service ends when the library is shut down`() async throws {
        let messages = try await Self.whileRunning(Store(.success(["tone": "Be kind."]))) { log, library in
            _ = await log.next("Read the prompts")
            library.shutdown()
            _ = await log.next("Stopped reading prompts")
        }
        #expect(messages.last == "Stopped reading prompts")
    }
}

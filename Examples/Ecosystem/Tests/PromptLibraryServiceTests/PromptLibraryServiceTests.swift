import InMemoryLogging
import Logging
import PromptLibraryService
import ServiceLifecycle
import ServiceLifecycleTestKit
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PromptLibraryServiceTests {
    /// A source that says when it is polled, which only ``PromptLibrary/run()`` does.
    private struct PolledSource: PromptSource {
        struct Unreadable: Error {}

        let isReadable: Bool
        let polled: AsyncStream<Void>.Continuation

        var name: String { "polled" }
        var pollInterval: Duration? { .milliseconds(10) }

        func load(since validator: String?) async throws -> PromptCatalogue? {
            guard isReadable else { throw Unreadable() }
            if validator == "1" { return nil }
            let record = PromptRecord(promptID: "tone", versions: [])
            return PromptCatalogue(entries: [.init(location: "tone", record: record)], revision: "1", validator: "1")
        }

        func poll(since validator: String?) async throws -> PromptCatalogue? {
            polled.yield()
            return try await load(since: validator)
        }
    }

    /// Runs a service until it has polled its source, shuts it down, and returns what it has logged.
    private static func entries(isReadable: Bool) async -> [InMemoryLogHandler.Entry] {
        let handler = InMemoryLogHandler()
        let (polls, polled) = AsyncStream.makeStream(of: Void.self)
        let library = PromptLibrary(
            source: PolledSource(isReadable: isReadable, polled: polled),
            gateway: LocalGateway().client()
        )
        let service = PromptLibraryService(library, logger: Logger(label: "prompts") { _ in handler })
        await testGracefulShutdown { trigger in
            await withTaskGroup { group in
                group.addTask { await service.run() }
                for await _ in polls { break }
                trigger.triggerGracefulShutdown()
            }
        }
        return handler.entries
    }

    @Test func `The service reads the prompts, polls their source, and ends with the program`() async {
        let entries = await Self.entries(isReadable: true)
        #expect(entries.map(\.message) == ["Read the prompts", "Stopped reading prompts"])
        #expect(entries.first?.metadata["prompts"] == "1")
    }

    @Test func `A source that cannot be read is logged, and polled again`() async {
        let entries = await Self.entries(isReadable: false)
        #expect(entries.map(\.message) == ["The prompts cannot be read", "Stopped reading prompts"])
        #expect(entries.first?.level == .error)
    }
}

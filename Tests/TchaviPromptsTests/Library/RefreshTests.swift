import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct RefreshTests {
    @Test(.computation) func `Selecting in 64 tasks while the record is replaced returns one of its two versions`()
        async throws
    {
        let before = PromptRecord.simple("p", [.system("before")])
        let after = PromptRecord.simple("p", [.system("after")])
        let source = SwitchingSource(before, after)
        let library = PromptLibrary(source: source, gateway: LocalGatewayClient.client, configuration: .forTests)
        _ = try await library.promptIDs()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let isDone = Locked(false)
            for _ in 0..<64 {
                group.addTask {
                    while !isDone.withLock({ $0 }) {
                        let text = try await library.prompt("p").messages[0].text
                        #expect(["before", "after"].contains(text))
                        await Task.yield()
                    }
                }
            }
            for _ in 0..<200 { try await library.refresh() }
            isDone.withLock { $0 = true }
            try await group.waitForAll()
        }
        #expect(source.loads == 201)
    }

    /// Reads a text that the test sets, when the test lets it.
    private final class GatedSource: PromptSource {
        let name = "test"
        let text = Locked("one")
        let loads = Locked(0)
        private let gate = AsyncStream.makeStream(of: Void.self)

        func open() { gate.continuation.yield() }

        func load(since validator: String?) async throws -> PromptCatalogue? {
            let text = text.withLock { $0 }
            loads.withLock { $0 += 1 }
            for await _ in gate.stream { break }
            return PromptCatalogue(entries: [.init(location: "p", record: .simple("p", [.system(.text(text))]))])
        }
    }

    @Test func `A refresh during a read sees what was written before it, and all of them share one more read`()
        async throws
    {
        let source = GatedSource()
        let library = PromptLibrary(source: source, gateway: LocalGatewayClient.client, configuration: .forTests)
        let first = Task { try await library.prompt("p").messages[0].text }
        while source.loads.withLock({ $0 }) == 0 { await Task.yield() }
        source.text.withLock { $0 = "two" }
        let begun = Locked(0)
        let refreshes = (0..<20).map { _ in
            Task {
                begun.withLock { $0 += 1 }
                try await library.refresh()
                return try await library.prompt("p").messages[0].text
            }
        }
        while begun.withLock({ $0 }) < 20 { await Task.yield() }
        source.open()
        #expect(try await first.value == "one")
        while source.loads.withLock({ $0 }) == 1 { await Task.yield() }
        // Also for a refresh that began late.
        for _ in refreshes { source.open() }
        for refresh in refreshes { #expect(try await refresh.value == "two") }
        #expect((2...5).contains(source.loads.withLock { $0 }))
    }

    /// Gives one record and then the other, in turn.
    private final class SwitchingSource: PromptSource {
        let name = "test"
        private let records: [PromptRecord]
        private let count = Locked(0)

        init(_ records: PromptRecord...) { self.records = records }

        var loads: Int { count.withLock { $0 } }

        func load(since validator: String?) -> PromptCatalogue? {
            let number = count.withLock { count in
                count += 1
                return count
            }
            return PromptCatalogue(entries: [.init(location: "p", record: records[number % 2])])
        }
    }

    private enum LocalGatewayClient {
        static let client = TchaviClient(.none)
    }
}

import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct RefreshTests {
    @Test func `Selecting in 64 tasks while the record is replaced returns one of its two versions`() async throws {
        let before = PromptRecord.simple("p", [.system("before")])
        let after = PromptRecord.simple("p", [.system("after")])
        let source = SwitchingSource(before, after)
        let library = PromptLibrary(source: source, gateway: LocalGatewayClient.client)
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
            for _ in 0..<1000 { try await library.refresh() }
            isDone.withLock { $0 = true }
            try await group.waitForAll()
        }
        #expect(source.loads == 1001)
    }

    /// Gives one record and then the other, in turn.
    private final class SwitchingSource: PromptSource {
        private let records: [PromptRecord]
        private let count = Locked(0)

        init(_ records: PromptRecord...) { self.records = records }

        var loads: Int { count.withLock { $0 } }

        func load(since revision: String?) -> PromptCatalogue? {
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

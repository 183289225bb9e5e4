import Foundation
import Tchavi
import TchaviTesting
import TestSupport
import Testing

@testable import TchaviPrompts

struct AssignmentLogTests {
    @Test func `Each assignment is reported once, and the arms' shares are checked`() async throws {
        let seen = Locked<[Assignment]>([])
        let log = AssignmentLog { assignment in seen.withLock { $0.append(assignment) } }
        let library = PromptLibrary(
            source: .directory(Fixtures.prompts),
            gateway: LocalGateway().client(),
            observers: [log]
        )
        for _ in 0..<2 {
            for index in 0..<2000 {
                _ = try await library.prompt("tone", matching: PromptQuery().bucketed(by: "user-\(index)"))
            }
        }
        // Neither a query without a key nor one that is no split is an assignment.
        _ = try await library.prompt("tone")
        _ = try await library.prompt("weather", matching: PromptQuery().bucketed(by: "user-1"))
        let assignments = seen.withLock { $0 }
        #expect(assignments.count == 2000)
        #expect(Set(assignments.map(\.key)).count == 2000)
        #expect(assignments[0].experiment == "tone-2026")
        let summary = try #require(log.summary(of: "tone-2026"))
        #expect(summary.arms.map(\.deploymentID) == ["formal", "warm"])
        #expect(summary.arms.reduce(0) { $0 + $1.count } == 2000)
        #expect(!summary.hasSampleRatioMismatch)
        #expect(log.summary(of: "nobody") == nil)
    }

    /// Tells a log of a selection between deployments with these weights.
    private func tell(
        _ log: AssignmentLog,
        weights: [Double],
        key: String,
        isLost: (Selection) -> Bool = { _ in false }
    ) {
        let versions = weights.indices.map {
            PromptVersion(id: "v\($0)", version: $0, promptID: "p", config: nil)
        }
        let deployments = weights.enumerated().map { index, weight in
            ("v\(index)", [Deployment(id: "d\(index)", weight: weight, experiment: "e")])
        }
        let record = PromptRecord(
            promptID: "p",
            versions: versions,
            deployments: Dictionary(uniqueKeysWithValues: deployments)
        )
        let query = PromptQuery().bucketed(by: key)
        let result = CompiledSelector(record).select(query)
        guard !isLost(result.selection) else { return }
        log.selected(SelectionEvent(selection: result.selection, query: query, split: result.split))
    }

    @Test func `A mismatch is found unless there are too few users`() {
        let log = AssignmentLog()
        for index in 0..<2000 {
            // As if half of one arm's users had been lost on the way.
            tell(log, weights: [1, 1], key: "user-\(index)") { $0.arm == 1 && index.isMultiple(of: 2) }
            if index == 10 { #expect(log.summary(of: "e")?.pValue == nil) }
        }
        #expect(log.summary(of: "e")?.hasSampleRatioMismatch == true)
    }

    @Test func `A log drops the oldest assignments beyond its limit`() {
        let count = Locked(0)
        let log = AssignmentLog(limit: 10) { _ in count.withLock { $0 += 1 } }
        for index in 0..<11 { tell(log, weights: [1], key: "user-\(index)") }
        tell(log, weights: [1], key: "user-10")
        #expect(count.withLock { $0 } == 11)
        tell(log, weights: [1], key: "user-0")
        #expect(count.withLock { $0 } == 12)
    }

    @Test func `A change of weights starts a new count of all users`() {
        let log = AssignmentLog()
        for weights in [[50.0, 50], [60, 40]] {
            for index in 0..<2000 { tell(log, weights: weights, key: "user-\(index)") }
            let summary = log.summary(of: "e")
            #expect(summary?.arms.reduce(0) { $0 + $1.count } == 2000)
            #expect(summary?.hasSampleRatioMismatch == false)
        }
    }
}

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
        experiment: String = "e",
        isLost: (Selection) -> Bool = { _ in false }
    ) {
        let versions = weights.indices.map {
            PromptVersion(id: "v\($0)", version: $0, promptID: "p", config: nil)
        }
        let deployments = weights.enumerated().map { index, weight in
            ("v\(index)", [Deployment(id: "d\(index)", weight: weight, experiment: experiment)])
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

    @Test func `A mismatch is found, unless there are too few users`() {
        let log = AssignmentLog()
        for index in 0..<2000 {
            // As if half of one arm's users had been lost on the way.
            tell(log, weights: [1, 1], key: "user-\(index)") { $0.arm == 1 && index.isMultiple(of: 2) }
            if index == 10 { #expect(log.summary(of: "e")?.hasSampleRatioMismatch == false) }
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

    @Test func `A changed experiment replaces the old one in the summary, with a count of its own`() {
        let log = AssignmentLog()
        for index in 0..<2000 { tell(log, weights: [50, 50], key: "user-\(index)") }
        for index in 0..<100 { tell(log, weights: [60, 40], key: "user-\(index)") }
        let summary = log.summary(of: "e")
        #expect(summary?.arms.map(\.share) == [0.6, 0.4])
        #expect(summary?.arms.reduce(0) { $0 + $1.count } == 100)
        #expect(log.summaries(of: "e").map { $0.arms.reduce(0) { $0 + $1.count } } == [100, 2000])
        // The old weights again: its users are known, and its count goes on.
        tell(log, weights: [50, 50], key: "user-0")
        tell(log, weights: [50, 50], key: "user-2000")
        #expect(log.summary(of: "e")?.arms.reduce(0) { $0 + $1.count } == 2001)
        #expect(log.summary(of: "e", promptID: "q") == nil)
    }

    @Test func `Two libraries with different weights do not reset each other's counts`() {
        let log = AssignmentLog()
        for index in 0..<2000 {
            for weights in [[50.0, 50], [60, 40]] { tell(log, weights: weights, key: "user-\(index)") }
        }
        let summaries = log.summaries(of: "e")
        #expect(summaries.map { $0.arms.reduce(0) { $0 + $1.count } } == [2000, 2000])
        #expect(Set(summaries.map { $0.arms[0].share }) == [0.5, 0.6])
        #expect(summaries.allSatisfy { !$0.hasSampleRatioMismatch && !$0.hasReachedLimit })
    }

    @Test func `A user who keeps the arm after a change of weights is not reported again`() {
        let reported = Locked<[Assignment]>([])
        let log = AssignmentLog { assignment in reported.withLock { $0.append(assignment) } }
        for weights in [[50.0, 50], [60, 40], [50, 50]] {
            for index in 0..<1000 { tell(log, weights: weights, key: "user-\(index)") }
        }
        let moved = (0..<1000).count { index in
            let bucket = Split(salt: "e", weights: []).bucket(for: "user-\(index)")
            return bucket >= 0.5 && bucket < 0.6
        }
        #expect(moved > 50)
        #expect(reported.withLock { $0.count } == 1000 + moved)
    }

    @Test(.computation) func `The log is bounded over all experiments, and counts no user twice`() {
        let log = AssignmentLog(limit: 1000)
        for index in 0..<1500 { tell(log, weights: [1, 1], key: "user-\(index)") }
        for index in 0..<1500 { tell(log, weights: [1, 1], key: "user-\(index)") }
        let first = log.summary(of: "e")
        // The user who displaced the first one is the last to be counted.
        #expect(first?.arms.reduce(0) { $0 + $1.count } == 1001)
        #expect(first?.hasReachedLimit == true)
        #expect(first?.hasSampleRatioMismatch == false)
        // Others displace it, and each other.
        var remembered = RememberedAssignments()
        for index in 0..<5000 {
            let split = Split(salt: "e\(index)", weights: [("d", 1)])
            for key in ["x", "y"] {
                let isNew = remembered.record(key, arm: 0, of: split, promptID: "p", limit: 100)
                let isNewAgain = remembered.record(key, arm: 0, of: split, promptID: "p", limit: 100)
                #expect(isNew && !isNewAgain)
            }
        }
        #expect(remembered.splits.values.reduce(0) { $0 + $1.keys.count } == 100)
        #expect(remembered.splits.count <= RememberedAssignments.keptSplits + 101)
    }

    @Test(.computation) func `An experiment of few users is counted beside one of many`() {
        let log = AssignmentLog(limit: 1000)
        for index in 0..<8000 {
            let isRare = index.isMultiple(of: 20)
            tell(log, weights: [1, 1], key: "user-\(index)", experiment: isRare ? "rare" : "busy")
        }
        #expect(log.summary(of: "rare")?.arms.reduce(0) { $0 + $1.count } == 400)
        #expect(log.summary(of: "rare")?.hasReachedLimit == false)
        #expect(log.summary(of: "busy")?.hasReachedLimit == true)
    }

    @Test func `A mismatch remains when other experiments have displaced the users`() {
        let log = AssignmentLog(limit: 1000)
        for index in 0..<1000 { tell(log, weights: [1, 1], key: "user-\(index)") { $0.arm == 1 } }
        #expect(log.summary(of: "e")?.hasSampleRatioMismatch == true)
        for index in 0..<3000 { tell(log, weights: [1, 1], key: "user-\(index)", experiment: "f") }
        #expect(log.summary(of: "e")?.hasSampleRatioMismatch == true)
        #expect(log.summary(of: "e")?.hasReachedLimit == true)
        #expect(log.summary(of: "f")?.hasSampleRatioMismatch == false)
        #expect(log.summary(of: "e")?.description.contains("(0 %, expected 50 %); sample-ratio mismatch") == true)
    }

    @Test func `An event that contradicts itself is ignored`() {
        let log = AssignmentLog()
        let split = Split(salt: "e", weights: [("d", 1)])
        let selection = Selection(promptID: "p", version: 1, versionID: "v", reason: .split, deploymentID: "d", arm: 1)
        log.selected(SelectionEvent(selection: selection, query: PromptQuery().bucketed(by: "x"), split: split))
        #expect(log.summary(of: "e") == nil)
    }
}

import Foundation
import Tchavi
import TchaviTesting
import TestSupport
import Testing

@testable import TchaviPrompts

struct WhatIfTests {
    private func fixture(_ name: String) throws -> PromptRecord {
        let url = Fixtures.directory.appendingPathComponent("Prompts/\(name).json")
        return try PromptRecord(json: try JSONValue(parsing: try Data(contentsOf: url)))
    }

    @Test func `Nothing changes between a prompt and itself`() throws {
        for name in PromptRecordTests.files {
            let record = try fixture(name)
            #expect(WhatIf(before: record, after: record).changes(keys: ["ada", "bo"]).isEmpty)
        }
    }

    @Test func `A rule that is dropped changes the answers of those it kept out, and of nobody else`() throws {
        let before = try fixture("support-reply")
        var after = before
        after.deployments["support-reply-v3"]?[0].query = RuleGroup(.and, [.rule(Rule("plan", .equal, "enterprise"))])
        let changes = WhatIf(before: before, after: after).changes()
        #expect(!changes.isEmpty)
        for change in changes {
            #expect(change.after.versionID == "support-reply-v3")
            #expect(change.query.conditions.contains { $0.field == "plan" && $0.value == "enterprise" })
            #expect(!change.query.conditions.contains { $0.field == "environment" && $0.value == "production" })
        }
        #expect(changes[0].description.contains("->"))
    }

    @Test func `Queries of a program's own can be tried, and splits with keys`() throws {
        let before = try fixture("tone")
        var after = before
        after.deployments["tone-v1"]?[0].weight = 70
        after.deployments["tone-v2"]?[0].weight = 30
        let queries = (0..<1000).map { PromptQuery().bucketed(by: "user-\($0)") }
        let changes = WhatIf(before: before, after: after).changes(for: queries)
        #expect(
            changes.count
                == queries.count { query in
                    let bucket = Split(salt: "tone-2026", weights: []).bucket(for: query.bucketingKey ?? "")
                    return bucket >= 0.5 && bucket < 0.7
                }
        )
        #expect(changes.allSatisfy { $0.before.version == 2 && $0.after.version == 1 })
    }

    @Test func `The queries that are made are bounded`() throws {
        let record = try fixture("support-reply")
        #expect(WhatIf(before: record, after: record).queries(limit: 50).count == 50)
        #expect(WhatIf(before: record, after: record).queries(limit: 50, keys: ["a", "b"]).count == 50)
        let queries = WhatIf(before: record, after: record).queries()
        #expect(queries.contains { $0.conditions.isEmpty })
        #expect(Set(queries).count == queries.count)
    }
}

struct AssignmentLogTests {
    @Test func `Each assignment is reported once, and the arms' shares are checked`() async throws {
        let seen = Locked<[Assignment]>([])
        let log = AssignmentLog { assignment in seen.withLock { $0.append(assignment) } }
        let library = PromptLibrary(
            source: .directory(Fixtures.prompts),
            gateway: LocalGateway().client(),
            assignments: log
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

    @Test func `A mismatch is found, and too few users tell nothing`() {
        let log = AssignmentLog()
        let finalists = ["a", "b"].enumerated().map { index, id in
            Finalist(
                deployment: Deployment(id: id, weight: 1, experiment: "e"),
                version: PromptVersion(id: "v\(index)", version: index, promptID: "p", config: nil)
            )
        }
        var noted = 0
        for index in 0..<2000 {
            let key = "user-\(index)"
            guard let choice = Choice(among: finalists, PromptQuery().bucketed(by: key), promptID: "p") else {
                continue
            }
            // As if half of one arm's users had been lost on the way.
            if choice.arm == 1, index.isMultiple(of: 2) { continue }
            log.note(choice, Selection(promptID: "p", reason: .split), key: key)
            noted += 1
            if noted == 10 { #expect(log.summary(of: "e")?.pValue == nil) }
        }
        #expect(log.summary(of: "e")?.hasSampleRatioMismatch == true)
    }

    @Test func `A log forgets the oldest beyond its bound`() {
        let count = Locked(0)
        let log = AssignmentLog(limit: 10) { _ in count.withLock { $0 += 1 } }
        let finalist = Finalist(
            deployment: Deployment(id: "a", weight: 1, experiment: "e"),
            version: PromptVersion(id: "v", version: 1, promptID: "p", config: nil)
        )
        func note(_ key: String) {
            guard let choice = Choice(among: [finalist], PromptQuery().bucketed(by: key), promptID: "p") else { return }
            log.note(choice, Selection(promptID: "p", reason: .split), key: key)
        }
        for index in 0..<11 { note("user-\(index)") }
        note("user-10")
        #expect(count.withLock { $0 } == 11)
        note("user-0")
        #expect(count.withLock { $0 } == 12)
    }

    /// Tail probabilities as tables of the distribution give them.
    @Test(arguments: [
        (3.841, 1, 0.05), (10.828, 1, 0.001), (5.991, 2, 0.05), (148.23, 99, 0.001), (0.0, 3, 1.0), (2.0, 4, 0.7358),
    ])
    func `The chi-square distribution has the tails of the tables`(value: Double, degrees: Int, probability: Double) {
        #expect(abs(ChiSquare.upperTail(value, degreesOfFreedom: degrees) - probability) < probability * 0.002 + 1e-6)
    }

    @Test func `A change of weights begins a new count, in which everybody counts`() {
        let log = AssignmentLog()
        for weights in [[50.0, 50], [60, 40]] {
            let finalists = weights.enumerated().map { index, weight in
                Finalist(
                    deployment: Deployment(id: "d\(index)", weight: weight, experiment: "e"),
                    version: PromptVersion(id: "v\(index)", version: index, promptID: "p", config: nil)
                )
            }
            for index in 0..<2000 {
                let key = "user-\(index)"
                guard let choice = Choice(among: finalists, PromptQuery().bucketed(by: key), promptID: "p") else {
                    continue
                }
                log.note(choice, Selection(promptID: "p", reason: .split), key: key)
            }
            let summary = log.summary(of: "e")
            #expect(summary?.arms.reduce(0) { $0 + $1.count } == 2000)
            #expect(summary?.hasSampleRatioMismatch == false)
        }
    }

    @Test func `A change for values that no rule mentions is found, and a limit leaves out no field`() {
        let config = PromptVersionConfig(id: "c", messages: [], model: "m")
        let versions = (1...2).map { PromptVersion(id: "v\($0)", version: $0, promptID: "p", config: config) }
        func record(_ rule: Rule?) -> PromptRecord {
            let deployment = rule.map { Deployment(id: "d", query: RuleGroup(.and, [.rule($0)])) }
            return PromptRecord(
                promptID: "p",
                versions: versions,
                deployments: deployment.map { ["v2": [$0]] } ?? [:],
                fallbackVersion: versions[0]
            )
        }
        #expect(!WhatIf(before: record(Rule("plan", .notEqual, "free")), after: record(nil)).changes().isEmpty)
        #expect(
            !WhatIf(before: record(Rule("s", .greater, 0.5)), after: record(Rule("s", .atLeast, 0.9))).changes().isEmpty
        )
        let rules = (0..<30).map { RuleGroup.Member.rule(Rule("field-\($0)", .equal, "x")) }
        let wide = PromptRecord(
            promptID: "p",
            versions: versions,
            deployments: ["v1": [Deployment(id: "d", query: RuleGroup(.or, rules))]]
        )
        let queries = WhatIf(before: wide, after: wide).queries(limit: 200)
        #expect(Set(queries.flatMap { $0.conditions.map(\.field) }).count == 30)
    }
}

import Foundation
import Tchavi
import TchaviTesting
import TestSupport
import Testing

@testable import TchaviPrompts

@Suite(.computation)
struct WhatIfTests {
    private func fixture(_ name: String) throws -> PromptRecord {
        try #require(try Fixtures.promptRecords().first { $0.promptID == name })
    }

    @Test func `Nothing changes between a prompt and itself`() async throws {
        for name in PromptRecordTests.files {
            let record = try fixture(name)
            #expect(await WhatIf(before: record, after: record).changes().isEmpty)
        }
    }

    @Test func `Removing a rule changes the version only for the queries that it excluded`() async throws {
        let before = try fixture("support-reply")
        var after = before
        after.deployments["support-reply-v3"]?[0].query = RuleGroup(.and, [.rule(Rule("plan", .equal, "enterprise"))])
        let changes = await WhatIf(before: before, after: after).changes()
        #expect(!changes.isEmpty)
        for change in changes {
            #expect(change.query.conditions.contains { $0.field == "plan" && $0.value == "enterprise" })
            // A query that enforces the environment is no longer matched.
            let production = change.query.conditions.first { $0.field == "environment" && $0.value == "production" }
            #expect(production?.isEnforced != false)
            #expect(change.after.versionID == (production == nil ? "support-reply-v3" : "support-reply-v2"))
        }
        #expect(changes.contains { $0.after.version == 2 })
        #expect(changes.contains { $0.query == PromptQuery().tag("plan", "enterprise", isEnforced: true) })
        #expect(changes[0].description.contains("->"))
    }

    @Test func `The program's own queries can be compared, and splits with keys`() async throws {
        let before = try fixture("tone")
        var after = before
        after.deployments["tone-v1"]?[0].weight = 70
        after.deployments["tone-v2"]?[0].weight = 30
        let queries = (0..<1000).map { PromptQuery().bucketed(by: "user-\($0)") }
        let changes = await WhatIf(before: before, after: after).changes(for: queries)
        #expect(
            changes.count
                == queries.count { query in
                    let bucket = Split(salt: "tone-2026", weights: []).bucket(for: query.bucketingKey ?? "")
                    return bucket >= 0.5 && bucket < 0.7
                }
        )
        #expect(changes.allSatisfy { $0.before.version == 2 && $0.after.version == 1 })
    }

    @Test func `The number of generated queries is limited`() async throws {
        let record = try fixture("support-reply")
        #expect(await WhatIf(before: record, after: record).queries(limit: 50).count == 50)
        #expect(await WhatIf(before: record, after: record).queries(limit: 0).isEmpty)
        let queries = await WhatIf(before: record, after: record).queries()
        #expect(queries.contains { $0.conditions.isEmpty })
        #expect(queries.contains { $0.conditions.count == 2 && $0.conditions.map(\.isEnforced) == [false, true] })
        #expect(Set(queries).count == queries.count)
    }

    @Test func `A change for values that no rule mentions is found, and a limit omits no field`() async {
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
        #expect(await !WhatIf(before: record(Rule("plan", .notEqual, "free")), after: record(nil)).changes().isEmpty)
        #expect(
            await !WhatIf(before: record(Rule("s", .greater, 0.5)), after: record(Rule("s", .atLeast, 0.9))).changes()
                .isEmpty
        )
        let rules = (0..<30).map { RuleGroup.Member.rule(Rule("field-\($0)", .equal, "x")) }
        let wide = PromptRecord(
            promptID: "p",
            versions: versions,
            deployments: ["v1": [Deployment(id: "d", query: RuleGroup(.or, rules))]]
        )
        let queries = await WhatIf(before: wide, after: wide).queries(limit: 200)
        #expect(Set(queries.flatMap { $0.conditions.map(\.field) }).count == 30)
    }

    /// A prompt that is split between versions of these weights.
    private func split(_ weights: [Double], salt: String? = "e") -> PromptRecord {
        let versions = weights.indices.map { index in
            PromptVersion(
                id: "v\(index + 1)",
                version: index + 1,
                promptID: "p",
                config: PromptVersionConfig(id: "c", messages: [.system(.text("\(index)"))], model: "m")
            )
        }
        let deployments = weights.enumerated().map { index, weight in
            ("v\(index + 1)", [Deployment(id: "d\(index + 1)", weight: weight, experiment: salt)])
        }
        return PromptRecord(
            promptID: "p",
            versions: versions,
            deployments: Dictionary(uniqueKeysWithValues: deployments)
        )
    }

    @Test(arguments: [
        ([60.0, 40], [70.0, 30], ["2 to 1": 0.1]),
        ([50, 50], [100, 0], ["2 to 1": 0.5]),
        ([1, 1, 1], [2, 1, 1], ["2 to 1": 0.1666, "3 to 2": 0.0833]),
        ([1, 1], [1, 1.0001], ["1 to 2": 0]),
    ])
    func `The share of the keys that move is exact`(
        before: [Double],
        after: [Double],
        expected: [String: Double]
    ) async throws {
        let whatIf = WhatIf(before: split(before), after: split(after))
        let changes = await whatIf.changes().filter { $0.query.conditions.isEmpty && $0.share != nil }
        let shares = changes.map { ("\($0.before.version ?? 0) to \($0.after.version ?? 0)", $0.share ?? 0) }
        #expect(Dictionary(uniqueKeysWithValues: shares) == expected.filter { $0.value > 0 })
        for change in changes {
            // The key is one of those that move.
            #expect(change.query.bucketingKey != nil)
            #expect(await whatIf.changes(for: [change.query]).map(\.after) == [change.after])
        }
    }

    @Test func `The share of a new salt is that of 10,000 keys, and that of a new split is exact`() async throws {
        let half = split([50, 50])
        let resalted = await WhatIf(before: half, after: split([50, 50], salt: "f")).changes()
        let shares = resalted.filter { $0.query.conditions.isEmpty }.compactMap(\.share)
        let moved = (0..<10_000).map { "\($0)" }.count { key in
            let (first, second) = (Split(salt: "e", weights: []), Split(salt: "f", weights: []))
            return (first.bucket(for: key) < 0.5) != (second.bucket(for: key) < 0.5)
        }
        #expect(shares.count == 2)
        #expect(abs(shares.reduce(0, +) - Double(moved) / 10_000) < 1e-9)

        var whole = half
        for index in 1...2 { whole.deployments["v\(index)"]?[0].weight = nil }
        let changes = await WhatIf(before: whole, after: half).changes().filter { $0.query.conditions.isEmpty }
        // The tie picked version 2; with the split, the reason is another for its half of the keys as well.
        #expect(changes.compactMap(\.share) == [0.5, 0.5])
        #expect(changes.compactMap { $0.share == nil ? nil : $0.after.version }.sorted() == [1, 2])
        #expect(changes.contains { $0.share == nil && $0.query == PromptQuery() })
    }

    @Test func `A version that is edited in place is a change, also if it is not deployed, or is the fallback`() async {
        let record = split([50, 50])
        var edited = record
        edited.versions[1].config?.messages = [.system(.text("edited"))]
        let changes = await WhatIf(before: record, after: edited).changes()
        #expect(changes.contains { $0.share == 0.5 && $0.before.version == 2 && $0.after.version == 2 })
        #expect(changes.contains { $0.query == PromptQuery().version(2) })
        #expect(changes.allSatisfy { $0.before.versionContentHash != $0.after.versionContentHash })
        #expect(changes.allSatisfy { $0.description.contains("edited in place (sha256:") })

        var idle = record
        idle.deployments = [:]
        idle.fallbackVersion = record.versions[1]
        var other = idle
        other.fallbackVersion = edited.versions[1]
        let fallback = await WhatIf(before: idle, after: other).changes()
        #expect(fallback.map(\.query).contains(PromptQuery()))
        #expect(!fallback.map(\.query).contains(PromptQuery().version(2)))
    }

    @Test func `A change that only enforced conditions show is found`() async {
        // Without the rule, a query that enforces the field is not matched by the deployment.
        var before = split([1, 1])
        before.deployments = [
            "v1": [Deployment(id: "d1")],
            "v2": [
                Deployment(
                    id: "d2",
                    query: RuleGroup(.or, [.rule(Rule("a", .equal, 1)), .rule(Rule("b", .equal, 2))])
                )
            ],
        ]
        var after = before
        after.deployments["v2"]?[0].query = RuleGroup(.and, [.rule(Rule("a", .equal, 1))])
        let whatIf = WhatIf(before: before, after: after)
        let enforced = PromptQuery().tag("a", 1).deploymentVariable("b", 2)
        #expect(
            await whatIf.changes(for: [enforced, PromptQuery().tag("a", 1).tag("b", 2)]).map(\.query) == [enforced]
        )
        let changes = await whatIf.changes()
        #expect(
            changes.contains { change in
                change.query == PromptQuery().deploymentVariable("b", 2)
                    && change.before.version == 2 && change.after.version == 1
            }
        )
        // It follows from the shorter one.
        #expect(!changes.contains { $0.query == enforced })
    }

    @Test func `The rules of a changed deployment are tried first, however many others there are`() async {
        var record = split([])
        record.versions = split([1]).versions
        record.deployments["v1"] = (0..<3000).map { index in
            Deployment(
                id: "d\(index)",
                query: RuleGroup(
                    .and,
                    ["a", "b", "c", "d"].map { .rule(Rule($0, .equal, .string("\($0)\(index)"))) }
                )
            )
        }
        var after = record
        after.deployments["v1"]?[2500].query?.rules[3] = .rule(Rule("d", .equal, "new"))
        let changes = await WhatIf(before: record, after: after).changes(limit: 500)
        #expect(changes.count { $0.after.version == nil } >= 1)
        #expect(changes.count { $0.before.version == nil } >= 1)
    }

    @Test func `Reports contain no control characters, and changes can be encoded`() async throws {
        var before = split([1])
        before.deployments["v1"]?[0].query = RuleGroup(.and, [.rule(Rule("a", .atLeast, "x\u{1B}[31m\n"))])
        var after = before
        after.deployments["v1"]?[0].query = RuleGroup(.and, [.rule(Rule("a", .greater, "x\u{1B}[31m\n"))])
        let changes = await WhatIf(before: before, after: after).changes()
        #expect(!changes.isEmpty)
        for change in changes {
            #expect(!change.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
            #expect(try JSONDecoder().decode(WhatIf.Change.self, from: try JSONEncoder().encode(change)) == change)
        }
        before.deployments["v1"]?[0].query = RuleGroup(.and, [.rule(Rule("a", .atLeast, "x"))])
        let values = await WhatIf(before: before, after: before).queries().flatMap(\.conditions).compactMap(
            \.value.asText
        )
        #expect(Set(values) == ["x", "x!", "", "(other)"])
        let wire = try #require(JSONValue(parsing: try JSONEncoder().encode(changes[0])).object)
        #expect(Set(wire.keys).isSuperset(of: ["query", "before", "after"]))
    }

    /// A prompt with 3,000 deployments of version 1, each for one user, and two of other versions.
    private func crowded(_ first: Deployment, _ second: Deployment) -> PromptRecord {
        var record = split([1, 1, 1])
        record.deployments = [
            "v1": (0..<3000).map { index in
                Deployment(
                    id: "u\(index)",
                    query: RuleGroup(.and, [.rule(Rule("user", .equal, .string("u\(index)")))])
                )
            },
            "v2": [first], "v3": [second],
        ]
        return record
    }

    private func deployment(_ id: String, _ rules: [Rule], weight: Double? = nil, age: Int = 0) -> Deployment {
        Deployment(
            id: id,
            timestamp: Timestamp("2026-01-0\(9 - age)T00:00:00Z"),
            query: RuleGroup(.and, rules.map { .rule($0) }),
            weight: weight
        )
    }

    @Test func `A change of one rule, weight or timestamp is found among 3,000 other deployments`() async {
        let y = deployment("y", [Rule("b", .equal, 2)])
        let weighted = deployment("y", [Rule("b", .equal, 2)], weight: 40)
        let alternatives = { (last: String) in
            var deployment = self.deployment("x", [Rule("country", .equal, "de")])
            let plans = ["a", last].map { RuleGroup.Member.rule(Rule("plan", .equal, .string($0))) }
            deployment.query?.rules.append(.group(RuleGroup(.or, plans)))
            return deployment
        }
        let pairs: [(Deployment, Deployment, Deployment)] = [
            (
                deployment("x", [Rule("p", .notEqual, "free"), Rule("p", .equal, "pro"), Rule("r", .equal, "eu")]),
                deployment("x", [Rule("p", .notEqual, "free"), Rule("p", .equal, "pro"), Rule("r", .equal, "us")]), y
            ),
            (
                deployment("x", [Rule("age", .greater, 18), Rule("age", .greater, 30), Rule("c", .equal, "de")]),
                deployment("x", [Rule("age", .greater, 18), Rule("age", .greater, 40), Rule("c", .equal, "de")]), y
            ),
            (alternatives("b"), alternatives("c"), y),
            (
                deployment("x", [Rule("a", .equal, 1)], age: 2), deployment("x", [Rule("a", .equal, 1)]),
                deployment("y", [Rule("b", .equal, 2)], age: 1)
            ),
            (
                deployment("x", [Rule("a", .equal, 1)], weight: 60),
                deployment("x", [Rule("a", .equal, 1)], weight: 70), weighted
            ),
        ]
        for (index, (before, after, other)) in pairs.enumerated() {
            let changes = await WhatIf(before: crowded(before, other), after: crowded(after, other)).changes()
            #expect(!changes.isEmpty, "\(index)")
        }
    }

    @Test func `A version that is added or removed is a change for those who pin it`() async {
        let changes = await WhatIf(before: split([1]), after: split([1, 0])).changes()
        #expect(changes.map(\.query).contains(PromptQuery().version(2)))
        #expect(
            await WhatIf(before: split([1, 0]), after: split([1])).changes().map(\.query).contains(
                PromptQuery().version(2)
            )
        )
    }
}

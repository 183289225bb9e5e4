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

    @Test func `Nothing changes between a prompt and itself`() async throws {
        for name in PromptRecordTests.files {
            let record = try fixture(name)
            #expect(await WhatIf(before: record, after: record).changes(keys: ["ada", "bo"]).isEmpty)
        }
    }

    @Test func `Removing a rule changes the version only for the queries that it excluded`() async throws {
        let before = try fixture("support-reply")
        var after = before
        after.deployments["support-reply-v3"]?[0].query = RuleGroup(.and, [.rule(Rule("plan", .equal, "enterprise"))])
        let changes = await WhatIf(before: before, after: after).changes()
        #expect(!changes.isEmpty)
        for change in changes {
            #expect(change.after.versionID == "support-reply-v3")
            #expect(change.query.conditions.contains { $0.field == "plan" && $0.value == "enterprise" })
            #expect(!change.query.conditions.contains { $0.field == "environment" && $0.value == "production" })
        }
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
        #expect(await WhatIf(before: record, after: record).queries(limit: 50, keys: ["a", "b"]).count == 50)
        let queries = await WhatIf(before: record, after: record).queries()
        #expect(queries.contains { $0.conditions.isEmpty })
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
}

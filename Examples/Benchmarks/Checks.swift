import Tchavi
import TchaviPrompts
import TchaviTesting

/// Measures `explain`, `lint` and `WhatIf` beside a selection, on deep rules and on many deployments.
func measureChecks() async throws {
    print(
        "\nChecks (µs per call)\n\n| prompt | select | explain | lint | what-if, 1000 queries |\n|---|---|---|---|---|"
    )
    for depth in [10, 50, 100] {
        try await measureChecks("\(depth) levels of groups", nested(depth), PromptQuery().tag("f", 1).tag("g", 2))
    }
    for count in [10, 100, 1000, 10_000] {
        let query = PromptQuery().deploymentVariable("environment", "production")
            .deploymentVariable("region", "region-\(count % 4)").deploymentVariable("tenant", "tenant-\(count)")
        try await measureChecks("\(count) deployments", record(count), query)
    }
}

private func measureChecks(_ name: String, _ record: PromptRecord, _ query: PromptQuery) async throws {
    let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
    let selector = CompiledSelector(record)
    var changed = record
    changed.deployments["v1"]?[0].weight = 1
    let whatIf = WhatIf(before: record, after: changed)
    let selecting = measure(2000, runs: 5) { _ = selector.select(query) }.time
    let explaining = try await measure(3, runs: 3) { _ = try await library.explain(record.promptID, matching: query) }
    let linting = await measure(1, runs: 3) { _ = await record.lint() }
    let comparing = await measure(1, runs: 3) { _ = await whatIf.changes(limit: 1000) }
    let times = [selecting, explaining, linting, comparing].map(microseconds).joined(separator: " | ")
    print("| \(name) | \(times) |")
}

/// Returns a prompt with one deployment, whose groups are nested this deep, AND and OR in turn, every third negated.
private func nested(_ depth: Int) -> PromptRecord {
    var group = RuleGroup(.and, [.rule(Rule("f", .equal, 1))])
    for level in 1..<depth {
        let rule = RuleGroup.Member.rule(Rule(level.isMultiple(of: 2) ? "f" : "g", .notEqual, 3))
        group = RuleGroup(
            level.isMultiple(of: 2) ? .and : .or,
            [rule, .group(group)],
            not: level.isMultiple(of: 3)
        )
    }
    let config = PromptVersionConfig(id: "c", messages: [.system("Hi")], model: "gpt-4o-mini")
    return PromptRecord(
        promptID: "p",
        versions: [PromptVersion(id: "v1", version: 1, promptID: "p", config: config)],
        deployments: ["v1": [Deployment(id: "d1", query: group)]]
    )
}

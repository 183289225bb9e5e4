import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import TestSupport
import Testing

struct DeploymentLintTests {
    private func rules(_ rules: Rule..., combinator: RuleGroup.Combinator = .and, not: Bool = false) -> RuleGroup {
        RuleGroup(combinator, rules.map { .rule($0) }, not: not)
    }

    /// A prompt with one version for each deployment, and a fallback.
    private func record(
        _ deployments: [Deployment],
        texts: [String] = [],
        tags: [Int: [String: ConditionValue]] = [:]
    ) -> PromptRecord {
        let versions = deployments.indices.map { index in
            let text = texts.indices.contains(index) ? texts[index] : "x"
            let config = PromptVersionConfig(
                id: "c",
                messages: [.system(.text(text))],
                model: "m",
                tags: tags[index] ?? [:]
            )
            return PromptVersion(id: "v\(index + 1)", version: index + 1, promptID: "p", config: config)
        }
        let pairs = zip(versions, deployments).map { ($0.id, [$1]) }
        return PromptRecord(
            promptID: "p",
            versions: versions,
            deployments: Dictionary(uniqueKeysWithValues: pairs),
            fallbackVersion: versions.first
        )
    }

    private let old = Timestamp("2026-01-01T00:00:00Z")
    private let new = Timestamp("2026-02-01T00:00:00Z")
    private let us = Rule("region", .equal, "us")

    @Test func `A deployment that could not be read does not tie with another`() async {
        var unreadable = Deployment(id: "b", timestamp: old)
        unreadable.unreadableReason = "p/prompt.json:3:5: error: …"
        let record = record([Deployment(id: "a", timestamp: old), unreadable])
        #expect(await record.lint().isEmpty)
    }

    @Test func `Nothing is found in the fixture library`() async throws {
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: LocalGateway().client())
        #expect(try await library.lint() == [])
    }

    @Test func `A deployment that a newer one always outranks`() async {
        let findings = await record([
            Deployment(id: "a", timestamp: old, query: rules(us, Rule("plan", .equal, "pro"))),
            Deployment(id: "b", timestamp: new, query: rules(Rule("plan", .equal, "pro"), us)),
        ]).lint()
        #expect(findings.map(\.kind) == [.neverSelected])
        #expect(findings[0].deploymentID == "a")
        #expect(findings[0].versionID == "v1")
        #expect(findings[0].description.contains("b, which is newer"))
    }

    @Test func `Two deployments that always tie`() async {
        let findings = await record([
            Deployment(id: "a", timestamp: old, query: rules(us)),
            Deployment(id: "b", timestamp: old, query: rules(us)),
        ]).lint()
        #expect(findings.map(\.kind) == [.alwaysTies])
        let weighted = record([
            Deployment(id: "a", timestamp: old, query: rules(us), weight: 1),
            Deployment(id: "b", timestamp: old, query: rules(us), weight: 1),
        ])
        #expect(await weighted.lint() == [])
    }

    @Test(arguments: [
        [Rule("a", .equal, "x"), Rule("a", .equal, "y")], [Rule("a", .equal, "x"), Rule("a", .notEqual, "x")],
        [Rule("a", .greater, 5), Rule("a", .less, 5)], [Rule("a", .greater, 5), Rule("a", .atMost, 5)],
        [Rule("a", .equal, true), Rule("a", .equal, false)], [Rule("a", .equal, 7), Rule("a", .less, 7)],
        [Rule("a", .includes, ["x", "y"]), Rule("a", .equal, "z")],
    ])
    func `Rules that cannot be satisfied together`(pair: [Rule]) async {
        let findings = await record([Deployment(id: "d", query: RuleGroup(.and, pair.map { .rule($0) }))]).lint()
        #expect(findings.map(\.kind) == [.contradiction])
        #expect(findings[0].rule == pair[1])
        #expect(findings[0].severity == .error)
    }

    @Test(arguments: [
        [Rule("a", .greater, 5), Rule("a", .less, 6)], [Rule("a", .atLeast, 5), Rule("a", .atMost, 5)],
        [Rule("a", .notEqual, "x"), Rule("a", .notEqual, "y")],
        [Rule("a", .includes, ["x", "y"]), Rule("a", .equal, "y")],
        [Rule("a", .greater, "x"), Rule("a", .less, "xy")], [Rule("a", .excludes, ["x"]), Rule("a", .notEqual, "y")],
        [Rule("a", .equal, "true"), Rule("a", .equal, true)],
    ])
    func `Rules that can be satisfied together are not reported`(pair: [Rule]) async {
        #expect(await record([Deployment(id: "d", query: RuleGroup(.and, pair.map { .rule($0) }))]).lint() == [])
        let alternatives = RuleGroup(.or, [.rule(Rule("a", .equal, "x")), .rule(Rule("a", .equal, "y"))])
        #expect(await record([Deployment(id: "d", query: alternatives)]).lint() == [])
    }

    @Test func `A tag that contradicts a rule`() async {
        let record = record(
            [Deployment(id: "d", query: rules(Rule("locale", .equal, "fr")))],
            tags: [0: ["locale": "de"]]
        )
        #expect(await record.lint().map(\.kind) == [.contradiction])
    }

    @Test(arguments: [
        Rule("a", .greater, true), Rule("a", .less, ["x"]), Rule("a", .includes, 5), Rule("a", .excludes, false),
    ])
    func `A comparison that no value satisfies`(rule: Rule) async {
        let findings = await record([Deployment(id: "d", query: rules(rule))]).lint()
        #expect(findings.map(\.kind) == [.incomparable])
        #expect(findings[0].rule == rule)
    }

    @Test func `Rules that compare one field with two types`() async {
        let findings = await record([
            Deployment(id: "a", query: rules(Rule("beta", .equal, true))),
            Deployment(id: "b", query: rules(Rule("beta", .equal, 1))),
        ]).lint()
        #expect(findings.map(\.kind) == [.mixedTypes])
        #expect(findings[0].severity == .warning)
    }

    @Test func `Unknown operators and combinators`() async {
        let findings = await record([
            Deployment(id: "a", query: rules(Rule("a", "~=", "x"))),
            Deployment(id: "b", query: rules(us, combinator: "XOR")),
        ]).lint()
        #expect(findings.map(\.kind) == [.unknownOperator, .unknownOperator])
        #expect(findings.map(\.deploymentID) == ["a", "b"])
    }

    @Test func `Weights that are all zero`() async {
        let findings = await record([
            Deployment(id: "a", query: rules(us), weight: 0), Deployment(id: "b", query: rules(us), weight: -1),
        ]).lint()
        #expect(findings.map(\.kind) == [.negativeWeight, .zeroWeights])
    }

    @Test func `A weight of zero is reported only for a deployment that is selected`() async {
        let paused = await record([
            Deployment(id: "a", timestamp: old, query: rules(us), weight: 0),
            Deployment(id: "b", timestamp: new, query: rules(us)),
        ]).lint()
        #expect(paused == [])
        let selected = await record([
            Deployment(id: "a", timestamp: new, query: rules(us), weight: 0),
            Deployment(id: "b", timestamp: old, query: rules(us), weight: 0),
        ]).lint()
        #expect(selected.map(\.kind) == [.zeroWeights])
        #expect(selected.first?.deploymentID == "a")
        #expect(selected.first?.message.contains("All 2 weights") == true)
        let alone = await record([
            Deployment(id: "a", timestamp: new, query: rules(us), weight: 0),
            Deployment(id: "b", timestamp: old, query: rules(us)),
        ]).lint()
        #expect(alone.map(\.kind) == [.neverSelected, .zeroWeights])
        #expect(alone.map(\.deploymentID) == ["b", "a"])
    }

    @Test func `A deployment that is outranked by different ones for different queries names none`() async {
        let either = Rule("a", .includes, ["x", "y"])
        let findings = await record([
            Deployment(id: "first", query: rules(either)),
            Deployment(id: "second", query: rules(either, Rule("a", .excludes, ["x"]))),
            Deployment(id: "third", query: rules(either, Rule("a", .includes, ["x"]))),
        ]).lint()
        #expect(findings.map(\.kind) == [.neverSelected])
        #expect(findings.first?.deploymentID == "first")
        #expect(findings.first?.message.hasPrefix("For each of its queries one of several deployments") == true)
        #expect(findings.first?.description.contains("second") == false)
    }

    @Test(arguments: [RuleGroup(.or, []), RuleGroup(.and, [], not: true), RuleGroup(.or, [.group(RuleGroup(.or, []))])])
    func `A group without alternatives is never true`(group: RuleGroup) async {
        let findings = await record([Deployment(id: "d", query: RuleGroup(.and, [.rule(us), .group(group)]))]).lint()
        #expect(findings.map(\.kind) == [.contradiction])
        #expect(findings.first?.severity == .error)
        #expect(findings.first?.message.contains("the group has no alternatives, so it is never true") == true)
        let alternative = RuleGroup(.or, [.rule(us), .group(group)])
        #expect(await record([Deployment(id: "d", query: alternative)]).lint() == [])
    }

    @Test func `Rules after a group of unknown operators are not compared`() async {
        let unknown = RuleGroup(.or, [.rule(Rule("a", "~=", "x")), .rule(Rule("b", "~=", "x"))])
        let query = RuleGroup(.and, [.rule(us), .group(unknown)])
        let findings = await record([
            Deployment(id: "a", timestamp: old, query: query), Deployment(id: "b", timestamp: new, query: query),
        ]).lint()
        #expect(Set(findings.map(\.kind)) == [.unknownOperator])
    }

    @Test func `A rule on promptVersionNumber is an error`() async {
        let rule = Rule("promptVersionNumber", .equal, 1)
        let findings = await record([Deployment(id: "d", query: rules(rule))]).lint()
        #expect(findings.map(\.kind) == [.neverSelected])
        #expect(findings.first?.severity == .error)
        #expect(findings.first?.rule == rule)
    }

    @Test(arguments: [
        RuleOperator.versionEqual, .versionGreater, .versionLess, .versionAtLeast, .versionAtMost,
    ])
    func `A version is compared with a number that has a fraction`(operator: RuleOperator) async {
        let findings = await record([Deployment(id: "d", query: rules(Rule("a", `operator`, 2.10)))]).lint()
        #expect(findings.map(\.kind) == [.numericVersion])
        #expect(findings.first?.advice.hasPrefix("Write the version as a string: `\"2.10\"` or `\"2.1\"`") == true)
    }

    @Test func `An infinite weight leaves no arm that is known to be empty`() async {
        let findings = await record(
            [1, .infinity, 1].enumerated().map { index, weight in
                Deployment(id: "d\(index)", query: rules(us), weight: weight)
            }
        ).lint()
        #expect(findings == [])
    }

    @Test func `An experiment whose arms have different rules`() async {
        let findings = await record([
            Deployment(id: "a", query: rules(us), weight: 1, experiment: "e"),
            Deployment(id: "b", query: rules(Rule("region", .equal, "eu")), weight: 1, experiment: "e"),
        ]).lint()
        #expect(findings.map(\.kind) == [.unequalArms])
        #expect(findings[0].deploymentID == "b")
    }

    @Test func `A deployment of a version that does not exist`() async {
        var record = record([Deployment(id: "a")])
        record.deployments["gone"] = [Deployment(id: "ghost")]
        let findings = await record.lint()
        #expect(findings.map(\.kind) == [.missingVersion])
        #expect(findings[0].versionID == "gone")
    }

    @Test func `A prompt without a version for a query that no deployment matches`() async {
        var record = record([Deployment(id: "a", query: rules(us))])
        record.fallbackVersion = nil
        #expect(await record.lint().map(\.kind) == [.noFallback])
    }

    @Test func `A variable that the version before does not need`() async {
        let findings = await record(
            [
                Deployment(id: "a", timestamp: old, query: rules(us)),
                Deployment(id: "b", timestamp: new, query: rules(us)),
            ],
            texts: ["Hello <<name>>", "Hello <<name>> of <<company>>"]
        ).lint()
        #expect(findings.contains { $0.kind == .newVariable && $0.message.contains("`company`") })
    }

    @Test func `The most severe findings come first`() async {
        var record = record([Deployment(id: "a", query: rules(Rule("a", "~=", 1)))])
        record.fallbackVersion = nil
        #expect(await record.lint().map(\.severity) == [.error, .warning])
    }

    @Test func `A tag is another alternative of an OR, not a contradiction`() async {
        let query = rules(Rule("tier", .equal, "pro"), combinator: .or)
        #expect(await record([Deployment(id: "d", query: query)], tags: [0: ["tier": "free"]]).lint() == [])
    }

    @Test func `A deployment without a weight gets no users beside a weighted one`() async {
        let findings = await record([
            Deployment(id: "a", timestamp: old, query: rules(us)),
            Deployment(id: "b", timestamp: old, query: rules(us), weight: 0.1),
        ]).lint()
        #expect(findings.map(\.kind) == [.neverSelected])
        #expect(findings[0].deploymentID == "a")
        #expect(findings[0].message.contains("has a weight"))
    }

    @Test func `A newer deployment loses against the arms of a split, and paused ones are not reported`() async {
        let findings = await record([
            Deployment(id: "a", timestamp: old, query: rules(us), weight: 1),
            Deployment(id: "b", timestamp: old, query: rules(us), weight: 0),
            Deployment(id: "c", timestamp: new, query: rules(us)),
        ]).lint()
        #expect(findings.map(\.kind) == [.neverSelected])
        #expect(findings[0].deploymentID == "c")
    }

    @Test func `Ties and older deployments name the one that is selected`() async {
        let findings = await record([
            Deployment(id: "a", timestamp: old, query: rules(us)),
            Deployment(id: "b", timestamp: new, query: rules(us)),
            Deployment(id: "c", timestamp: new, query: rules(us)),
        ]).lint()
        #expect(findings.map(\.kind) == [.neverSelected, .alwaysTies])
        #expect(findings.map(\.deploymentID) == ["a", "b"])
        #expect(findings.allSatisfy { $0.message.contains(" c, ") })
    }

    @Test func `A repeated rule makes a deployment more specific, so that it does not tie`() async {
        let findings = await record([
            Deployment(id: "a", timestamp: new, query: rules(us)),
            Deployment(id: "b", timestamp: new, query: rules(us, us)),
        ]).lint()
        #expect(findings.map(\.kind) == [.neverSelected])
        #expect(findings[0].deploymentID == "a")
        #expect(findings[0].message.contains("more specific"))
    }

    @Test func `Fields that differ in their bytes are different, as for selection`() async {
        let findings = await record([
            Deployment(id: "a", query: rules(Rule("caf\u{e9}", .equal, "x"))),
            Deployment(id: "b", query: rules(Rule("cafe\u{301}", .equal, "x"))),
        ]).lint()
        #expect(findings == [])
    }

    @Test func `Only arms that are alone in their audience are compared with the others of an experiment`() async {
        let eu = Rule("region", .equal, "eu")
        func arm(_ id: String, _ rule: Rule) -> Deployment {
            Deployment(id: id, query: rules(rule), weight: 1, experiment: "e")
        }
        let both = await record([arm("a", us), arm("b", us), arm("c", eu), arm("d", eu)]).lint()
        #expect(both == [])
        let one = await record([arm("a", eu), arm("b", us), arm("c", us)]).lint()
        #expect(one.map(\.kind) == [.unequalArms])
        #expect(one[0].deploymentID == "a")
        // A tag counts if a rule is on the same field.
        let tags: [Int: [String: ConditionValue]] = [0: ["tone": "formal"], 1: ["tone": "warm"]]
        #expect(await record([arm("a", us), arm("b", us)], tags: tags).lint() == [])
        let rule = Deployment(id: "c", query: rules(Rule("tone", .equal, "brief")))
        #expect(await record([arm("a", us), arm("b", us), rule], tags: tags).lint().map(\.kind) == [.unequalArms])
    }

    @Test(arguments: [
        ("2.10.0", ["2.10.0"]), ("2.10", ["2.10"]), ("v1.4", ["v1.4"]), ("1.4-beta", ["1.4-beta"]), ("18", ["18"]),
        ("-5", ["-5"]),
        ("2026.01.05", []), ("2026.11.21", []), ("2026-11-21", []), ("20261121", []), ("007", []), ("m", []), ("", []),
        ("1.x", []),
    ])
    func `Versions and numbers that are compared as text`(value: String, expected: [String]) async {
        for `operator` in [RuleOperator.greater, .less, .atLeast, .atMost] {
            for not in [false, true] {
                let query = rules(Rule("a", `operator`, .string(value)), not: not)
                let findings = await record([Deployment(id: "d", query: query)]).lint()
                #expect(findings.map(\.kind) == expected.map { _ in .lexicographicComparison })
                #expect(findings.allSatisfy { $0.severity == .warning })
            }
        }
    }

    @Test(arguments: [
        [Rule("a", .greater, 15), Rule("a", .includes, "abc 17 def")],
        [Rule("a", .equal, 5), Rule("a", .greater, "5")],
        [Rule("a", .equal, true), Rule("a", .notEqual, 1)], [Rule("a", .equal, 5), Rule("a", .equal, "5.0")],
        [Rule("a", .equal, ["x"]), Rule("a", .equal, "[\"x\"]")],
        [Rule("a", .versionGreater, "2.9"), Rule("a", .versionLess, "2.9.0.1")],
    ])
    func `Rules of different types that one value satisfies are no contradiction`(pair: [Rule]) async {
        let query = RuleGroup(.and, pair.map { .rule($0) })
        let kinds = await record([Deployment(id: "d", query: query)]).lint().map(\.kind)
        #expect(kinds.filter { $0 != .lexicographicComparison } == [])
    }

    @Test(arguments: [
        [Rule("a", .greater, 18), Rule("a", .includes, "abc 17 def")],
        [Rule("a", .equal, true), Rule("a", .atLeast, 1)],
        [Rule("a", .equal, ["x"]), Rule("a", .equal, 5)], [Rule("a", .includes, ["x", "y"]), Rule("a", .greater, 3)],
        [Rule("a", .versionGreater, "2.9"), Rule("a", .versionLess, "2.9")],
        [Rule("a", .versionAtLeast, "2.10"), Rule("a", .versionLess, "2.9")],
        [Rule("a", .includes, "xy"), Rule("a", .excludes, "wxyz")],
    ])
    func `Rules of different types that no value satisfies`(pair: [Rule]) async {
        let alternatives = RuleGroup(.or, [.rule(Rule("b", .equal, "x")), .rule(Rule("c", .equal, "x"))])
        for further in [[], [RuleGroup.Member.group(alternatives)]] {
            let query = RuleGroup(.and, pair.map { .rule($0) } + further)
            let findings = await record([Deployment(id: "d", query: query)]).lint()
            #expect(findings.map(\.kind) == [.contradiction])
        }
    }

    @Test func `An arm without a bucket is reported only if no other split can change its range`() async {
        func arms(_ third: Rule) -> PromptRecord {
            record([
                Deployment(id: "a", query: rules(us), weight: 1e9), Deployment(id: "b", query: rules(us), weight: 1),
                Deployment(id: "c", query: rules(third), weight: 1e9),
            ])
        }
        // A query in another region has no arm of the split in its own.
        let alone = await arms(Rule("region", .equal, "eu")).lint()
        #expect(alone.map(\.kind) == [.unreachableArm])
        #expect(alone.first?.deploymentID == "b")
        // Of three arms, the second has the bucket 0.5.
        #expect(await arms(Rule("plan", .equal, "pro")).lint() == [])
    }

    @Test func `Thousands of deployments, rules and levels are checked`() async {
        let deployments = (0..<2000).map { Deployment(id: "d\($0)", timestamp: old, query: rules(us)) }
        var record = record([Deployment(id: "other")])
        record.deployments["v1"] = deployments
        #expect(await record.lint().count == 1999)
        let alternatives = (0..<5000).map { RuleGroup.Member.rule(Rule("a", .notEqual, .string("x\($0)"))) }
        record.deployments["v1"] = [Deployment(id: "d", query: RuleGroup(.and, alternatives))]
        #expect(await record.lint() == [])
        var nested = rules(us)
        for level in 0..<100 {
            nested = RuleGroup(level.isMultiple(of: 2) ? .or : .and, [.group(nested), .rule(Rule("a", .equal, "x"))])
        }
        record.deployments["v1"] = ["a", "b"].map { Deployment(id: $0, query: nested) }
        #expect(await record.lint().map(\.kind) == [.alwaysTies])
    }

    @Test func `One contradiction of a field is reported`() async {
        let equalities = (0..<50).map { RuleGroup.Member.rule(Rule("a", .equal, .string("x\($0)"))) }
        let findings = await record([Deployment(id: "d", query: RuleGroup(.and, equalities))]).lint()
        #expect(findings.map(\.kind) == [.contradiction])
    }

    @Test(arguments: [
        RuleOperator.versionEqual, .versionGreater, .versionLess, .versionAtLeast, .versionAtMost,
    ])
    func `A version is compared with a value that is not a version`(operator: RuleOperator) async {
        for value in ["latest", true, ["2.9"], ""] as [ConditionValue] {
            let findings = await record([Deployment(id: "d", query: rules(Rule("a", `operator`, value)))]).lint()
            #expect(findings.map(\.kind) == [.incomparable])
        }
        for value in ["2.10", " v2 ", 2, 2.0] as [ConditionValue] {
            #expect(await record([Deployment(id: "d", query: rules(Rule("a", `operator`, value)))]).lint() == [])
        }
    }

    @Test func `The description escapes control characters of the record`() async {
        let rule = Rule("a\u{1B}[2J", "~\n=", "\u{202E}x")
        let findings = await record([Deployment(id: "d\r", query: rules(rule))]).lint()
        let description = findings[0].description
        #expect(description.contains(#"d\u{D} / `a\u{1B}[2J ~\u{A}= \u{202E}x`"#))
        #expect(!description.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
    }
}

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
        #expect(findings.map(\.kind) == [.incomparable])
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
        #expect(findings.map(\.kind) == [.zeroWeights])
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
}

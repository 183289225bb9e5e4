import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct SelectorTests {
    /// A prompt with one version for each deployment.
    private func record(_ deployments: [Deployment], tags: [Int: [String: ConditionValue]] = [:]) -> PromptRecord {
        let versions = deployments.indices.map { index in
            let config = PromptVersionConfig(id: "c", messages: [], model: "m", tags: tags[index + 1] ?? [:])
            return PromptVersion(id: "v\(index + 1)", version: index + 1, promptID: "p", config: config)
        }
        let pairs = zip(versions, deployments).map { ($0.id, [$1]) }
        return PromptRecord(promptID: "p", versions: versions, deployments: Dictionary(uniqueKeysWithValues: pairs))
    }

    private func picked(_ record: PromptRecord, _ query: PromptQuery) -> Int? {
        CompiledSelector(record).select(query).version?.version
    }

    @Test func `Strings are compared by their bytes, not by Unicode equivalence`() {
        let composed = "caf\u{e9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        let record = record([
            Deployment(id: "d", query: RuleGroup(.and, [.rule(Rule("place", .equal, .string(composed)))]))
        ])
        #expect(picked(record, PromptQuery().tag("place", composed)) == 1)
        #expect(picked(record, PromptQuery().tag("place", decomposed)) == nil)
        let field = self.record([Deployment(id: "d", query: RuleGroup(.and, [.rule(Rule(composed, .equal, 1))]))])
        #expect(picked(field, PromptQuery().tag(decomposed, 1)) == nil)
        let both = PromptQuery().tag(composed, 1).tag(decomposed, 2)
        #expect(both.conditions.count == 2)
    }

    @Test func `Comparisons are between the query's value and the rule's`() {
        let record = record([Deployment(id: "adults", query: RuleGroup(.and, [.rule(Rule("age", .greater, 18))]))])
        #expect(picked(record, PromptQuery().tag("age", 20)) == 1)
        #expect(picked(record, PromptQuery().tag("age", " 20.5e0 ")) == 1)
        #expect(picked(record, PromptQuery().tag("age", 18)) == nil)
        #expect(picked(record, PromptQuery().tag("age", "old")) == nil)
    }

    @Test func `A condition that is set again is replaced, and calls return copies`() {
        let first = PromptQuery().tag("plan", "free")
        let second = first.tag("plan", "pro")
        #expect(first.conditions.map(\.value) == ["free"])
        #expect(second.conditions.map(\.value) == ["pro"])
    }

    @Test func `A version can be pinned, deployed or not, and latest is the highest number`() {
        var record = record([Deployment(id: "d")])
        record.versions.append(PromptVersion(id: "v9", version: 9, promptID: "p", config: nil))
        record.versions.append(PromptVersion(id: "v5", version: 5, promptID: "p", config: nil))
        #expect(picked(record, PromptQuery()) == 1)
        #expect(picked(record, PromptQuery().version(5)) == 5)
        #expect(picked(record, PromptQuery().version(6)) == nil)
        #expect(picked(record, PromptQuery().latest()) == 9)
        #expect(picked(record, PromptQuery().latest().requiringMatch()) == 9)
        #expect(picked(record, PromptQuery().folder("elsewhere").version(5)) == nil)
    }

    @Test func `Requiring a match excludes unconditional deployments and the fallback`() {
        var record = record([Deployment(id: "everyone")])
        #expect(picked(record, PromptQuery().tag("a", 1)) == 1)
        #expect(picked(record, PromptQuery().tag("a", 1).requiringMatch()) == nil)
        record.deployments = [:]
        record.fallbackVersion = record.versions[0]
        #expect(picked(record, PromptQuery()) == 1)
        #expect(picked(record, PromptQuery().requiringMatch()) == nil)
    }

    @Test func `A tag alone selects a version`() {
        let record = record(
            [Deployment(id: "a"), Deployment(id: "b")],
            tags: [1: ["locale": "fr"], 2: ["locale": "de"]]
        )
        #expect(picked(record, PromptQuery().tag("locale", "fr")) == 1)
        #expect(picked(record, PromptQuery().tag("locale", "de")) == 2)
    }

    @Test func `An explanation says why each deployment was excluded`() throws {
        let record = record([
            Deployment(id: "everyone"),
            Deployment(id: "eu", query: RuleGroup(.and, [.rule(Rule("region", .equal, "eu"))])),
            Deployment(
                id: "us-pro",
                query: RuleGroup(.and, [.rule(Rule("region", .equal, "us")), .rule(Rule("plan", .equal, "pro"))])
            ),
            Deployment(id: "us", query: RuleGroup(.and, [.rule(Rule("region", .equal, "us"))])),
            Deployment(id: "odd", query: RuleGroup(.and, [.rule(Rule("region", "~=", "us"))])),
            Deployment(id: "beta", query: RuleGroup(.and, [.rule(Rule("beta", .equal, true))])),
            Deployment(id: "nobody", query: RuleGroup("XOR", [.rule(Rule("region", .equal, "us"))])),
            Deployment(id: "not-us", query: RuleGroup(.and, [.rule(Rule("region", .equal, "us"))], not: true)),
        ])
        let query = PromptQuery().deploymentVariable("region", "us").tag("plan", "pro")
        let explanation = CompiledSelector(record).explain(query)
        #expect(explanation.selection.deploymentID == "us-pro")
        let reasons = Dictionary(uniqueKeysWithValues: explanation.verdicts.map { ($0.deploymentID, $0) })
        #expect(reasons["everyone"]?.outcome == .notNeeded)
        #expect(reasons["eu"]?.reason == "`region = eu`: the query has `us`.")
        #expect(reasons["us-pro"]?.outcome == .picked)
        #expect(reasons["us"]?.outcome == .outranked)
        #expect(reasons["odd"]?.unknownOperators == ["~="])
        #expect(reasons["odd"]?.reason == "`region ~= us`: the operator `~=` is unknown.")
        #expect(reasons["beta"]?.reason == "`beta = true`: the query does not mention `beta`.")
        #expect(reasons["nobody"]?.reason == "The combinator `XOR` is unknown.")
        #expect(reasons["not-us"]?.reason == "`not region = us`: the query has `us`.")
        #expect(explanation.description.contains("* us-pro"))
    }

    @Test func `An explanation names enforced conditions that no deployment uses`() {
        let record = record([Deployment(id: "us", query: RuleGroup(.and, [.rule(Rule("region", .equal, "us"))]))])
        let query = PromptQuery().deploymentVariable("region", "us").deploymentVariable("environment", "production")
        let explanation = CompiledSelector(record).explain(query)
        #expect(explanation.selection.reason == .none)
        #expect(explanation.unusedEnforcedConditions.map(\.field) == ["environment"])
        #expect(explanation.verdicts[0].reason == "It does not use `environment`, which the query enforces.")
    }

    @Test func `An explanation of a split has the bucket, the arm and the other arms' ranges`() {
        let record = record([Deployment(id: "a", weight: 1, experiment: "tone"), Deployment(id: "b", weight: 3)])
        let explanation = CompiledSelector(record).explain(PromptQuery().bucketed(by: "ada"))
        #expect(explanation.selection.reason == .split)
        #expect(explanation.selection.experiment == "tone")
        #expect(explanation.selection.bucket == Split(salt: "tone", weights: []).bucket(for: "ada"))
        let other = explanation.verdicts.first { $0.outcome == .otherArm }
        #expect(
            other?.reason == "Its arm of the split is from 0 up to 0.25."
                || other?.reason == "Its arm of the split is from 0.25 up to 1."
        )
        #expect(CompiledSelector(record).select(PromptQuery()).selection.bucket == nil)
    }

    @Test func `A selection is read and written without loss`() throws {
        let record = record([Deployment(id: "a", weight: 1), Deployment(id: "b", weight: 3)])
        let selection = CompiledSelector(record).select(PromptQuery().bucketed(by: "ada")).selection
        #expect(try JSONDecoder().decode(Selection.self, from: JSONEncoder().encode(selection)) == selection)
    }

    @Test func `Version ids are compared by their bytes, and the later of latest and a pin applies`() {
        let version = PromptVersion(id: "caf\u{e9}", version: 1, promptID: "p", config: nil)
        let record = PromptRecord(
            promptID: "p",
            versions: [version],
            deployments: ["cafe\u{301}": [Deployment(id: "d")]]
        )
        #expect(picked(record, PromptQuery()) == nil)
        let two = self.record([Deployment(id: "a"), Deployment(id: "b")])
        #expect(picked(two, PromptQuery().latest().version(1)) == 1)
        #expect(picked(two, PromptQuery().version(1).latest()) == 2)
    }

    @Test func `NaN satisfies no comparison`() {
        let record = record([Deployment(id: "d", query: RuleGroup(.and, [.rule(Rule("score", .atLeast, 18))]))])
        #expect(picked(record, PromptQuery().tag("score", Double.nan)) == nil)
        #expect(picked(record, PromptQuery().tag("score", 18)) == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func `Explaining nested groups takes time in proportion to their rules`() {
        var group = RuleGroup(.and, [.rule(Rule("a", .equal, "x"))])
        for _ in 0..<60 { group = RuleGroup(.and, [.group(group)]) }
        let version = PromptVersion(id: "v", version: 1, promptID: "p", config: nil)
        let deployments = ["v": [Deployment(id: "d", query: group)]]
        let record = PromptRecord(promptID: "p", versions: [version], deployments: deployments)
        let explanation = CompiledSelector(record).explain(PromptQuery().tag("a", "y"))
        #expect(explanation.verdicts[0].reason == "`a = x`: the query has `y`.")
    }

    @Test func `An explanation says how the values of a rule that holds were ordered`() {
        let rules = ["version >=", ">="].map { RuleGroup.Member.rule(Rule("app", RuleOperator(rawValue: $0), "3.0")) }
        let record = record([Deployment(id: "d", query: RuleGroup(.and, rules))])
        let verdict = CompiledSelector(record).explain(PromptQuery().tag("app", "4.0")).verdicts[0]
        #expect(verdict.outcome == .picked)
        #expect(verdict.reason.hasSuffix("`app >= 3.0` holds for `4.0`, compared as text."))
        #expect(verdict.reason.contains("`app version >= 3.0` holds for `4.0`, compared as versions."))
    }
}

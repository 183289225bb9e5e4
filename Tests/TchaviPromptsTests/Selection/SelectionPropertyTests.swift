import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

/// The compiled selector against ``SelectionOracle``, on records and queries that are made up; the seed makes them the same in
/// every run.
@Suite(.computation)
struct SelectionPropertyTests {
    private static let fields = ["region", "plan", "age", "beta", "caf\u{e9}", "cafe\u{301}"]
    private static let values: [ConditionValue] = [
        "us", "eu", "", "true", "FALSE ", "18", " 1.8e1 ", "20.5", "abc", "[\"us\",\"eu\"]", "[1]", "caf\u{e9}",
        "cafe\u{301}", "Infinity", "-0", "2.9", " v2.10.0 ", "2.10-beta.2", "2.10.0-beta.11+7", "1..2",
        18, 20, 0, .integer(9_007_199_254_740_993), 20.5, -0.0, .number(.infinity), .number(.nan), true, false,
        ["us", "eu"], ["us"], [], ["eu", "us"],
    ]
    private static let operators: [RuleOperator] = [
        "=", "=", "=", "=", "!=", ">", "<", ">=", "<=", "includes", "does not include", "~=",
        "version =", "version >", "version <", "version >=", "version <=",
    ]

    static func group(_ generator: inout Generator, depth: Int) -> RuleGroup {
        let members = (0..<Int.random(in: depth == 0 ? 0...3 : 0...2, using: &generator)).map { _ -> RuleGroup.Member in
            if depth < 2, generator.chance(25) { return .group(group(&generator, depth: depth + 1)) }
            return .rule(Rule(generator.pick(fields), generator.pick(operators), generator.pick(values)))
        }
        let combinator: RuleGroup.Combinator = generator.chance(2) ? "XOR" : generator.pick(["AND", "and", "OR"])
        return RuleGroup(combinator, members, not: generator.chance(20))
    }

    static func record(_ generator: inout Generator) -> PromptRecord {
        var deployments: [String: [Deployment]] = [:]
        let versions = (1...Int.random(in: 1...5, using: &generator)).map { number -> PromptVersion in
            var tags: [String: ConditionValue] = [:]
            if generator.chance(30) { tags[generator.pick(fields)] = generator.pick(values) }
            if generator.chance(10) { tags[generator.pick(fields)] = generator.pick(values) }
            let config = PromptVersionConfig(id: "c", messages: [], model: "m", tags: tags)
            deployments["v\(number)"] = (0..<Int.random(in: 0...3, using: &generator)).map { index in
                Deployment(
                    id: "d\(generator.chance(5) ? 0 : number * 10 + index)",
                    timestamp: generator.chance(80)
                        ? Timestamp("2026-01-0\(Int.random(in: 1...3, using: &generator))T00:00:00Z") : nil,
                    query: generator.chance(85) ? group(&generator, depth: 0) : nil,
                    weight: generator.chance(25) ? generator.pick([0, -1, 1, 2, 33.3]) : nil,
                    experiment: generator.chance(15) ? generator.pick(["", "a", "b"]) : nil
                )
            }
            return PromptVersion(
                id: "v\(number)",
                version: generator.chance(5) ? 1 : number,
                promptID: "p",
                config: config
            )
        }
        deployments["gone"] = [Deployment(id: "ghost")]
        return PromptRecord(
            promptID: "p",
            folderID: "f",
            versions: versions,
            deployments: deployments,
            fallbackVersion: generator.chance(50) ? versions[0] : nil
        )
    }

    static func query(_ generator: inout Generator) -> PromptQuery {
        var query = PromptQuery()
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            query = query.tag(generator.pick(fields), generator.pick(values), isEnforced: generator.chance(30))
        }
        if generator.chance(15) { query = query.exactMatch() }
        if generator.chance(20) { query = query.enforcing(.any) }
        if generator.chance(50) { query = query.bucketed(by: "user-\(Int.random(in: 0..<100, using: &generator))") }
        if generator.chance(3) { query = query.version(Int.random(in: 0...6, using: &generator)) }
        if generator.chance(2) { query = query.tag(PromptQuery.versionField, generator.pick(values)) }
        if generator.chance(3) { query = query.latest() }
        if generator.chance(5) { query = query.folder(generator.pick(["f", "g"])) }
        if generator.chance(15) { query = query.requiringMatch() }
        return query
    }

    /// Compares the compiled selector with the oracle: what is selected, and for every deployment whether it competes and
    /// with what rank, or what keeps it out.
    /// The explanation is compared only on request, as it takes most of the time.
    ///
    /// - Returns: What differs, or `nil`.
    static func difference(
        _ selector: CompiledSelector,
        _ oracle: SelectionOracle.Result,
        _ query: PromptQuery,
        explains: Bool
    ) -> String? {
        let result = selector.select(query)
        let selection = oracle.selection(of: selector.record.promptID)
        guard result.selection == selection, result.version == oracle.version, result.split == oracle.split else {
            return "\(result.selection) and \(selection)"
        }
        let explainer = SelectionExplainer(selector, query)
        guard explainer.standings.count == oracle.deployments.count else { return "\(explainer.standings)" }
        for (standing, expected) in zip(explainer.standings, oracle.deployments) {
            guard standing.deployment.candidate.deployment.id == expected.deployment.id,
                isSame(standing.exclusion, expected.exclusion)
            else { return "\(standing) and \(expected)" }
            // Nothing is evaluated beyond a combinator that is not known.
            if expected.exclusion == .unknownCombinator { continue }
            guard standing.evaluation.specificity == expected.evaluation.specificity,
                query.conditions.indices.allSatisfy({
                    standing.evaluation.consumed.contains($0) == expected.evaluation.consumed.contains($0)
                })
            else { return "\(standing) and \(expected)" }
        }
        guard explains else { return nil }
        let explanation = explainer.explanation()
        let outcomes = explanation.verdicts.map(\.outcome)
        guard explanation.selection == result.selectionWithContentHash(), outcomes == oracle.deployments.map(\.outcome)
        else {
            return "\(explanation) and \(oracle.deployments.map(\.outcome))"
        }
        return nil
    }

    private static func isSame(_ first: Exclusion?, _ second: SelectionOracle.Exclusion?) -> Bool {
        switch (first, second) {
        case (nil, nil), (.unknownCombinator, .unknownCombinator), (.unconditional, .unconditional),
            (.rulesDoNotHold, .rulesDoNotHold), (.nothingSatisfied, .nothingSatisfied),
            (.enforcedNotConsumed, .enforcedNotConsumed), (.notExact, .notExact):
            true
        default: false
        }
    }

    @Test func `The compiled selector and its explanations agree with the oracle on 200,000 queries`() {
        var generator = Generator(state: 2026)
        var reasons: [Selection.Reason: Int] = [:]
        var exclusions: [SelectionOracle.Exclusion: Int] = [:]
        for _ in 0..<10_000 {
            let record = Self.record(&generator)
            let selector = CompiledSelector(record)
            for index in 0..<20 {
                let query = Self.query(&generator)
                let oracle = SelectionOracle(record: record, query: query).run()
                reasons[oracle.reason, default: 0] += 1
                for exclusion in oracle.deployments.compactMap(\.exclusion) { exclusions[exclusion, default: 0] += 1 }
                if let difference = Self.difference(selector, oracle, query, explains: index < 5) {
                    Issue.record("\(difference) for \(query) of \(record.json)")
                    return
                }
            }
        }
        // A property that is only ever tried on queries that match nothing says little.
        for reason in [Selection.Reason.pinned, .matched, .split, .unconditional, .fallback, .none] {
            #expect(reasons[reason, default: 0] > 2000, "\(reason)")
        }
        for exclusion in SelectionOracle.Exclusion.allCases {
            #expect(exclusions[exclusion, default: 0] > 2000, "\(exclusion)")
        }
    }
}

import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

/// The linter's claims against the selector, on records that are made up, and queries of their fields with values that can
/// be read as several types.
@Suite(.computation)
struct LintPropertyTests {
    private static let fields = ["a", "b"]
    private static let values: [ConditionValue] = [
        "x", "x", "xy", "", "5", "x 5 y", "true", "2.10", "2.9-rc.1", "[\"x\"]", 5, 5, 7, true, true, false,
        ["x", "y"], ["x"],
        ["5", "true"], [],
    ]
    private static let operators: [RuleOperator] = [
        "=", "=", "=", "=", "!=", ">", "<", ">=", "<=", "includes", "includes", "does not include", "~=",
        "version =", "version >", "version <", "version >=", "version <=",
    ]
    private static let given: [ConditionValue?] = [
        nil, "x", "xy", "y", "", "5", "\t5", "\u{3000}7.0", " true", "6.5", "2.10.0", "2.9-rc.1.0", "0-0", "[\"x\"]",
        5, 6, true, ["x"], ["y", "x"], [],
    ]

    private static func group(_ generator: inout Generator, depth: Int) -> RuleGroup {
        let members = (0..<generator.pick(depth == 0 ? [0, 1, 1, 2, 2, 3] : [1, 2])).map { _ -> RuleGroup.Member in
            if depth < 2, generator.chance(15) { return .group(group(&generator, depth: depth + 1)) }
            let field = generator.chance(2) ? PromptQuery.versionField : generator.pick(fields)
            return .rule(Rule(field, generator.pick(operators), generator.pick(values)))
        }
        return RuleGroup(generator.pick(["AND", "AND", "and", "OR"]), members, not: generator.chance(10))
    }

    private static func record(_ generator: inout Generator) -> PromptRecord {
        var groups: [RuleGroup?] = [nil]
        for _ in 0..<2 { groups.append(group(&generator, depth: 0)) }
        // The same conditions once more, and again with one repeated.
        if case let first?? = groups.last {
            groups.append(RuleGroup(.and, first.rules.reversed() + first.rules.prefix(1)))
        }
        var deployments: [String: [Deployment]] = [:]
        let versions = (1...3).map { number -> PromptVersion in
            var tags: [String: ConditionValue] = [:]
            if generator.chance(30) { tags[generator.pick(fields + fields + ["c"])] = generator.pick(values) }
            deployments["v\(number)"] = (0..<Int.random(in: 0...2, using: &generator)).map { index in
                Deployment(
                    id: "d\(number)\(index)",
                    timestamp: generator.chance(80)
                        ? Timestamp("2026-01-0\(Int.random(in: 1...2, using: &generator))T00:00:00Z") : nil,
                    query: generator.pick(groups),
                    weight: generator.chance(50) ? generator.pick([0, -1, 1, 2, 1e9, 1e9]) : nil,
                    experiment: generator.chance(15) ? "e" : nil
                )
            }
            let config = PromptVersionConfig(id: "c", messages: [.system("x")], model: "m", tags: tags)
            return PromptVersion(id: "v\(number)", version: number, promptID: "p", config: config)
        }
        return PromptRecord(promptID: "p", versions: versions, deployments: deployments)
    }

    /// Every combination of two values: without an enforced condition, with all of them, with the first, with any of them,
    /// and exact.
    private static let queries = given.flatMap { first in
        given.flatMap { second -> [PromptQuery] in
            [(false, false), (true, true), (true, false)].flatMap { enforced -> [PromptQuery] in
                var query = PromptQuery()
                if let first { query = query.tag("a", first, isEnforced: enforced.0) }
                if let second { query = query.tag("b", second, isEnforced: enforced.1) }
                return enforced.0 && enforced.1
                    ? [query, query.exactMatch(), query.enforcing(.any), query.exactMatch().enforcing(.any)] : [query]
            }
        }
    }

    /// One of the combinations, sometimes with a value of the field that only tags are on, and with a bucketing key.
    private static func query(_ generator: inout Generator) -> PromptQuery {
        var query = generator.pick(queries)
        if generator.chance(40), let value = generator.pick(given) {
            query = query.tag("c", value, isEnforced: generator.chance(30))
        }
        return generator.chance(60) ? query.bucketed(by: "user-\(generator.pick(Array(0..<50)))") : query
    }

    /// What the linter says of the deployments, by their ids.
    private struct Claims {
        private var neverSelected: Set<String> = []
        private var neverCompetes: Set<String> = []
        private var neverLeads: Set<String> = []
        private var neverInSplit: Set<String> = []
        private var ties: [(String, String)] = []
        private var isSelectedAmongEquals: Set<String> = []
        private(set) var outranked: [(loser: String, winner: String)] = []

        init(_ findings: [DeploymentFinding]) throws {
            for finding in findings {
                guard let id = finding.deploymentID else { continue }
                if let winner = finding.message.firstMatch(of: /For its queries (\w+), .* always more specific/) {
                    outranked.append((id, String(winner.output.1)))
                }
                switch finding.kind {
                case .neverSelected: neverSelected.insert(id)
                case .contradiction: neverCompetes.insert(id)
                case .unreachableSplit:
                    neverLeads.insert(id)
                    // The ids of the other arms.
                    if let arms = finding.message.firstMatch(of: /the split of ([\w, ]+)\./) {
                        neverLeads.formUnion(arms.output.1.split(separator: ", ").map(String.init))
                    }
                case .zeroWeights: isSelectedAmongEquals.insert(id)
                case .unreachableArm: neverInSplit.insert(id)
                case .alwaysTies:
                    neverSelected.insert(id)
                    let winner = try #require(finding.message.firstMatch(of: /ties with (\w+),/))
                    ties.append((id, String(winner.output.1)))
                default: break
                }
            }
        }

        var isEmpty: Bool {
            neverSelected.union(neverCompetes).union(neverLeads).union(neverInSplit).union(isSelectedAmongEquals)
                .isEmpty
        }

        /// Whether a weight of zero was said not to pause the selected deployment.
        func isConfirmed(by result: SelectionResult) -> Bool {
            result.selection.deploymentID.map(isSelectedAmongEquals.contains) ?? false
        }

        /// Whether two deployments have the same rules, and their versions the same tags on fields of rules.
        private static func isEqual(_ first: Candidate, _ second: Candidate) -> Bool {
            first.deployment.query == second.deployment.query
                && fields.allSatisfy { first.version.config?.tags[$0] == second.version.config?.tags[$0] }
        }

        /// Returns a claim that the selection for a query refutes.
        func refuted(by query: PromptQuery, _ result: SelectionResult, _ selector: CompiledSelector) -> String? {
            let leading = result.leaders.map { selector.deployments[$0].candidate }
            let leaders = leading.map(\.deployment.id)
            if let zero = leading.first(where: { isSelectedAmongEquals.contains($0.deployment.id) }),
                leading.allSatisfy({ Self.isEqual($0, zero) }), result.selection.deploymentID != zero.deployment.id
            {
                return "\(zero.deployment.id) is not selected"
            }
            if let picked = result.selection.deploymentID {
                if neverSelected.contains(picked) { return "\(picked) is selected" }
                if result.selection.bucket != nil, neverInSplit.contains(picked) { return "\(picked) has a bucket" }
            }
            if let leader = leaders.first(where: neverLeads.contains) { return "\(leader) leads" }
            for (first, second) in ties where leaders.contains(first) != leaders.contains(second) {
                return "\(first) and \(second) do not tie"
            }
            guard !neverCompetes.isEmpty || !outranked.isEmpty else { return nil }
            let compiled = CompiledQuery(query, selector.fields)
            // The specificity of a deployment that competes, or else 0.
            func specificity(_ id: String) -> Int {
                guard let deployment = selector.deployments.first(where: { $0.candidate.deployment.id == id })
                else { return 0 }
                let evaluation = deployment.tree.evaluate(compiled)
                return compiled.exclusion(of: deployment, evaluation) == nil ? evaluation.specificity : 0
            }
            for (loser, winner) in outranked where specificity(loser) > 0 && specificity(winner) <= specificity(loser) {
                return "\(winner) is not more specific than \(loser)"
            }
            return selector.deployments.first { deployment in
                neverCompetes.contains(deployment.candidate.deployment.id)
                    && compiled.exclusion(of: deployment, deployment.tree.evaluate(compiled)) == nil
            }.map { "\($0.candidate.deployment.id) competes" }
        }
    }

    @Test func `No query refutes a finding`() async throws {
        var generator = Generator(state: 2027)
        var kinds: [DeploymentFinding.Kind: Int] = [:]
        var confirmed = 0
        var outranked = 0
        for _ in 0..<3000 {
            let record = Self.record(&generator)
            let findings = await record.lint()
            for finding in findings { kinds[finding.kind, default: 0] += 1 }
            let claims = try Claims(findings)
            guard !claims.isEmpty else { continue }
            outranked += claims.outranked.count
            let selector = CompiledSelector(record)
            for _ in 0..<60 {
                let query = Self.query(&generator)
                let result = selector.select(query)
                if claims.isConfirmed(by: result) { confirmed += 1 }
                if let refuted = claims.refuted(by: query, result, selector) {
                    Issue.record("\(refuted) for \(query) of \(record.json): \(findings)")
                    return
                }
            }
        }
        // A property that is tried on records without findings says little.
        for kind in [
            DeploymentFinding.Kind.neverSelected, .alwaysTies, .contradiction, .unreachableSplit, .unreachableArm,
            .zeroWeights,
        ] {
            #expect(kinds[kind, default: 0] > 20, "\(kind): \(kinds)")
        }
        #expect(confirmed > 1000)
        #expect(outranked > 20)
    }
}

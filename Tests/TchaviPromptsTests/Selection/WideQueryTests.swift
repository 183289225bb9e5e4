import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

/// Queries of more conditions than a word has bits.
@Suite(.computation)
struct WideQueryTests {
    /// A deployment for a query of many fields, all of which it may look at.
    private static func wideGroup(_ fields: [String], _ generator: inout Generator) -> RuleGroup {
        let fields = generator.chance(30) ? fields : fields.filter { _ in generator.chance(90) }
        var members = fields.map { field -> RuleGroup.Member in
            let rule = Rule(field, generator.chance(2) ? .notEqual : .equal, generator.chance(1) ? "other" : "x")
            guard generator.chance(5) else { return .rule(rule) }
            return .group(RuleGroup(.or, [.rule(rule), .rule(Rule(generator.pick(fields), .equal, "x"))]))
        }
        members.shuffle(using: &generator)
        return RuleGroup(generator.chance(80) ? .and : .or, members, not: generator.chance(5))
    }

    @Test func `Queries of 65 to 200 conditions select the same version as the oracle`() {
        var generator = Generator(state: 65)
        var reasons: [Selection.Reason: Int] = [:]
        for _ in 0..<20 {
            let fields = (0..<Int.random(in: 65...200, using: &generator)).map { "field-\($0)" }
            let config = PromptVersionConfig(id: "c", messages: [], model: "m", tags: [generator.pick(fields): "x"])
            let versions = (1...6).map { PromptVersion(id: "v\($0)", version: $0, promptID: "p", config: config) }
            let deployments = versions.map { version in
                let group = generator.chance(5) ? nil : Self.wideGroup(fields, &generator)
                let weight: Double? = generator.chance(20) ? 1 : nil
                return (version.id, [Deployment(id: "d\(version.version)", query: group, weight: weight)])
            }
            let record = PromptRecord(
                promptID: "p",
                versions: versions,
                deployments: Dictionary(uniqueKeysWithValues: deployments)
            )
            let selector = CompiledSelector(record)
            for _ in 0..<5 {
                var query = PromptQuery()
                for field in fields {
                    query = query.tag(field, generator.chance(1) ? "other" : "x", isEnforced: generator.chance(1))
                }
                if generator.chance(40) { query = query.exactMatch() }
                if generator.chance(40) { query = query.enforcing(.any) }
                if generator.chance(50) {
                    query = query.bucketed(by: "user-\(Int.random(in: 0..<9, using: &generator))")
                }
                let oracle = SelectionOracle(record: record, query: query).run()
                reasons[oracle.reason, default: 0] += 1
                if let difference = SelectionPropertyTests.difference(selector, oracle, query, explains: true) {
                    Issue.record("\(difference) for \(query.conditions.count) conditions")
                    return
                }
            }
        }
        for reason in [Selection.Reason.matched, .split, .unconditional, .none] {
            #expect(reasons[reason, default: 0] > 3, "\(reason)")
        }
    }

    @Test func `A set of conditions holds indices beyond 64`() {
        let set = ConditionSet([0, 63, 64, 200])
        #expect((0..<300).filter(set.contains) == [0, 63, 64, 200])
        #expect(set.isSuperset(of: ConditionSet([63, 200])) && set.isSuperset(of: ConditionSet([0])))
        #expect(!set.isSuperset(of: ConditionSet([65])) && !ConditionSet([0]).isSuperset(of: set))
        #expect(set.isDisjoint(with: ConditionSet([1, 65, 400])) && !set.isDisjoint(with: ConditionSet([200])))
        #expect(ConditionSet([1]).isDisjoint(with: set) && !ConditionSet([64]).isDisjoint(with: set))
        var union = ConditionSet([1])
        union.formUnion(set)
        #expect(union.contains(1) && union.isSuperset(of: set) && !set.isSuperset(of: union))
        #expect(ConditionSet().isEmpty && !ConditionSet([70]).isEmpty)
    }
}

extension ConditionSet {
    fileprivate init(_ indices: [Int]) {
        self.init()
        for index in indices { insert(index) }
    }
}

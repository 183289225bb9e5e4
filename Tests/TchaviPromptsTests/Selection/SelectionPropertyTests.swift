import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

/// The compiled selector against the plain one, on records and queries that are made up; the seed makes them the same in
/// every run.
struct SelectionPropertyTests {
    /// SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int.random(in: 0..<elements.count, using: &self)]
        }
    }

    private static let fields = ["region", "plan", "age", "beta", "caf\u{e9}", "cafe\u{301}"]
    private static let values: [ConditionValue] = [
        "us", "eu", "", "true", "FALSE ", "18", " 1.8e1 ", "20.5", "abc", "[\"us\",\"eu\"]", "[1]", "caf\u{e9}",
        "cafe\u{301}", "Infinity", "-0",
        18, 20, 0, .integer(9_007_199_254_740_993), 20.5, -0.0, .number(.infinity), .number(.nan), true, false,
        ["us", "eu"], ["us"], [], ["eu", "us"],
    ]
    private static let operators: [RuleOperator] = [
        "=", "=", "=", "=", "!=", ">", "<", ">=", "<=", "includes", "does not include", "~=",
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

    @Test func `The compiled selector agrees with the plain one on 200,000 queries`() {
        var generator = Generator(state: 2026)
        var reasons: [Selection.Reason: Int] = [:]
        for _ in 0..<10_000 {
            let record = Self.record(&generator)
            let compiled = CompiledSelector(record)
            for _ in 0..<20 {
                let query = Self.query(&generator)
                let plain = Selector(record: record, query: query).run()
                let answer = compiled.select(query)
                let (selection, version) = (answer.selection, answer.version)
                reasons[plain.selection.reason, default: 0] += 1
                guard selection == plain.selection, version?.id == plain.version?.id else {
                    Issue.record("\(selection) and \(plain.selection) for \(query) of \(record.json)")
                    return
                }
            }
        }
        // A property that is only ever tried on queries that match nothing says little.
        for reason in [Selection.Reason.pinned, .matched, .split, .unconditional, .fallback, .none] {
            #expect(reasons[reason, default: 0] > 2000, "\(reason)")
        }
    }

    @Test func `Selecting while the record is replaced gives one of the two answers, from 64 tasks`() async throws {
        let before = PromptRecord.simple("p", [.system("before")])
        let after = PromptRecord.simple("p", [.system("after")])
        let source = SwitchingSource(before, after)
        let library = PromptLibrary(source: source, gateway: LocalGatewayClient.client)
        _ = try await library.promptIDs()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let isDone = Locked(false)
            for _ in 0..<64 {
                group.addTask {
                    while !isDone.withLock({ $0 }) {
                        let text = try await library.prompt("p").messages[0].text
                        #expect(["before", "after"].contains(text))
                        await Task.yield()
                    }
                }
            }
            for _ in 0..<1000 { try await library.refresh() }
            isDone.withLock { $0 = true }
            try await group.waitForAll()
        }
        #expect(source.loads == 1001)
    }

    /// Gives one record and then the other, in turn.
    private final class SwitchingSource: PromptSource {
        private let records: [PromptRecord]
        private let count = Locked(0)

        init(_ records: PromptRecord...) { self.records = records }

        var loads: Int { count.withLock { $0 } }

        func load(since revision: String?) -> PromptCatalogue? {
            let number = count.withLock { count in
                count += 1
                return count
            }
            return PromptCatalogue(entries: [.init(location: "p", record: records[number % 2])])
        }
    }

    private enum LocalGatewayClient {
        static let client = TchaviClient(.none)
    }

    // MARK: Splits

    @Test func `A million keys are spread evenly, and experiments are independent of each other`() {
        let first = Split(salt: "tone-2026", weights: [("a", 1)])
        let second = Split(salt: "length-2026", weights: [("a", 1)])
        var cells = [Int](repeating: 0, count: 100)
        var joint = [Int](repeating: 0, count: 100)
        let count = 1_000_000
        for index in 0..<count {
            let key = "user-\(index)"
            let one = first.bucket(for: key)
            let two = second.bucket(for: key)
            cells[Int(one * 100)] += 1
            joint[Int(one * 10) * 10 + Int(two * 10)] += 1
        }
        // Chi-square with 99 degrees of freedom: beyond 148 at p < 0.001.
        for counts in [cells, joint] {
            let expected = Double(count) / 100
            let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
            #expect(chiSquare < 148.2, "\(chiSquare)")
        }
    }

    @Test func `Retiring an arm by weight 0 changes nobody's bucket, and moves its users alone or those beyond it`() {
        var generator = Generator(state: 7)
        for _ in 0..<200 {
            let weights = (0..<Int.random(in: 2...5, using: &generator)).map { _ in
                Double.random(in: 0.1...10, using: &generator)
            }
            let retired = Int.random(in: 0..<weights.count, using: &generator)
            let arms = weights.enumerated().map { (deploymentID: "d\($0.offset)", weight: $0.element) }
            var later = arms
            later[retired].weight = 0
            func picked(_ arms: [(deploymentID: String, weight: Double)], _ key: String) -> (String?, Double?) {
                let finalists = arms.enumerated().map { index, arm in
                    Finalist(
                        deployment: Deployment(id: arm.deploymentID, weight: arm.weight, experiment: "e"),
                        version: PromptVersion(id: "v\(index)", version: index, promptID: "p", config: nil)
                    )
                }
                let choice = Choice(among: finalists, PromptQuery().bucketed(by: key), promptID: "p")
                return (choice?.finalist.deployment.id, choice?.bucket)
            }
            for index in 0..<50 {
                let before = picked(arms, "user-\(index)")
                let after = picked(later, "user-\(index)")
                #expect(before.1 == after.1)
                #expect(after.0 != "d\(retired)")
            }
        }
    }

    @Test func `When weights change, exactly the users between an old and a new boundary move`() {
        var generator = Generator(state: 11)
        for _ in 0..<100 {
            let count = Int.random(in: 2...5, using: &generator)
            func split() -> Split {
                Split(
                    salt: "e",
                    weights: (0..<count).map { ("d\($0)", Double.random(in: 0.1...10, using: &generator)) }
                )
            }
            let (old, new) = (split(), split())
            for index in 0..<200 {
                let bucket = old.bucket(for: "user-\(index)")
                let crossed = (0..<count - 1).contains { arm in
                    let bounds = [old.arms[arm].upperBound, new.arms[arm].upperBound].sorted()
                    return bucket >= bounds[0] && bucket < bounds[1]
                }
                #expect((old.arm(for: bucket) != new.arm(for: bucket)) == crossed)
            }
        }
    }
}

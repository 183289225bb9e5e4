import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct SplitTests {
    private static func cases(_ name: String, count: Int) throws -> [JSONValue] {
        let cases = try #require(try ConformanceCases.own.json("bucketing.json")[name]?.array)
        #expect(cases.count == count)
        return cases
    }

    private static func split(_ json: JSONValue) throws -> Split {
        let weights = try #require(json["weights"]?.array).map { try #require($0.double) }
        return Split(salt: "s", weights: weights.enumerated().map { (String($0.offset), $0.element) })
    }

    @Test func `Hashes are those of FNV-1a with 32 bits`() throws {
        for json in try Self.cases("hashes", count: 4) {
            var hash = FNV1a32()
            hash.update(try #require(json["text"]?.string).utf8)
            #expect(Int(hash.value) == json["hash"]?.integer, "\(json)")
        }
    }

    @Test func `Buckets are those of GrowthBook's second hash`() throws {
        for json in try Self.cases("buckets", count: 25) {
            let split = Split(salt: try #require(json["salt"]?.string), weights: [("d", 1)])
            #expect(split.bucket(for: try #require(json["key"]?.string)) == json["bucket"]?.double, "\(json)")
        }
    }

    @Test func `Arms share the whole range by weight, and those without a weight have none`() throws {
        for json in try Self.cases("ranges", count: 14) {
            let bounds = try #require(json["bounds"]?.array).map { try #require($0.double) }
            let arms = try Self.split(json).arms
            #expect(arms.count == max(0, bounds.count - 1), "\(json)")
            for (arm, (lower, upper)) in zip(arms, zip(bounds, bounds.dropFirst())) {
                #expect(abs(arm.lowerBound - lower) < 1e-9 && abs(arm.upperBound - upper) < 1e-9, "\(json)")
            }
        }
    }

    @Test func `Buckets belong to the arm whose range contains them`() throws {
        for json in try Self.cases("assignments", count: 13) {
            let bucket = try #require(json["bucket"]?.double)
            #expect(try Self.split(json).arm(for: bucket) == json["arm"]?.integer, "\(json)")
        }
    }

    @Test func `A boundary belongs to the next arm, and rounding excludes no bucket`() {
        let halves = Split(salt: "s", weights: [("a", 1), ("b", 1)])
        #expect(halves.arm(for: 0) == 0)
        #expect(halves.arm(for: 0.4999) == 0)
        #expect(halves.arm(for: 0.5) == 1)
        let tenths = Split(salt: "s", weights: (0..<10).map { (String($0), 0.1) })
        #expect(tenths.arm(for: 0.9999) == 9)
        #expect(Split(salt: "s", weights: []).arm(for: 0.5) == nil)
    }

    @Test func `The same key always has the same bucket, and another salt changes it`() {
        let tone = Split(salt: "tone", weights: [("a", 1)])
        let length = Split(salt: "length", weights: [("a", 1)])
        #expect(tone.bucket(for: "ada") == tone.bucket(for: "ada"))
        let moved = (0..<1000).count { tone.bucket(for: "user-\($0)") != length.bucket(for: "user-\($0)") }
        #expect(moved > 990)
    }

    @Test func `When weights change, exactly the keys between an old and a new boundary move`() {
        let before = Split(salt: "tone", weights: [("a", 50), ("b", 50)])
        let after = Split(salt: "tone", weights: [("a", 70), ("b", 30)])
        for index in 0..<10_000 {
            let bucket = before.bucket(for: "user-\(index)")
            #expect(after.bucket(for: "user-\(index)") == bucket)
            let hasMoved = before.arm(for: bucket) != after.arm(for: bucket)
            #expect(hasMoved == (bucket >= 0.5 && bucket < after.arms[0].upperBound))
        }
    }

    @Test(.computation) func `A million keys are distributed evenly, and experiments are independent of each other`() {
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

    @Test func `Weight 0 for an arm keeps all buckets, and moves only its users or those beyond it`() {
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
                let candidates = arms.enumerated().map { index, arm in
                    Candidate(
                        deployment: Deployment(id: arm.deploymentID, weight: arm.weight, experiment: "e"),
                        version: PromptVersion(id: "v\(index)", version: index, promptID: "p", config: nil)
                    )
                }
                let winner = WinningCandidate(among: candidates, PromptQuery().bucketed(by: key), promptID: "p")
                return (winner?.candidate.deployment.id, winner?.bucket)
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

    @Test func `Weights whose sum is beyond Double keep their shares`() {
        let split = Split(salt: "s", weights: [("a", 1.5e308), ("b", 0.5e308), ("c", 1e308)])
        #expect(split.arms.map(\.upperBound) == [0.5, 1.5 / 3 + 0.5 / 3, 1])
    }
}

import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct SplitTests {
    @Test(.enabled(if: Conformance.isPresent, "the conformance cases are not beside the checkout"))
    func `Buckets are those of GrowthBook's second hash`() throws {
        for entry in try #require(try Conformance.json("bucketing-growthbook.json")["hash_v2"]?.array) {
            let seed = try #require(entry[0]?.string)
            let key = try #require(entry[1]?.string)
            let split = Split(salt: seed, weights: [("d", 1)])
            #expect(split.bucket(for: key) == entry[3]?.double, "\(seed) \(key)")
        }
    }

    @Test(.enabled(if: Conformance.isPresent, "the conformance cases are not beside the checkout"))
    func `Ranges are GrowthBook's wherever the whole range is covered`() throws {
        let cases = try #require(try Conformance.json("bucketing-growthbook.json")["bucket_ranges"]?.array)
        var checked = 0
        for entry in cases {
            let name = try #require(entry[0]?.string)
            guard let count = entry[1]?[0]?.integer, entry[1]?[1]?.double == 1 else { continue }
            let weights = entry[1]?[2]?.array?.compactMap(\.double) ?? Array(repeating: 1 / Double(count), count: count)
            // Where weights do not add up to one, GrowthBook shares equally; here they are shares of their sum.
            guard weights.count == count, abs(weights.reduce(0, +) - 1) < 1e-9 else { continue }
            let split = Split(salt: "s", weights: weights.enumerated().map { (String($0.offset), $0.element) })
            let ranges = try #require(entry[2]?.array)
            let expected: [[Double]] = ranges.map { [$0[0]?.double ?? -1, $0[1]?.double ?? -1] }
            for (arm, range) in zip(split.arms, expected) {
                #expect(abs(arm.lowerBound - range[0]) < 1e-9 && abs(arm.upperBound - range[1]) < 1e-9, "\(name)")
            }
            #expect(split.arms.count == expected.count)
            checked += 1
        }
        #expect(checked >= 4)
    }

    @Test func `A bound belongs to the next arm, and rounding leaves nobody out`() {
        let halves = Split(salt: "s", weights: [("a", 1), ("b", 1)])
        #expect(halves.arm(for: 0) == 0)
        #expect(halves.arm(for: 0.4999) == 0)
        #expect(halves.arm(for: 0.5) == 1)
        let tenths = Split(salt: "s", weights: (0..<10).map { (String($0), 0.1) })
        #expect(tenths.arm(for: 0.9999) == 9)
        #expect(Split(salt: "s", weights: []).arm(for: 0.5) == nil)
    }

    @Test func `The same key always falls into the same bucket, and another salt deals anew`() {
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
}

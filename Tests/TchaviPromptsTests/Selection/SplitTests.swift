import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct SplitTests {
    @Test(.enabled(if: ConformanceCases.recorded.arePresent, "the recorded cases are not beside the checkout"))
    func `Buckets are those of GrowthBook's second hash`() throws {
        for entry in try #require(try ConformanceCases.recorded.json("bucketing-growthbook.json")["hash_v2"]?.array) {
            let seed = try #require(entry[0]?.string)
            let key = try #require(entry[1]?.string)
            let split = Split(salt: seed, weights: [("d", 1)])
            #expect(split.bucket(for: key) == entry[3]?.double, "\(seed) \(key)")
        }
    }

    @Test(.enabled(if: ConformanceCases.recorded.arePresent, "the recorded cases are not beside the checkout"))
    func `Ranges are GrowthBook's wherever the whole range is covered`() throws {
        let cases = try #require(
            try ConformanceCases.recorded.json("bucketing-growthbook.json")["bucket_ranges"]?.array
        )
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
}

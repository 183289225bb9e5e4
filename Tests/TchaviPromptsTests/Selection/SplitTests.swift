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

    @Test func `Arms have shares of the whole range, those without a weight none`() throws {
        for json in try Self.cases("ranges", count: 14) {
            let bounds = try #require(json["bounds"]?.array).map { try #require($0.double) }
            let arms = try Self.split(json).arms
            #expect(arms.count == max(0, bounds.count - 1), "\(json)")
            for (arm, (lower, upper)) in zip(arms, zip(bounds, bounds.dropFirst())) {
                #expect(abs(arm.lowerBound - lower) < 1e-9 && abs(arm.upperBound - upper) < 1e-9, "\(json)")
            }
        }
    }

    @Test func `Buckets fall into the arm whose range has them`() throws {
        for json in try Self.cases("assignments", count: 13) {
            let bucket = try #require(json["bucket"]?.double)
            #expect(try Self.split(json).arm(for: bucket) == json["arm"]?.integer, "\(json)")
        }
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

import Foundation
import Testing

@testable import TchaviPrompts

@Suite(.computation)
struct SampleRatioTests {
    /// How many of 1,000 experiments ever have a mismatch, read after each of 500 users.
    private func mismatches(expected: [Double], actual: [Double], seed: UInt64) -> Int {
        var random = Generator(state: seed)
        return (0..<1000).count { _ in
            var test = SampleRatioTest(shares: expected)
            for _ in 0..<500 {
                var position = Double.random(in: 0..<1, using: &random)
                var arm = 0
                while arm < actual.count - 1, position >= actual[arm] {
                    position -= actual[arm]
                    arm += 1
                }
                test.add(arm: arm)
                if test.pValue < 0.001 { return true }
            }
            return false
        }
    }

    @Test(arguments: [[0.5, 0.5], [0.9, 0.1], [0.2, 0.3, 0.5], [0.01, 0.99]])
    func `Reading it after every user finds a mismatch in at most one of 1,000 correct experiments`(shares: [Double]) {
        // At most one is expected; more than 6 are found once in 10,000 times.
        #expect(mismatches(expected: shares, actual: shares, seed: 1) <= 6)
    }

    @Test func `A loss of half of one arm's users is found`() {
        #expect(mismatches(expected: [0.5, 0.5], actual: [2.0 / 3, 1.0 / 3], seed: 2) > 990)
    }

    @Test func `The p-value never increases, and an arm that can have no users is a mismatch`() {
        var test = SampleRatioTest(shares: [1, 0])
        for _ in 0..<100 { test.add(arm: 0) }
        #expect(test.pValue == 1)
        test.add(arm: 1)
        #expect(test.pValue == 0)
        for _ in 0..<1000 { test.add(arm: 0) }
        #expect(test.pValue == 0)
        #expect(test.counts == [1100, 1])
    }
}

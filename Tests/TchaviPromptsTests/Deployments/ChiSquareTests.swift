import Testing

@testable import TchaviPrompts

struct ChiSquareTests {
    /// Tail probabilities as tables of the distribution give them.
    @Test(arguments: [
        (3.841, 1, 0.05), (10.828, 1, 0.001), (5.991, 2, 0.05), (148.23, 99, 0.001), (0.0, 3, 1.0), (2.0, 4, 0.7358),
    ])
    func `The chi-square distribution has the tails of the tables`(value: Double, degrees: Int, probability: Double) {
        #expect(abs(ChiSquare.upperTail(value, degreesOfFreedom: degrees) - probability) < probability * 0.002 + 1e-6)
    }
}

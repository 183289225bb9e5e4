import Foundation

/// A test of whether users are assigned to arms in the expected ratio, which is valid after every user.
///
/// A chi-square test at p < 0.001 is valid once: read after every user, it finds a mismatch in far more than one of 1,000
/// correct experiments. This test compares the expected shares with a Dirichlet distribution around them. By Ville's
/// inequality, the ratio of the two probabilities ever exceeds 1,000 in at most one of 1,000 correct experiments, however
/// often it is read. See Lindon and Malek, *Anytime-Valid Inference For Multinomial Count Data* (2022).
struct SampleRatioTest {
    /// The weight of the Dirichlet distribution, in users: greater values find small deviations of many users earlier,
    /// lower ones great deviations of few users.
    private static let concentration = 100.0

    private let shares: [Double]
    private(set) var counts: [Int]
    private var total = 0
    /// The logarithm of the ratio.
    private var evidence = 0.0
    private var greatestEvidence = 0.0

    /// Creates a test without users.
    ///
    /// - Parameter shares: The expected shares of the arms, whose sum is 1.
    init(shares: [Double]) {
        self.shares = shares
        counts = [Int](repeating: 0, count: shares.count)
    }

    /// An upper bound of the probability that correct assignments ever give the ratio that was reached; never increases.
    var pValue: Double { min(1, exp(-greatestEvidence)) }

    /// Counts a user, who must not have been counted before.
    mutating func add(arm: Int) {
        let prior = Self.concentration * shares[arm]
        // A user in an arm that can have none is a mismatch.
        let predicted = shares[arm] > 0 ? (prior + Double(counts[arm])) / (Self.concentration + Double(total)) : 1
        evidence += log(predicted / shares[arm])
        greatestEvidence = max(greatestEvidence, evidence)
        counts[arm] += 1
        total += 1
    }
}

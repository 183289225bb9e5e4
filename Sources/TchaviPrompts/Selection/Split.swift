/// An A/B split, which assigns each bucketing key to one of several arms according to their weights.
///
/// The bucket of a key depends only on the salt and the key. As long as the arms do not change, the same key gets the
/// same arm; when weights change, only the keys whose bucket is between an old and a new boundary move. The hash is
/// 32-bit FNV-1a, applied twice, as in GrowthBook's version 2.
public struct Split: Sendable, Hashable {
    /// An arm of a split: a deployment with a half-open range of buckets.
    public struct Arm: Sendable, Hashable {
        /// The id of the deployment that is selected for the keys of the arm.
        public let deploymentID: String
        /// The start of the range, which is part of it.
        public let lowerBound: Double
        /// The end of the range, which is not part of it.
        public let upperBound: Double
    }

    /// The number of buckets.
    static let bucketCount = 10_000

    /// The salt of the buckets: the experiment's name, or the prompt's id.
    public let salt: String

    /// The arms, in the order of their ranges.
    public let arms: [Arm]

    /// Creates a split that divides the range from 0 to 1 among arms.
    ///
    /// - Parameters:
    ///   - salt: The experiment's name, or the prompt's id.
    ///   - weights: The weight of each arm's deployment, in order. Deployments with a weight of 0 or less are ignored.
    public init(salt: String, weights: [(deploymentID: String, weight: Double)]) {
        self.salt = salt
        var weights = weights.filter { $0.weight > 0 }
        var total = weights.reduce(0) { $0 + $1.weight }
        if total.isInfinite {
            // The sum of finite weights can be beyond `Double`, but that of their quotients by their number cannot.
            weights = weights.map { ($0.deploymentID, $0.weight / Double(weights.count)) }
            total = weights.reduce(0) { $0 + $1.weight }
        }
        var bound = 0.0
        arms = weights.map { arm in
            let lower = bound
            bound += arm.weight / total
            return Arm(deploymentID: arm.deploymentID, lowerBound: lower, upperBound: bound)
        }
    }

    /// Computes the bucket of a key.
    ///
    /// - Parameter key: The bucketing key, such as the user's id.
    /// - Returns: The bucket: 0, 0.0001, … or 0.9999.
    public func bucket(for key: String) -> Double {
        var inner = FNV1a32()
        inner.update(salt.utf8)
        inner.update(key.utf8)
        var outer = FNV1a32()
        outer.update(decimal: inner.value)
        return Double(Int(outer.value % UInt32(Self.bucketCount))) / Double(Self.bucketCount)
    }

    /// Returns the index of the arm whose range contains a bucket, or of the last arm if rounding leaves a gap.
    ///
    /// - Parameter bucket: A bucket, at least 0 and less than 1.
    /// - Returns: An index in ``arms``, or `nil` if there are no arms.
    public func arm(for bucket: Double) -> Int? {
        arms.firstIndex { $0.lowerBound <= bucket && bucket < $0.upperBound } ?? arms.indices.last
    }
}

extension Split {
    /// The buckets of each arm: `0..<4000` for those from 0 to 0.3999. Empty for an arm whose range contains none.
    var bucketRanges: [Range<Int>] {
        // Weights that are not finite have bounds that are not numbers, which no bucket is in; see `arm(for:)`.
        guard arms.allSatisfy({ $0.lowerBound.isFinite && $0.upperBound.isFinite }) else {
            return arms.indices.map { $0 == arms.indices.last ? 0..<Self.bucketCount : 0..<0 }
        }
        let starts = arms.map { Self.firstBucket(from: $0.lowerBound) }
        // The last arm also has the buckets that rounding leaves.
        return zip(starts, starts.dropFirst() + [Self.bucketCount]).map { $0..<$1 }
    }

    /// Returns the number of the first bucket at or above a bound.
    private static func firstBucket(from bound: Double) -> Int {
        guard bound < 1 else { return bucketCount }
        var number = Int((bound * Double(bucketCount)).rounded())
        while number > 0, Double(number - 1) / Double(bucketCount) >= bound { number -= 1 }
        while number < bucketCount, Double(number) / Double(bucketCount) < bound { number += 1 }
        return number
    }
}

/// The 32-bit FNV-1a hash function.
struct FNV1a32 {
    private(set) var value: UInt32 = 0x811C_9DC5

    mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { update(byte) }
    }

    /// Adds the decimal digits of a number.
    mutating func update(decimal number: UInt32) {
        var divisor: UInt32 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            update(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    private mutating func update(_ byte: UInt8) {
        value = (value ^ UInt32(byte)) &* 0x0100_0193
    }
}

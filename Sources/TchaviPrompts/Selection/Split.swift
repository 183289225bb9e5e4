/// An A/B split: arms with their shares of the range from 0 to 1, and the bucket that a key falls into.
///
/// The bucket of a key depends on the salt and the key alone: as long as the arms stay as they are, the same key gets
/// the same arm, and when weights change, exactly the keys between an old and a new boundary move. The hash is FNV-1a
/// with 32 bits, applied twice, as GrowthBook's version 2 does.
public struct Split: Sendable, Hashable {
    /// One arm: a half-open range of buckets.
    public struct Arm: Sendable, Hashable {
        /// The id of the deployment that the arm's users get.
        public let deploymentID: String
        /// The first bucket of the range.
        public let lowerBound: Double
        /// The end of the range, which itself belongs to the next arm.
        public let upperBound: Double
    }

    /// The salt of the buckets: the experiment's name, or the prompt's id.
    public let salt: String

    /// The arms, in the order of their ranges.
    public let arms: [Arm]

    /// Creates a split that divides the range from 0 to 1 among arms.
    ///
    /// - Parameters:
    ///   - salt: The experiment's name, or the prompt's id.
    ///   - weights: The weight of each arm's deployment, in order. Those of 0 and less are ignored.
    public init(salt: String, weights: [(deploymentID: String, weight: Double)]) {
        self.salt = salt
        let weights = weights.filter { $0.weight > 0 }
        let total = weights.reduce(0) { $0 + $1.weight }
        var bound = 0.0
        arms = weights.map { arm in
            let lower = bound
            bound += arm.weight / total
            return Arm(deploymentID: arm.deploymentID, lowerBound: lower, upperBound: bound)
        }
    }

    /// Computes the bucket of a key.
    ///
    /// - Parameter key: The user's id, or whatever else the assignment sticks to.
    /// - Returns: One of 0, 0.0001, … 0.9999.
    public func bucket(for key: String) -> Double {
        var inner = FNV1a32()
        inner.update(salt.utf8)
        inner.update(key.utf8)
        var outer = FNV1a32()
        outer.update(decimal: inner.value)
        return Double(outer.value % 10000) / 10000
    }

    /// The index of the arm that a bucket falls into; the last arm, where rounding leaves none.
    ///
    /// - Parameter bucket: A bucket, from 0 up to 1.
    /// - Returns: An index of ``arms``, or `nil` where there are none.
    public func arm(for bucket: Double) -> Int? {
        arms.firstIndex { $0.lowerBound <= bucket && bucket < $0.upperBound } ?? arms.indices.last
    }
}

/// FNV-1a with 32 bits.
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

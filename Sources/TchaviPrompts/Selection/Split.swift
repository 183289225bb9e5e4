/// An A/B split: arms with their shares of the range from 0 to 1, and the bucket that a key falls into.
///
/// The bucket of a key depends on the salt and the key alone: as long as the arms stay as they are, the same key gets
/// the same arm, and when weights change, exactly the keys between an old and a new boundary move. The hash is FNV-1a
/// with 32 bits, applied twice, as GrowthBook's version 2 does.
public struct Split: Sendable, Hashable {
    /// One arm: a half-open range of buckets.
    public struct Arm: Sendable, Hashable {
        /// The arm's deployment.
        public let deploymentID: String
        /// Where its range begins.
        public let lowerBound: Double
        /// Where its range ends; the bound itself is the next arm's.
        public let upperBound: Double
    }

    /// What the buckets are salted with: the experiment's name, or the prompt's id.
    public let salt: String

    /// The arms, in the order of their ranges.
    public let arms: [Arm]

    /// Divides the range from 0 to 1 among arms.
    ///
    /// - Parameters:
    ///   - salt: What the buckets are salted with.
    ///   - weights: The arms' shares, by the id of their deployments, in order. Those of 0 and less take no part.
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

    /// The bucket of a key: one of 0, 0.0001, … 0.9999.
    ///
    /// - Parameter key: Whom the assignment sticks to.
    /// - Returns: The bucket.
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

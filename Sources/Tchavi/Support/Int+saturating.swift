extension Int {
    /// Returns the sum, clamped to the range of `Int`: counts from the network must not trap.
    package func addingWithoutOverflow(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}

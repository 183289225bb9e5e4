extension Int {
    /// The sum, or the nearest number that an `Int` can hold: counts from the network must not trap.
    package func addingWithoutOverflow(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}

/// Why model parameters cannot be used for a run.
struct InvalidParameter: Error {
    /// The parameter's name, if a single one is invalid.
    let name: String?
    /// What is wrong, as a predicate.
    let reason: String
    let advice: String
}

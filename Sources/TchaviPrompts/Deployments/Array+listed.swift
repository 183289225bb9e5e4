extension [String] {
    /// Returns the first of the elements, and how many others there are.
    func listed(separator: String = ", ") -> String {
        count <= 5
            ? joined(separator: separator)
            : prefix(4).joined(separator: separator) + " and \(count - 4) others"
    }
}

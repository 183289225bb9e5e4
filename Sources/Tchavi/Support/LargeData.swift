/// Work whose time grows with the size of its input: decoding, encoding, hashing.
package enum LargeData {
    /// Up to this size the work takes well below a millisecond, and a thread switch would cost more.
    package static let inlineBytes = 64 << 10

    /// Runs the work where the caller is if there is little to do, and outside of the caller's actor otherwise.
    ///
    /// - Parameters:
    ///   - input: What to work on.
    ///   - bytes: The size of the input.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    package static func process<Input: Sendable, Output: Sendable, Failure: Error>(
        _ input: Input,
        bytes: Int,
        _ work: @escaping @Sendable (Input) throws(Failure) -> Output
    ) async throws(Failure) -> Output {
        guard bytes > inlineBytes else { return try work(input) }
        return try await processConcurrently(input, work)
    }

    @concurrent
    private static func processConcurrently<Input: Sendable, Output: Sendable, Failure: Error>(
        _ input: Input,
        _ work: @escaping @Sendable (Input) throws(Failure) -> Output
    ) async throws(Failure) -> Output {
        try work(input)
    }
}

extension JSONValue {
    /// The size of the value's strings in bytes, counted no further than a little beyond a limit.
    func stringBytes(upTo limit: Int) -> Int {
        var count = 0
        countStrings(&count, upTo: limit)
        return count
    }

    private func countStrings(_ count: inout Int, upTo limit: Int) {
        switch self {
        case .string(let text): count += text.utf8.count
        case .array(let elements):
            for element in elements where count <= limit { element.countStrings(&count, upTo: limit) }
        case .object(let members):
            for (name, member) in members where count <= limit {
                count += name.utf8.count
                member.countStrings(&count, upTo: limit)
            }
        case .integer, .unsignedInteger, .double, .boolean, .null: count += 8
        }
    }
}

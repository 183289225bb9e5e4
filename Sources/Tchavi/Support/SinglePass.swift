/// Ensures that a sequence is iterated only once.
package struct SinglePass: Sendable {
    private let isTaken = Locked(false)

    package init() {}

    /// Returns whether this is the first call.
    package func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}

extension TchaviError {
    /// Returns the error of a second iterator of a sequence, for instance of `The stream`.
    package static func iteratedTwice(_ sequence: String) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "\(sequence) can be iterated only once, and has already been iterated.",
            advice: "Keep the elements of the first iteration, or call `collect()` instead of it for the whole result."
        )
    }
}

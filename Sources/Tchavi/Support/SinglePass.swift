/// Lets one iterator have a sequence, and tells every further one that it may not.
package struct SinglePass: Sendable {
    private let isTaken = Locked(false)

    package init() {}

    /// Whether the caller is the first.
    package func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}

extension TchaviError {
    /// The error of a second iterator.
    ///
    /// - Parameter what: What can be iterated once: `The stream`.
    package static func iteratedTwice(_ what: String) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "\(what) can be iterated only once, and was iterated before.",
            advice: "Keep what you need of the first iteration; `collect()` returns the whole."
        )
    }
}

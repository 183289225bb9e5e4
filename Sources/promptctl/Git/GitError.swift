import TchaviPrompts

/// Why a revision cannot be read.
struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is at fault, which decides on the exit code.
    enum Fault: Hashable, Sendable {
        /// What the user asked for: there is no such repository, revision or directory, or it is too large.
        case input
        /// Git: it is not installed, or failed.
        case tool
    }

    var fault: Fault
    /// What failed and why, in one sentence or two.
    var message: String
    /// How to fix it.
    var advice: String
    /// Whether the revision has no such directory.
    var isMissingDirectory = false

    /// Creates an error. Control characters in the strings are escaped, because they contain names from the repository.
    init(_ fault: Fault, _ message: String, advice: String) {
        self.fault = fault
        self.message = message.escapingControlCharacters
        self.advice = advice.escapingControlCharacters
    }

    var description: String { "\(message) \(advice)" }
}

extension GitError {
    /// The error of a command that failed for no reason of the user's.
    init(_ command: String, failed result: ProcessRun.Result) {
        let end =
            switch result.status {
            case .exited(let code): "failed with exit code \(code)"
            case .signal(let number): "was terminated by signal \(number)"
            }
        let reason = result.gitMessage.map { ": \($0)" } ?? "."
        self.init(.tool, "`git \(command)` \(end)\(reason)", advice: "Check the repository with `git fsck`.")
    }

    /// The error of an object that a partial clone does not have.
    static func missingObject(_ id: String, path: String, revision: String) -> GitError {
        GitError(
            .tool,
            "The repository does not contain object \(id), which is `\(path)` in `\(revision)`.",
            advice:
                "In a partial clone, fetch the revision's objects first: `git worktree add --detach DIRECTORY REVISION`."
        )
    }
}

extension ProcessRun.Result {
    /// What Git wrote to the standard error, as one sentence without `fatal:`; `nil` if it is empty.
    var gitMessage: String? {
        let lines = String(decoding: errorOutput.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
        let text = lines.map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty }.joined(separator: " ")
        guard !text.isEmpty else { return nil }
        let message = text.hasPrefix("fatal: ") ? text.dropFirst(7) : text[...]
        return message.hasSuffix(".") ? String(message) : message + "."
    }
}

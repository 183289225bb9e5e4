/// How a command ended, as scripts see it.
enum ExitCode: Int32, Sendable {
    /// The command did what it was asked.
    case success = 0
    /// The command did its work, and found something: errors, failed tests, changes, or that nothing is picked.
    case findings = 1
    /// The arguments are not valid.
    case usage = 64
    /// Something that the command cannot do without is missing or invalid.
    case data = 65
    /// The source of the prompts, or the gateway, is not available.
    case unavailable = 69
    /// The command was interrupted.
    case interrupted = 130
}

/// An error of the command itself, with its exit code.
struct Failure: Error {
    let code: ExitCode
    let message: String
    var advice: String?

    init(_ code: ExitCode, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
    }
}

/// Something in a file of a prompt directory that is wrong, or that is probably not what its author meant.
public struct AuthoringDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How severe a diagnostic is.
    public enum Severity: String, Sendable, Hashable {
        /// Something cannot be read.
        case error
        /// Everything can be read, but perhaps not as its author meant it.
        case warning
    }

    /// The path of the file, as in the ``FileTree``.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in Unicode scalars.
    public var column: Int
    /// How severe it is.
    public var severity: Severity
    /// The id of the prompt that the file belongs to, if it is known.
    public var promptID: String?
    /// What is wrong, in one sentence.
    public var message: String
    /// What to write instead, in one sentence.
    public var advice: String

    /// Creates a diagnostic.
    public init(
        file: String,
        line: Int,
        column: Int,
        severity: Severity = .error,
        promptID: String? = nil,
        message: String,
        advice: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.promptID = promptID
        self.message = message
        self.advice = advice
    }

    /// The diagnostic in the form of a compiler's: `support-reply/1.md:3:1: error: …`.
    public var description: String { "\(file):\(line):\(column): \(severity.rawValue): \(message) \(advice)" }
}

/// Something in a prompt that could not be read, or that is probably not what its author meant.
public struct PromptDiagnostic: Sendable, Hashable {
    /// How severe a diagnostic is.
    public enum Severity: String, Sendable, Hashable {
        /// Something cannot be read.
        case error
        /// Everything can be read, but perhaps not as its author meant it.
        case warning
    }

    /// The location of the prompt, such as a file's path or a URL.
    public var location: String
    /// The line of the problem, from 1; `nil` if the source has no lines.
    public var line: Int?
    /// The column of the problem, from 1, in Unicode scalars.
    public var column: Int?
    /// How severe the diagnostic is.
    public var severity: Severity
    /// The prompt's id, if it could be read.
    public var promptID: String?
    /// What is wrong, in one sentence.
    public var reason: String
    /// What to do about it, in one sentence.
    public var advice: String?
    /// Whether the library uses an earlier, valid record of the prompt. Set by the library.
    public var servesOlderForm = false

    /// Creates a diagnostic.
    public init(
        location: String,
        line: Int? = nil,
        column: Int? = nil,
        severity: Severity = .error,
        promptID: String? = nil,
        reason: String,
        advice: String? = nil
    ) {
        self.location = location
        self.line = line
        self.column = column
        self.severity = severity
        self.promptID = promptID
        self.reason = reason
        self.advice = advice
    }
}

extension PromptDiagnostic: CustomStringConvertible {
    /// The diagnostic in the form of a compiler's: `support-reply/1.md:3:1: error: …`.
    public var description: String {
        let place = [location, line.map { "\($0)" }, column.map { "\($0)" }].compactMap(\.self).joined(separator: ":")
        return "\(place): \(severity): \(reason)" + (advice.map { " " + $0 } ?? "")
            + (servesOlderForm ? " The last valid record is still used." : "")
    }
}

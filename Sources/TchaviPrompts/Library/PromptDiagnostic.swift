/// A prompt that could not be read, and why.
public struct PromptDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// The location of the prompt, such as a file's name or a URL.
    public var location: String
    /// The prompt's id, if it could be read.
    public var promptID: String?
    /// Why the prompt could not be read, with the JSON path of the problem.
    public var reason: String
    /// Whether the library still uses the prompt's last valid record. Set by the library.
    public var servesOlderForm = false

    /// Creates a diagnostic.
    public init(location: String, promptID: String? = nil, reason: String) {
        self.location = location
        self.promptID = promptID
        self.reason = reason
    }

    /// The location and the reason in one line.
    public var description: String {
        "\(location): \(reason)" + (servesOlderForm ? " (the last valid record is still used)" : "")
    }
}

public import Tchavi

/// What happens to a tool call before it is run.
public enum ToolCallDecision: Sendable, Hashable {
    /// The call is run.
    case allow
    /// The call is not run, and the model is told the reason.
    case deny(reason: String)
    /// The call is run with other arguments.
    case change(arguments: JSONValue)
}

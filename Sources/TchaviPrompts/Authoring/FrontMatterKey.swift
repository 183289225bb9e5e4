import Tchavi

/// The keys of front matter.
enum FrontMatterKey {
    /// The keys of a version and its config, in the order in which they are written.
    static let fields = [
        "model", "provider", "deploymentId", "description", "createdAt", "updatedAt", "tags", "id", "promptId",
        "configId",
    ]
    /// The chat API's parameters that `ChatRequest` knows, in the order in which they are written.
    static let parameters = [
        "temperature", "max_tokens", "max_completion_tokens", "top_p", "n", "stop", "presence_penalty",
        "frequency_penalty", "logit_bias", "seed", "user", "response_format", "tools", "tool_choice", "stream_options",
    ]
    /// All keys.
    static let known = KnownNames(fields + parameters + ["parameters", "extra", "configExtra"])

    /// The fields of a version's JSON, which `extra` must not contain.
    static let versionFields = ["id", "version", "promptId", "description", "config", "createdAt", "updatedAt"]
    /// The fields of a config's JSON, which `configExtra` must not contain.
    static let configFields = ["id", "messages", "modelParameters", "model", "provider", "deploymentId", "tags"]
}

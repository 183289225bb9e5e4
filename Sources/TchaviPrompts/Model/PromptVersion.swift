public import Tchavi

/// A version of a prompt: its number, and the messages and model that it runs.
public struct PromptVersion: Sendable, Hashable, Identifiable {
    /// The version's id, the key of its deployments in ``PromptRecord/deployments``.
    public var id: String
    /// The version's number, which ``PromptQuery/version(_:)`` selects.
    public var version: Int
    /// The id of the prompt that the version belongs to.
    public var promptID: String
    /// The author's description of the version.
    public var description: String?
    /// The messages, the model and its parameters; `nil` for a version that was never saved, which cannot be run.
    public var config: PromptVersionConfig?
    /// When the version was created.
    public var createdAt: Timestamp?
    /// When the version was last changed.
    public var updatedAt: Timestamp?
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue]
    /// Why the version could not be read; `nil` if it could.
    ///
    /// Such a version has only its id, number and tags. It takes part in selection, so that nobody gets another version
    /// instead, and ``PromptLibrary/prompt(_:matching:default:)`` throws ``PromptError/Code/invalidRecord`` where it is selected.
    public var unreadableReason: String?

    /// The ``PromptVersionConfig/contentHash`` of the configuration; `nil` without one.
    public var contentHash: String? { config?.contentHash }

    /// Creates a version; one without a `config` cannot be run.
    public init(id: String, version: Int, promptID: String, config: PromptVersionConfig?) {
        self.id = id
        self.version = version
        self.promptID = promptID
        self.config = config
        additionalFields = [:]
    }
}

extension PromptVersion: JSONMapped {
    package init() { self.init(id: "", version: 0, promptID: "", config: nil) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("id", &id)
        json.field("version", &version)
        json.defaulted("promptId", &promptID)
        json.field("description", &description)
        json.field("config", &config)
        json.field("createdAt", &createdAt)
        json.field("updatedAt", &updatedAt)
        json.rest(&additionalFields)
    }
}

/// The configuration of a version: what it sends to which model.
public struct PromptVersionConfig: Sendable, Hashable {
    /// The configuration's id.
    public var id: String
    /// The messages. Their texts, their image URLs and the other strings of their parts may contain variables.
    public var messages: [ChatMessage]
    /// The model parameters under their names in the chat API, such as `temperature`, `max_tokens` and `tools`.
    public var modelParameters: [String: JSONValue]
    /// The name of the model.
    public var model: String
    /// The name of the model's provider.
    public var provider: String
    /// The id of the provider's deployment of the model, for providers that have deployments.
    public var deploymentID: String?
    /// The version's tags, by which queries can select it.
    public var tags: [String: ConditionValue]
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue]

    /// Creates a configuration.
    public init(
        id: String,
        messages: [ChatMessage],
        model: String,
        provider: String = "openai",
        modelParameters: [String: JSONValue] = [:],
        tags: [String: ConditionValue] = [:]
    ) {
        self.id = id
        self.messages = messages
        self.modelParameters = modelParameters
        self.model = model
        self.provider = provider
        self.tags = tags
        additionalFields = [:]
    }
}

extension PromptVersionConfig {
    /// The SHA-256 hash, in hexadecimal, of the configuration's canonical JSON (RFC 8785).
    ///
    /// It identifies what a version was when it was selected: two versions of the same id with different hashes are an
    /// edit in place. The JSON is what it is encoded as, with the unrecognized fields, so a field that is
    /// missing and one that has its default value have the same hash. Takes time in proportion to the configuration.
    public var contentHash: String { SHA256.hexadecimal(json.canonical()) }
}

extension PromptVersionConfig: JSONMapped {
    package init() { self.init(id: "", messages: [], model: "", provider: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        if json.isReading {
            if json.members["messages"] == nil, json.members["nodes"] != nil {
                json.fail(
                    JSONError("the version is a prompt chain, which this package cannot run", at: [.member("nodes")])
                )
            }
            var stored: [StoredMessage] = []
            json.field("messages", &stored)
            messages = stored.map(\.message)
        } else {
            json.field("messages", &messages)
        }
        json.defaulted("modelParameters", &modelParameters)
        json.field("model", &model)
        json.defaulted("provider", &provider)
        json.field("deploymentId", &deploymentID)
        json.field("tags", &tags, reading: Self.tags, writing: { $0.json })
        json.rest(&additionalFields)
    }
    /// Reads tags; one that is null counts as not set.
    static func tags(_ json: JSONValue) throws(JSONError) -> [String: ConditionValue] {
        try [String: ConditionValue](reading: json.object.map { .object($0.filter { !$0.value.isNull }) } ?? json)
    }
}

public import Tchavi

/// One version of a prompt.
public struct PromptVersion: Sendable, Hashable, Identifiable {
    /// The version's id, by which deployments name it.
    public var id: String
    /// The version's number.
    public var version: Int
    /// The prompt's id.
    public var promptID: String
    /// What the version is about, in its author's words.
    public var description: String?
    /// What is run: messages, model and parameters. A version that was never saved has none.
    public var config: PromptVersionConfig?
    /// When the version was made.
    public var createdAt: Timestamp?
    /// When the version was last changed.
    public var updatedAt: Timestamp?
    /// What else the version has.
    public var additionalFields: [String: JSONValue]

    /// Makes a version.
    ///
    /// - Parameters:
    ///   - id: The version's id.
    ///   - version: The version's number.
    ///   - promptID: The prompt's id.
    ///   - config: What is run.
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

/// What a version runs.
public struct PromptVersionConfig: Sendable, Hashable {
    /// The config's id.
    public var id: String
    /// The messages, with variables in their texts and image URLs.
    public var messages: [ChatMessage]
    /// The model's parameters as the chat API names them: `temperature`, `max_tokens`, `tools`, and any other.
    public var modelParameters: [String: JSONValue]
    /// The model's name.
    public var model: String
    /// Who provides the model.
    public var provider: String
    /// The provider's deployment of the model, where it has such.
    public var deploymentID: String?
    /// The version's tags, by which queries can select it.
    public var tags: [String: ConditionValue]
    /// What else the config has.
    public var additionalFields: [String: JSONValue]

    /// Makes a config.
    ///
    /// - Parameters:
    ///   - id: The config's id.
    ///   - messages: The messages.
    ///   - model: The model's name.
    ///   - provider: Who provides the model.
    ///   - modelParameters: The model's parameters.
    ///   - tags: The version's tags.
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

extension PromptVersionConfig: JSONMapped {
    package init() { self.init(id: "", messages: [], model: "", provider: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        json.field("messages", &messages)
        json.defaulted("modelParameters", &modelParameters)
        json.field("model", &model)
        json.defaulted("provider", &provider)
        json.field("deploymentId", &deploymentID)
        // A tag that was set to null is not set.
        json.field(
            "tags",
            &tags,
            reading: { json throws(JSONError) in
                try [String: ConditionValue](
                    reading: json.object.map { .object($0.filter { !$0.value.isNull }) } ?? json
                )
            },
            writing: { $0.json }
        )
        json.rest(&additionalFields)
    }
}

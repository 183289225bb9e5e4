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

extension PromptVersion: JSONRepresentable {
    /// Reads `{id, version, promptId, description?, config?, createdAt, updatedAt}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where the id or number is missing, or the config cannot be read.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        version = try object.required("version")
        promptID = try object.optional("promptId") ?? ""
        description = try object.optional("description")
        config = try object.optional("config")
        createdAt = try object.optional("createdAt")
        updatedAt = try object.optional("updatedAt")
        additionalFields = object.remaining
    }

    /// `{id, version, promptId, description?, config?, createdAt?, updatedAt?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("id", id)
        object.set("version", version)
        object.set("promptId", promptID)
        object.set("description", description)
        object.set("config", config)
        object.set("createdAt", createdAt)
        object.set("updatedAt", updatedAt)
        return object.json
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

extension PromptVersionConfig: JSONRepresentable {
    /// Reads `{id, messages, modelParameters, model, provider, deploymentId?, tags?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where the messages or the model are missing, or a tag is an object.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.optional("id") ?? ""
        messages = try object.requiredArray("messages")
        modelParameters = try object.optionalObject("modelParameters") ?? [:]
        model = try object.required("model")
        provider = try object.optional("provider") ?? ""
        deploymentID = try object.optional("deploymentId")
        tags = [:]
        for (name, json) in try object.optionalObject("tags") ?? [:] where json != .null {
            do {
                tags[name] = try JSONObject.value(json, at: .member(name)) as ConditionValue
            } catch {
                throw error.inside(.member("tags"))
            }
        }
        additionalFields = object.remaining
    }

    /// `{id, messages, modelParameters, model, provider, deploymentId?, tags}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("id", id)
        object.set("messages", messages)
        object.set("modelParameters", JSONValue.object(modelParameters))
        object.set("model", model)
        object.set("provider", provider)
        object.set("deploymentId", deploymentID)
        object.set("tags", JSONValue.object(tags.mapValues(\.json)))
        return object.json
    }
}

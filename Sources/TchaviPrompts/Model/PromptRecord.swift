public import Tchavi

/// A prompt as it is stored: its versions, their deployments, and its fallback.
///
/// Versions, deployments and a fallback that the JSON marks as deleted, by a `deletedAt`, are not read.
public struct PromptRecord: Sendable, Hashable, Identifiable {
    /// The prompt's id, which programs pass to ``PromptLibrary/prompt(_:matching:default:)``.
    public var promptID: String
    /// The id of the folder that contains the prompt; empty for none.
    public var folderID: String
    /// The versions, in any order.
    public var versions: [PromptVersion]
    /// The deployments, by the id of the deployed version. Deployments of a version that is not in ``versions`` are
    /// ignored.
    public var deployments: [PromptVersion.ID: [Deployment]]
    /// The fallback: the version that is selected if no deployment applies to the query.
    public var fallbackVersion: PromptVersion?
    /// The syntax of the variables in this prompt's messages; `nil` for the library's syntax.
    public var variableSyntax: VariableSyntax?
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue]

    /// The same as ``promptID``.
    public var id: String { promptID }

    /// Creates a record.
    public init(
        promptID: String,
        folderID: String = "",
        versions: [PromptVersion],
        deployments: [PromptVersion.ID: [Deployment]] = [:],
        fallbackVersion: PromptVersion? = nil
    ) {
        self.promptID = promptID
        self.folderID = folderID
        self.versions = versions
        self.deployments = deployments
        self.fallbackVersion = fallbackVersion
        additionalFields = [:]
    }
}

extension PromptRecord {
    /// Creates a prompt with one version, of number 1, which is deployed unconditionally.
    ///
    /// - Parameters:
    ///   - id: The prompt's id.
    ///   - messages: The messages, whose texts and image URLs may contain variables.
    ///   - model: The name of the model.
    ///   - modelParameters: The model parameters under their names in the chat API.
    public init(
        _ id: String,
        messages: [ChatMessage],
        model: String,
        modelParameters: [String: JSONValue] = [:]
    ) {
        let config = PromptVersionConfig(id: "1", messages: messages, model: model, modelParameters: modelParameters)
        let version = PromptVersion(id: "1", version: 1, promptID: id, config: config)
        self.init(promptID: id, versions: [version], deployments: ["1": [Deployment(id: "everyone")]])
    }
}

extension PromptRecord: JSONMapped {
    package init() { self.init(promptID: "", versions: []) }

    package mutating func map(_ json: inout JSONMapper) {
        var stored = Undeleted(versions)
        json.field("versions", &stored)
        versions = stored.elements
        var id = json.isReading ? nil : promptID
        json.field("promptId", &id)
        promptID = id ?? versions.first?.promptID ?? ""
        if promptID.isEmpty { json.fail(JSONError("missing", at: [.member("promptId")])) }
        json.defaulted("folderId", &folderID)
        var rules = deployments.mapValues { Undeleted($0) }
        json.defaulted("rules", &rules)
        deployments = rules.mapValues(\.elements)
        json.field("fallbackVersion", &fallbackVersion, reading: Self.undeletedVersion, writing: { $0?.json })
        json.field("variableSyntax", &variableSyntax)
        json.rest(&additionalFields)
    }

    private static func undeletedVersion(_ json: JSONValue) throws(JSONError) -> PromptVersion? {
        json.isMarkedDeleted ? nil : try PromptVersion(json: json)
    }
}

public import Tchavi

/// One prompt as it is stored: its versions, how they are deployed, and what to fall back on.
public struct PromptRecord: Sendable, Hashable {
    /// The prompt's id, by which programs ask for it.
    public var promptID: String
    /// The folder that the prompt is in; empty for none.
    public var folderID: String
    /// The versions, in any order.
    public var versions: [PromptVersion]
    /// The deployments, by the id of the version that they put into service. Those of a version that ``versions`` lacks
    /// are ignored.
    public var deployments: [PromptVersion.ID: [Deployment]]
    /// What is run where no deployment is for the query.
    public var fallbackVersion: PromptVersion?
    /// How variables are written in this prompt's texts; `nil` for the library's syntax.
    public var variableSyntax: VariableSyntax?
    /// What else the record has.
    public var additionalFields: [String: JSONValue]

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - promptID: The prompt's id.
    ///   - folderID: The folder that the prompt is in.
    ///   - versions: The versions.
    ///   - deployments: The deployments, by version id.
    ///   - fallbackVersion: What is run where no deployment is for the query.
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

extension PromptRecord: JSONMapped {
    package init() { self.init(promptID: "", versions: []) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("versions", &versions)
        var id = json.isReading ? nil : promptID
        json.field("promptId", &id)
        promptID = id ?? versions.first?.promptID ?? ""
        if promptID.isEmpty { json.fail(JSONError("missing", at: [.member("promptId")])) }
        json.defaulted("folderId", &folderID)
        json.defaulted("rules", &deployments)
        json.field("fallbackVersion", &fallbackVersion)
        json.field("variableSyntax", &variableSyntax)
        json.rest(&additionalFields)
    }
}

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

extension PromptRecord: JSONRepresentable {
    /// Reads Maxim's `PromptVersionsAndRules`: `{promptId, folderId, rules: {versionId: [deployment]}, versions,
    /// fallbackVersion?}`, and `variableSyntax?` of this package's own. Without a `promptId` that of its versions is
    /// taken.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where the versions are missing, no id can be found, or a member cannot be read.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        versions = try object.requiredArray("versions")
        let named: String? = try object.optional("promptId")
        guard let id = named ?? versions.first?.promptID, !id.isEmpty else {
            throw JSONError("missing", at: [.member("promptId")])
        }
        promptID = id
        folderID = try object.optional("folderId") ?? ""
        deployments = [:]
        for (version, json) in try object.optionalObject("rules") ?? [:] {
            do {
                deployments[version] = try JSONObject.elements(json)
            } catch {
                throw error.inside(.member(version)).inside(.member("rules"))
            }
        }
        fallbackVersion = try object.optional("fallbackVersion")
        variableSyntax = try object.optional("variableSyntax")
        additionalFields = object.remaining
    }

    /// `{promptId, folderId, rules, versions, fallbackVersion?, variableSyntax?}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("promptId", promptID)
        object.set("folderId", folderID)
        object.set("rules", JSONValue.object(deployments.mapValues { .array($0.map(\.json)) }))
        object.set("versions", versions)
        object.set("fallbackVersion", fallbackVersion)
        object.set("variableSyntax", variableSyntax)
        return object.json
    }
}

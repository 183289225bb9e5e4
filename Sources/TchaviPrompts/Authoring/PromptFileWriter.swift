import Tchavi

/// Writes the files of a prompt's directory.
struct PromptFileWriter {
    /// The texts of the files, by their names.
    private(set) var files: [(name: String, text: String)] = []

    private let record: PromptRecord
    private var versions: [PromptVersion]
    private var wireVersions: [PromptVersion] = []
    private var wireDeployments: [PromptVersion.ID: [Deployment]]
    private var numbered: [(number: Int, deployment: Deployment, hasDefaultID: Bool)] = []

    /// Writes a prompt.
    ///
    /// - Parameters:
    ///   - record: The prompt.
    ///   - directoryID: The prompt's id that the directory's name gives.
    ///   - folderID: The folder's id that the directories above give.
    init(_ record: PromptRecord, directoryID: String, folderID: String) {
        self.record = record
        // The sort is stable.
        versions = record.versions.sorted { $0.version < $1.version }
        wireDeployments = record.deployments
        writeVersions()
        splitDeployments()
        let members = members(directoryID: directoryID, folderID: folderID)
        if !members.isEmpty || files.isEmpty {
            files.append(("prompt.json", AuthoredJSON.object(members, isExpanded: true).text() + "\n"))
        }
    }

    /// Writes a file for the first version of each number, unless its id is taken.
    private mutating func writeVersions() {
        var ids: Set<String> = []
        var previous: Int?
        for version in versions {
            defer { previous = version.version }
            if version.version != previous, !ids.contains(version.id),
                let text = VersionWriter.text(of: version, promptID: record.promptID)
            {
                ids.insert(version.id)
                files.append(("\(version.version).md", text))
            } else {
                wireVersions.append(version)
            }
        }
    }

    // MARK: prompt.json

    private func members(directoryID: String, folderID: String) -> [(String, AuthoredJSON)] {
        var members: [(String, AuthoredJSON)] = []
        func add(_ name: String, _ json: JSONValue) { members.append((name, AuthoredJSON(json))) }
        var extra = record.additionalFields
        if !record.promptID.isSameText(as: directoryID) { add("promptId", .string(record.promptID)) }
        if !record.folderID.isSameText(as: folderID) { add("folderId", .string(record.folderID)) }
        if let syntax = record.variableSyntax { add("variableSyntax", syntax.json) }
        if let description = extra["description"], description.string != nil {
            add("description", description)
            extra["description"] = nil
        }
        if !numbered.isEmpty {
            members.append(("deployments", .array(numbered.map(Self.element), isExpanded: true)))
        }
        if let fallback = record.fallbackVersion {
            let isVersion = versions.first { $0.version == fallback.version } == fallback
            add("fallback", isVersion ? .integer(Int64(fallback.version)) : fallback.json)
        }
        if !wireVersions.isEmpty {
            members.append(("versions", .array(wireVersions.map { AuthoredJSON($0.json) }, isExpanded: true)))
        }
        if !wireDeployments.isEmpty { add("rules", wireDeployments.json) }
        if !extra.isEmpty { add("extra", .object(extra)) }
        return members
    }

    // MARK: Deployments

    /// Moves the deployments that can name their version by number from those that cannot.
    ///
    /// The order of a version's deployments is kept: those after one that cannot stay with it.
    private mutating func splitDeployments() {
        var ids: Set<ByteText> = []
        var previous: Int?
        for version in versions where version.version != previous {
            previous = version.version
            guard let deployments = wireDeployments[version.id] else { continue }
            var withoutID = 0
            var count = 0
            for deployment in deployments {
                guard Self.isShort(deployment, number: version.version), ids.insert(ByteText(deployment.id)).inserted
                else { break }
                let defaultID = withoutID == 0 ? "v\(version.version)" : "v\(version.version)-\(withoutID + 1)"
                let hasDefaultID = deployment.weight == nil && deployment.id.isSameText(as: defaultID)
                if hasDefaultID { withoutID += 1 }
                numbered.append((version.version, deployment, hasDefaultID))
                count += 1
            }
            guard count > 0 else { continue }
            wireDeployments[version.id] = count == deployments.count ? nil : Array(deployments[count...])
        }
    }

    /// Whether a deployment of a version has no field that an element of `deployments` cannot have.
    private static func isShort(_ deployment: Deployment, number: Int) -> Bool {
        deployment.version == number && deployment.additionalRuleFields.isEmpty
            && !DeploymentReader.wireFields.contains { deployment.additionalFields[$0] != nil }
    }

    private static func element(_ number: Int, _ deployment: Deployment, hasDefaultID: Bool) -> AuthoredJSON {
        var members: [(String, AuthoredJSON)] = [("version", AuthoredJSON(.integer(Int64(number))))]
        func add(_ name: String, _ json: JSONValue?) {
            if let json { members.append((name, AuthoredJSON(json))) }
        }
        var extra = deployment.additionalFields
        if !hasDefaultID { add("id", .string(deployment.id)) }
        if let query = deployment.query {
            if let when = when(query) { members.append(("when", when)) } else { add("query", query.json) }
        }
        add("weight", deployment.weight?.json)
        add("experiment", deployment.experiment?.json)
        add("timestamp", deployment.timestamp?.json)
        if deployment.isFallback { add("isFallback", true) }
        if let description = extra["description"], description.string != nil {
            add("description", description)
            extra["description"] = nil
        }
        if !extra.isEmpty { add("extra", .object(extra)) }
        return .object(members)
    }

    /// The short form of a group, or `nil` if it has none.
    private static func when(_ query: RuleGroup) -> AuthoredJSON? {
        guard query == RuleGroup(.and, query.rules) else { return nil }
        var fields: [(field: String, rules: [Rule])] = []
        var names: Set<String> = []
        for member in query.rules {
            guard case .rule(let rule) = member, rule == Rule(rule.field, rule.operator, rule.value),
                RuleOperator.known.contains(rule.operator)
            else { return nil }
            if let last = fields.last, last.field.isSameText(as: rule.field) {
                guard let previous = last.rules.last, previous.operator.rawValue.precedesInBytes(rule.operator.rawValue)
                else { return nil }
                fields[fields.count - 1].rules.append(rule)
            } else {
                guard fields.last?.field.precedesInBytes(rule.field) != false, names.insert(rule.field).inserted else {
                    return nil
                }
                fields.append((rule.field, [rule]))
            }
        }
        return .object(fields.map { ($0.field, condition($0.rules)) })
    }

    private static func condition(_ rules: [Rule]) -> AuthoredJSON {
        if rules.count == 1, let rule = rules.first {
            switch (rule.operator, rule.value) {
            case (.includes, .strings): return AuthoredJSON(rule.value.json)
            case (.equal, .string), (.equal, .integer), (.equal, .number), (.equal, .boolean):
                return AuthoredJSON(rule.value.json)
            default: break
            }
        }
        return .object(rules.map { ($0.operator.rawValue, AuthoredJSON($0.value.json)) })
    }
}

import Tchavi

/// A file of JSON records: one, or those that the API returns within `data`.
struct RecordFile {
    private(set) var prompts: [AuthoredPrompt] = []
    /// What is wrong in the file as a whole, or in a record without an id.
    private(set) var diagnostics: [AuthoringDiagnostic] = []

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - folderID: The folder of the records that do not name theirs.
    init(_ source: SourceText, folderID: String) {
        let json: JSONPrefix
        do {
            json = try source.json()
        } catch {
            diagnostics = source.diagnostics([error.finding], promptID: nil)
            return
        }
        for offset in json.repeatedNames {
            var finding = Finding(repeatedKeyAt: offset)
            finding.severity = .warning
            diagnostics += source.diagnostics([finding], promptID: nil)
        }
        guard let data = json.value["data"], json.value["versions"] == nil else {
            read(json.value, path: [], source, folderID: folderID)
            return
        }
        if let records = data.array {
            for (index, record) in records.enumerated() {
                read(record, path: [.member("data"), .element(index)], source, folderID: folderID)
            }
        } else {
            read(data, path: [.member("data")], source, folderID: folderID)
        }
    }

    private mutating func read(_ json: JSONValue, path: [JSONError.Step], _ source: SourceText, folderID: String) {
        var findings = JSONFindings()
        var prompt: AuthoredPrompt?
        do {
            var record = try PromptRecord(json: json)
            if json["folderId"]?.string == nil { record.folderID = folderID }
            prompt = AuthoredPrompt(file: source.path, record: record)
        } catch {
            findings.append(error, in: path)
            prompt = Self.readParts(json, file: source.path, folderID: folderID)
        }
        let found = source.diagnostics(findings.located(in: source), promptID: prompt?.id)
        if var prompt {
            prompt.diagnostics = found
            prompts.append(prompt)
        } else {
            diagnostics += found
        }
    }

    /// Reads what can be read of a record that is not valid; `nil` if it has no id.
    private static func readParts(_ json: JSONValue, file: String, folderID: String) -> AuthoredPrompt? {
        var wire = WireParts()
        try? wire.readVersions(json["versions"] ?? [])
        if let rules = json["rules"], !rules.isNull { try? wire.readDeployments(rules) }
        let id = json["promptId"]?.string ?? wire.versions.first?.promptID ?? ""
        guard !id.isEmpty else { return nil }
        var prompt = AuthoredPrompt(
            file: file,
            record: PromptRecord(promptID: id, folderID: json["folderId"]?.string ?? folderID, versions: wire.versions)
        )
        prompt.record.deployments = wire.deployments
        prompt.unreadableVersions = wire.unreadableVersions
        prompt.unreadableDeployments = wire.unreadableDeployments
        if let fallback = json["fallbackVersion"], !fallback.isNull {
            prompt.record.fallbackVersion = try? PromptVersion(json: fallback)
            prompt.isFallbackUnreadable = prompt.record.fallbackVersion == nil
        }
        // Whatever is wrong besides versions, deployments and the fallback concerns the whole prompt.
        var rest = (json.object ?? [:])
        rest["rules"] = nil
        rest["fallbackVersion"] = nil
        if rest["versions"] != nil { rest["versions"] = [] }
        rest["promptId"] = .string(id)
        prompt.isIncomplete = wire.isIncomplete || (try? PromptRecord(json: .object(rest))) == nil
        return prompt
    }
}

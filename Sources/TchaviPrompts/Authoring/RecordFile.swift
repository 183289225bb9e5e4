import Tchavi

/// A file of JSON records: one, or those that the API returns within `data`.
struct RecordFile {
    private(set) var prompts: [AuthoredPrompt] = []
    /// What is wrong in the file as a whole, or in a record without an id.
    private(set) var diagnostics: [PromptDiagnostic] = []

    private let source: SourceText
    private let folderID: String
    /// What is wrong in records, with the index of the prompt unless the record has no id.
    private var errors: [(prompt: Int?, error: JSONError)] = []

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - folderID: The folder of the records that do not name theirs.
    init(_ source: SourceText, folderID: String) {
        self.source = source
        self.folderID = folderID
        let json: JSONPrefix
        do {
            json = try source.json()
        } catch {
            diagnostics = source.diagnostics([error.finding], promptID: nil)
            return
        }
        // The last of several members with one name counts, as everywhere on the wire.
        diagnostics = source.diagnostics(
            json.repeatedNames.map { offset in
                var finding = Finding(repeatedKeyAt: offset)
                finding.severity = .warning
                return finding
            },
            promptID: nil
        )
        if let data = json.value["data"], json.value["versions"] == nil {
            if let records = data.array {
                for (index, record) in records.enumerated() { read(record, path: [.member("data"), .element(index)]) }
            } else {
                read(data, path: [.member("data")])
            }
        } else {
            read(json.value, path: [])
        }
        report()
    }

    private mutating func read(_ json: JSONValue, path: [JSONError.Step]) {
        do {
            var record = try PromptRecord(json: json)
            if json["folderId"]?.string == nil { record.folderID = folderID }
            prompts.append(AuthoredPrompt(file: source.path, record: record))
        } catch {
            let error = JSONError(error.cause, at: path + error.steps)
            if let prompt = Self.readParts(json, at: path, file: source.path, folderID: folderID) {
                errors.append((prompts.count, error))
                prompts.append(prompt)
            } else {
                errors.append((nil, error))
            }
        }
    }

    /// Finds the places of all errors at once.
    private mutating func report() {
        var findings = JSONFindings()
        for (_, error) in errors { findings.append(error) }
        let located = zip(errors, findings.located(in: source))
        diagnostics += source.diagnostics(located.filter { $0.0.prompt == nil }.map(\.1), promptID: nil)
        let found = located.filter { $0.0.prompt != nil }
        for (item, diagnostic) in zip(found, source.diagnostics(inOrder: found.map(\.1), promptID: nil)) {
            guard let index = item.0.prompt else { continue }
            prompts[index].diagnostics = [diagnostic]
            prompts[index].diagnostics[0].promptID = prompts[index].id
            prompts[index].record.replaceReasons(by: prompts[index].diagnostics)
        }
    }

    /// Reads what can be read of a record that is not valid; `nil` if it has no id.
    private static func readParts(
        _ json: JSONValue,
        at path: [JSONError.Step],
        file: String,
        folderID: String
    ) -> AuthoredPrompt? {
        var wire = WireParts()
        try? wire.readVersions(json["versions"] ?? [], at: path + [.member("versions")])
        if let rules = json["rules"], !rules.isNull { try? wire.readDeployments(rules, at: path + [.member("rules")]) }
        let id = json["promptId"]?.string ?? wire.versions.first?.promptID ?? ""
        guard !id.isEmpty else { return nil }
        var prompt = AuthoredPrompt(
            file: file,
            record: PromptRecord(promptID: id, folderID: json["folderId"]?.string ?? folderID, versions: wire.versions)
        )
        prompt.record.deployments = wire.deployments
        if let fallback = json["fallbackVersion"], !fallback.isNull {
            do {
                prompt.record.fallbackVersion = try PromptVersion(json: fallback)
            } catch {
                let reason = error.message(inside: path + [.member("fallbackVersion")])
                prompt.record.fallbackVersion = PromptVersion(unreadableReason: reason)
            }
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

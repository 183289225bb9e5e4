import Tchavi

/// A file, or a response of a server, of JSON records: one, or those that the API returns within `data`.
///
/// A prompt that is marked as deleted, by a `deletedAt`, is left out.
struct RecordFile {
    private(set) var prompts: [AuthoredPrompt] = []
    /// What is wrong in the file as a whole, or in a record without an id.
    private(set) var diagnostics: [PromptDiagnostic] = []

    /// The file, for the lines and columns of errors; `nil` for a response, which nobody can look at.
    private let source: SourceText?
    private let location: String
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
        location = source.path
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
        read(all: json.value)
    }

    /// Reads a response.
    ///
    /// - Parameters:
    ///   - json: The response.
    ///   - location: Its location, for diagnostics.
    init(response json: JSONValue, location: String) {
        source = nil
        self.location = location
        folderID = ""
        read(all: json)
    }

    private mutating func read(all json: JSONValue) {
        if let data = json["data"], json["versions"] == nil {
            if let records = data.array {
                for (index, record) in records.enumerated() { read(record, path: [.member("data"), .element(index)]) }
            } else {
                read(data, path: [.member("data")])
            }
        } else {
            read(json, path: [])
        }
        report()
    }

    private mutating func read(_ json: JSONValue, path: [JSONError.Step]) {
        if json.isMarkedDeleted { return }
        let count = prompts.count
        defer { if prompts.count > count { prompts[count].recordPath = path } }
        if let id = json["promptChainId"]?.string, json["promptId"] == nil {
            let cause = "`\(id)` is a prompt chain, which this package cannot run"
            errors.append((prompts.count, JSONError(cause, at: path + [.member("promptChainId")])))
            prompts.append(AuthoredPrompt(file: location, record: PromptRecord(promptID: id, versions: [])))
            prompts[prompts.count - 1].isIncomplete = true
            return
        }
        do {
            var record = try PromptRecord(json: json)
            if json["folderId"]?.string == nil { record.folderID = folderID }
            prompts.append(AuthoredPrompt(file: location, record: record))
        } catch {
            let error = JSONError(error.cause, at: path + error.steps)
            if let prompt = Self.readParts(json, at: path, file: location, folderID: folderID) {
                errors.append((prompts.count, error))
                prompts.append(prompt)
            } else {
                errors.append((nil, error))
            }
        }
    }

    private mutating func report() {
        let reported = located(errors.map(\.error))
        for (item, diagnostic) in zip(errors, reported) {
            guard let index = item.prompt else {
                diagnostics.append(diagnostic)
                continue
            }
            prompts[index].diagnostics = [diagnostic]
            prompts[index].diagnostics[0].promptID = prompts[index].id
            prompts[index].record.replaceReasons(by: prompts[index].diagnostics)
        }
    }

    /// Finds the places of all errors at once.
    private func located(_ errors: [JSONError]) -> [PromptDiagnostic] {
        guard let source else {
            return errors.map { error in
                let finding = Finding(offset: 0, error)
                return PromptDiagnostic(location: location, reason: finding.message, advice: finding.advice)
            }
        }
        var findings = JSONFindings()
        for error in errors { findings.append(error) }
        return source.diagnostics(inOrder: findings.located(in: source), promptID: nil)
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
        if let fallback = json["fallbackVersion"], !fallback.isNull, !fallback.isMarkedDeleted {
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

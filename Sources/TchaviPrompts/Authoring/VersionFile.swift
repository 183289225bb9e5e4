import Tchavi

/// A version as its file `N.md` defines it.
struct VersionFile {
    /// The version, as far as it could be read.
    private(set) var version: PromptVersion
    /// Where the front matter gives the id; `nil` if it does not.
    private(set) var idOffset: Int?
    /// Where each message begins: its marker, or its first line if it has none.
    private(set) var messageOffsets: [Int] = []
    private(set) var findings: [Finding] = []

    private let source: SourceText
    private var entries: [String: FrontMatter.Entry] = [:]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - number: The number in its name.
    ///   - promptID: The id of the prompt.
    init(_ source: SourceText, number: Int, promptID: String) {
        self.source = source
        version = PromptVersion(id: "\(promptID)@\(number)", version: number, promptID: promptID, config: nil)
        if let finding = source.invalidUTF8 {
            findings = [finding]
            return
        }
        let lines = source.lines(from: source.start)
        guard let first = lines.first, source.isDashes(first) else {
            report(
                0,
                "The file does not begin with front matter.",
                "Begin it with a line `---`, a line `model: …` and another line `---`; the messages follow."
            )
            return
        }
        guard let closing = lines.dropFirst().firstIndex(where: source.isDashes) else {
            report(0, "The front matter is not closed.", "Write a second line `---` below its last entry.")
            return
        }
        let frontMatter = FrontMatter(source, lines: lines[1..<closing])
        findings = frontMatter.findings
        collect(frontMatter.entries)
        readVersion()
        let text = MessageText(source, lines: lines[(closing + 1)...])
        findings += text.findings
        if text.messages.isEmpty, !text.findings.contains(where: { $0.severity == .error }) {
            report(
                lines[closing].lowerBound,
                "The version has no message.",
                "Write the text of the system message below this line, or a line `user:` and the text of the user's message."
            )
        }
        version.config?.messages = text.messages
        messageOffsets = text.offsets
    }

    /// Returns where the front matter gives a model parameter; `nil` if it does not.
    func offset(ofParameter name: String) -> Int? {
        // `parameters` can have a name that is the key of something else, such as `model`.
        if let entry = entries["parameters"], entry.value?[name] != nil {
            return JSONPlaces(source.bytes, at: entry.valueOffset).name(at: [.member(name)])
        }
        return FrontMatterKey.parameters.contains(name) ? entries[name]?.offset : nil
    }

    // MARK: Entries

    /// Keeps the first entry of each known key, and reports the others.
    private mutating func collect(_ all: [FrontMatter.Entry]) {
        for entry in all {
            if entries[entry.key] != nil {
                report(entry.offset, "The key `\(entry.key)` is given twice.", "Remove one of the two.")
            } else if FrontMatterKey.known.contains(entry.key) {
                entries[entry.key] = entry
                if let finding = entry.finding { findings.append(finding) }
            } else {
                report(
                    entry.offset,
                    "The key `\(entry.key)` is unknown.",
                    FrontMatterKey.known.advice(for: entry.key)
                        + " Other parameters go into `parameters`, other fields into `extra` or `configExtra`."
                )
            }
        }
    }

    private mutating func readVersion() {
        let model = entries["model"]
        if model == nil {
            report(0, "The front matter does not name the model.", "Add a line such as `model: gpt-4o-mini`.")
        } else if let model, model.value?.isNull == true {
            report(model.valueOffset, "`model` is not valid: expected a string, found null.", "Name the model.")
        }
        version.id = string("id") ?? version.id
        if entries["id"]?.value?.string != nil { idOffset = entries["id"]?.offset }
        version.promptID = string("promptId") ?? version.promptID
        version.description = string("description")
        version.createdAt = string("createdAt").map { Timestamp($0) }
        version.updatedAt = string("updatedAt").map { Timestamp($0) }
        var config = PromptVersionConfig(id: string("configId") ?? "", messages: [], model: string("model") ?? "")
        config.provider = string("provider") ?? config.provider
        config.deploymentID = string("deploymentId")
        config.tags = tags()
        config.modelParameters = parameters()
        version.additionalFields = object("extra", reserved: FrontMatterKey.versionFields, depth: 2)
        config.additionalFields = object("configExtra", reserved: FrontMatterKey.configFields, depth: 3)
        version.config = config
    }

    private mutating func string(_ key: String) -> String? {
        guard let entry = entries[key], let value = entry.value, !value.isNull else { return nil }
        if let string = value.string { return string }
        report(
            entry.valueOffset,
            "`\(key)` is not valid: expected a string, found \(value.kind).",
            "Write the text in double quotes."
        )
        return nil
    }

    private mutating func tags() -> [String: ConditionValue] {
        guard let entry = entries["tags"], let value = entry.value, !value.isNull else { return [:] }
        do {
            return try PromptVersionConfig.tags(value)
        } catch {
            report(error, of: entry)
            // The tags that can be read still take part in the selection of versions.
            return (value.object ?? [:]).compactMapValues { try? ConditionValue(json: $0) }
        }
    }

    private mutating func parameters() -> [String: JSONValue] {
        var known: [String: JSONValue] = [:]
        for name in FrontMatterKey.parameters {
            if let value = entries[name]?.value { known[name] = value }
        }
        if ChatRequest.error(inParameters: known) != nil {
            for (name, value) in known {
                guard let entry = entries[name] else { continue }
                if let error = ChatRequest.error(inParameters: [name: value]) {
                    report(JSONError(error.cause, at: Array(error.steps.dropFirst())), of: entry)
                } else if !value.isNested(within: JSONParser.maximumDepth - 5) {
                    reportDepth(of: entry)
                }
            }
        } else {
            for (name, value) in known where !value.isNested(within: JSONParser.maximumDepth - 5) {
                if let entry = entries[name] { reportDepth(of: entry) }
            }
        }
        let others = object("parameters", reserved: FrontMatterKey.parameters.filter { entries[$0] != nil }, depth: 4)
        return known.merging(others) { first, _ in first }
    }

    /// Reads an object of other fields.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - reserved: The members that have a key of their own.
    ///   - depth: How deep a record has the object's members.
    /// - Returns: The members; empty if there are none, or if the value is not valid.
    private mutating func object(_ key: String, reserved: [String], depth: Int) -> [String: JSONValue] {
        guard let entry = entries[key], let value = entry.value, !value.isNull else { return [:] }
        guard let members = value.object else {
            report(JSONError("expected an object, found \(value.kind)"), of: entry)
            return [:]
        }
        if let name = reserved.first(where: { members[$0] != nil }) {
            let offset = JSONPlaces(source.bytes, at: entry.valueOffset).name(at: [.member(name)])
            report(offset, "`\(name)` is given twice: it has a place of its own.", "Remove it from `\(key)`.")
        } else if !value.isNested(within: JSONParser.maximumDepth - depth) {
            reportDepth(of: entry)
        }
        return members
    }

    // MARK: Findings

    private mutating func report(_ offset: Int, _ message: String, _ advice: String) {
        findings.append(Finding(offset: offset, message: message, advice: advice))
    }

    private mutating func report(_ error: JSONError, of entry: FrontMatter.Entry) {
        let places = source.bytes[entry.valueOffset]
        // A bare text has no places inside it.
        let isJSON = "{[\"".utf8.contains(places)
        let offset = isJSON ? JSONPlaces(source.bytes, at: entry.valueOffset).value(at: error.steps) : entry.valueOffset
        findings.append(Finding(offset: offset, error.inside(.member(entry.key))))
    }

    private mutating func reportDepth(of entry: FrontMatter.Entry) {
        report(
            entry.valueOffset,
            "`\(entry.key)` is nested too deep for a record of \(JSONParser.maximumDepth) levels.",
            "Nest arrays and objects less deep."
        )
    }
}

extension SourceText {
    /// Whether a line is `---`, which spaces and tabs may follow.
    func isDashes(_ line: Range<Int>) -> Bool { matches(trimmingEnd(line), "---") }
}

extension ChatRequest {
    /// Why parameters are not of the types that the chat API takes, with the path to the first that is not.
    static func error(inParameters parameters: [String: JSONValue]) -> JSONError? {
        guard !parameters.isEmpty else { return nil }
        do {
            var mapper = try JSONMapper(reading: .object(parameters))
            var request = ChatRequest(model: "", messages: [])
            request.mapParameters(&mapper)
            return mapper.error
        } catch {
            return error
        }
    }
}

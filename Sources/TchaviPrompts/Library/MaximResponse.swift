import Tchavi

/// A response of the Maxim API that is no error.
struct MaximResponse: Sendable {
    private let json: JSONValue
    private let location: String

    init(_ json: JSONValue, from location: String) {
        self.json = json
        self.location = location
    }

    /// Reads a catalogue.
    ///
    /// - Parameters:
    ///   - promptID: The id of the prompt that was requested; `nil` if all were.
    ///   - folders: The response with the folders.
    /// - Returns: The catalogue; its revision is a hash of both responses.
    /// - Throws: `TchaviError` if one of the responses contains something else.
    func catalogue(ofOne promptID: String?, folders: MaximResponse) throws(TchaviError) -> PromptCatalogue {
        let file = try records(ofOne: promptID)
        var catalogue = PromptCatalogue(entries: [], diagnostics: file.diagnostics)
        for prompt in file.prompts {
            var record = prompt.record
            catalogue.diagnostics += prompt.diagnostics
            guard !prompt.isIncomplete else {
                catalogue.unusable.append((prompt.id, location))
                continue
            }
            catalogue.diagnostics += record.refusePartials(location: location)
            if record.variableSyntax == nil { record.variableSyntax = .braces }
            catalogue.entries.append(.init(location: location, record: record))
        }
        try folders.read(into: &catalogue)
        catalogue.revision = SHA256.hexadecimal(digests + [0] + folders.digests)
        return catalogue
    }

    /// Reads one version.
    ///
    /// - Parameters:
    ///   - number: The version's number.
    ///   - promptID: The prompt's id.
    /// - Returns: The version; `nil` if the response does not contain it.
    /// - Throws: `TchaviError` if the response contains something else.
    func version(_ number: Int, of promptID: String) throws(TchaviError) -> PromptVersion? {
        if json["data"]?.isNull == true { return nil }
        let file = try records(ofOne: promptID)
        guard var record = file.prompts.first?.record else { return nil }
        _ = record.refusePartials(location: location)
        if let version = record.versions.first(where: { $0.version == number }) { return version }
        guard file.prompts[0].isIncomplete else { return nil }
        throw unexpected("version \(number)", file.prompts[0].diagnostics.first.map { " (\($0.reason))" } ?? "")
    }

    /// Reads the prompts; of an array, or the one that was requested.
    private func records(ofOne promptID: String?) throws(TchaviError) -> RecordFile {
        var json = json
        switch json["data"] {
        case .array(let records):
            let file = RecordFile(response: json, location: location)
            guard file.prompts.isEmpty, records.contains(where: { !$0.isMarkedDeleted }) else { return file }
            throw unexpected("prompts", file.diagnostics.first.map { " (\($0.reason))" } ?? "")
        case .object(var record) where promptID != nil:
            // The response with one prompt need not repeat its id.
            if let promptID, record["promptId"] == nil, record["promptChainId"] == nil {
                record["promptId"] = .string(promptID)
                json = ["data": .object(record)]
            }
            guard record["versions"] != nil || record["promptChainId"] != nil else { throw unexpected("a prompt") }
            return RecordFile(response: json, location: location)
        default:
            throw unexpected(promptID == nil ? "prompts" : "a prompt")
        }
    }

    private func read(into catalogue: inout PromptCatalogue) throws(TchaviError) {
        guard let folders = json["data"]?.array else { throw unexpected("folders") }
        for (index, folder) in folders.enumerated() where !folder.isMarkedDeleted {
            do {
                catalogue.folders.append(try PromptFolder(json: folder))
            } catch {
                let error = JSONError(error.cause, at: [.member("data"), .element(index)] + error.steps)
                let finding = Finding(offset: 0, error)
                catalogue.diagnostics.append(
                    PromptDiagnostic(location: location, reason: finding.message, advice: finding.advice)
                )
            }
        }
    }

    /// The hashes of the elements in canonical form, in an order of their own.
    private var digests: [UInt8] {
        let elements = json["data"]?.array ?? [json["data"] ?? .null]
        return elements.map { SHA256.digest($0.canonical()) }.sorted { $0.lexicographicallyPrecedes($1) }.flatMap(
            \.self
        )
    }

    private func unexpected(_ content: String, _ detail: String = "") -> TchaviError {
        TchaviError(
            .decoding,
            "The response of `\(location)` does not contain \(content) in `data`\(detail).",
            advice: "Check that the base URL is that of Maxim's API, and that no proxy responds in its place."
        )
    }
}

extension PromptRecord {
    /// Marks every version that uses a partial, which only Maxim's own server can insert, as unreadable.
    ///
    /// - Parameter location: The location of the prompt, for the diagnostics.
    /// - Returns: A diagnostic for each of these versions.
    fileprivate mutating func refusePartials(location: String) -> [PromptDiagnostic] {
        var diagnostics: [PromptDiagnostic] = []
        func refuse(_ version: inout PromptVersion, _ id: String) {
            guard version.unreadableReason == nil, let partial = version.config?.firstPartial else { return }
            let diagnostic = PromptDiagnostic(
                location: location,
                promptID: id,
                reason:
                    "Version \(version.version) of `\(id)` uses the partial `\(partial)`, which the API does not send.",
                advice: "Write the partial's text into the prompt."
            )
            version = version.withoutContent
            version.unreadableReason = diagnostic.description
            if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
        }
        for index in versions.indices { refuse(&versions[index], promptID) }
        if var fallback = fallbackVersion {
            refuse(&fallback, promptID)
            fallbackVersion = fallback
        }
        return diagnostics
    }
}

extension PromptVersionConfig {
    /// The first partial that a message uses, without `partials.`: `{{partials.tone.2}}` is the partial `tone.2`.
    fileprivate var firstPartial: String? {
        for message in messages {
            let texts: [String] =
                switch message.content {
                case nil: []
                case .text(let text): [text]
                case .parts(let parts): parts.map { $0.json.serialized() }
                }
            for text in texts where text.containsBytes(of: "partials.") {
                if let match = text.firstMatch(of: /\{\{\s*partials\.([^{}]*?)\s*\}\}/) { return String(match.1) }
            }
        }
        return nil
    }
}

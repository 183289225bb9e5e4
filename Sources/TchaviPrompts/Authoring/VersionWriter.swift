import Tchavi

/// Writes a version as a file `N.md`.
struct VersionWriter {
    private let version: PromptVersion
    private let config: PromptVersionConfig
    private let promptID: String

    /// Returns the text of the file, or `nil` if a version cannot be written as one: it has no messages, a negative number,
    /// or a key that front matter must not contain.
    static func text(of version: PromptVersion, promptID: String) -> String? {
        guard let config = version.config, !config.messages.isEmpty, version.version >= 0 else { return nil }
        return VersionWriter(version: version, config: config, promptID: promptID).text()
    }

    private func text() -> String? {
        var text = "---\n"
        for (key, value) in entries() {
            let line = Self.entry(key, value)
            guard !Self.hasLongKey(line, value) else { return nil }
            text += line
        }
        text += "---\n"
        text += config.messages.map(MessageWriter.text).joined(separator: "\n")
        return text
    }

    // MARK: Entries

    private func entries() -> [(key: String, value: JSONValue)] {
        var parameters = config.modelParameters
        var known: [(String, JSONValue)] = []
        for name in FrontMatterKey.parameters {
            // A known parameter of another type goes with the unknown ones.
            guard let value = parameters[name], ChatRequest.error(inParameters: [name: value]) == nil else { continue }
            known.append((name, value))
            parameters[name] = nil
        }
        let others: [(String, JSONValue)] = [
            ("parameters", .object(parameters)), ("extra", .object(version.additionalFields)),
            ("configExtra", .object(config.additionalFields)),
        ]
        return FrontMatterKey.fields.compactMap { key in field(key).map { (key, $0) } } + known
            + others.filter { $0.1 != [:] }
    }

    /// The value of a field, or `nil` if it is the one that is read if the field is missing.
    private func field(_ key: String) -> JSONValue? {
        switch key {
        case "model": .string(config.model)
        case "provider": config.provider == "openai" ? nil : .string(config.provider)
        case "deploymentId": config.deploymentID.map { .string($0) }
        case "description": version.description.map { .string($0) }
        case "createdAt": (version.createdAt?.text).map { .string($0) }
        case "updatedAt": (version.updatedAt?.text).map { .string($0) }
        case "tags": config.tags.isEmpty ? Optional.none : config.tags.json
        case "id": version.id.isSameText(as: "\(promptID)@\(version.version)") ? nil : .string(version.id)
        case "promptId": version.promptID.isSameText(as: promptID) ? nil : .string(version.promptID)
        case "configId": config.id.isEmpty ? nil : .string(config.id)
        default: nil
        }
    }

    private static func entry(_ key: String, _ value: JSONValue) -> String {
        switch value {
        case .string(let text) where canBeBare(text): return "\(key): \(text)\n"
        case .array(let elements) where key == "tools":
            let tools = AuthoredJSON.array(elements.map { AuthoredJSON($0) }, isExpanded: true)
            return "\(key): \(tools.text())\n"
        default: return "\(key): \(AuthoredJSON(value).text(after: key.utf8.count + 2))\n"
        }
    }

    private static func canBeBare(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.first != UInt8(ascii: " "), bytes.last != UInt8(ascii: " ") else { return false }
        return FrontMatterValue.forbiddenCharacter(in: bytes[...]) == nil
            && FrontMatterValue.refusal(ofBare: bytes[...]) == nil
    }

    private static func hasLongKey(_ line: String, _ value: JSONValue) -> Bool {
        guard value.object != nil || value.array != nil, line.utf8.count > FrontMatterValue.maximumKeyLength else {
            return false
        }
        return FrontMatterValue.violation(in: Array(line.utf8)[...]) != nil
    }
}

/// Writes a message below the front matter.
enum MessageWriter {
    /// Returns the lines of a message.
    static func text(_ message: ChatMessage) -> String {
        guard let lines = lines(message) else { return "message:\n\(AuthoredJSON(compact(message)).text())\n" }
        return "\(message.role):\n" + lines.map { $0 + "\n" }.joined()
    }

    /// The message's JSON without the content that it does not have.
    private static func compact(_ message: ChatMessage) -> JSONValue {
        guard case .object(var members) = message.json, message.content == nil else { return message.json }
        members["content"] = nil
        return .object(members)
    }

    /// The texts and images of a message, or `nil` if it has something else.
    private static func lines(_ message: ChatMessage) -> [String]? {
        guard MessageMarker.roles.contains(message.role), let content = message.content,
            message == ChatMessage(role: message.role, content: content)
        else { return nil }
        switch content {
        case .text(""): return []
        case .text(let text): return escaped(text).map { [$0] }
        case .parts(let parts):
            guard parts.contains(where: { $0.type != "text" }) else { return nil }
            var lines: [String] = []
            for (index, part) in parts.enumerated() {
                if let text = part.text, part == .text(text), index == 0 || parts[index - 1].type != "text" {
                    guard let line = escaped(text) else { return nil }
                    lines.append(line)
                } else if let image = part.imageURL, part == .image(image), let line = Self.line(image) {
                    lines.append(line)
                } else {
                    return nil
                }
            }
            return lines
        }
    }

    /// A text whose lines cannot be taken for something else, or `nil` if its ends would be lost.
    private static func escaped(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard !bytes.contains(UInt8(ascii: "\r")) else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.first, let last = lines.last, !first.allSatisfy(\.isSpaceOrTab),
            !last.allSatisfy(\.isSpaceOrTab)
        else { return nil }
        guard lines.contains(where: { MessageMarker.escapes(in: $0) != nil }) else { return text }
        let escaped = lines.map { line in
            (MessageMarker.escapes(in: line) == nil ? "" : "\\") + String(decoding: line, as: UTF8.self)
        }
        return escaped.joined(separator: "\n")
    }

    private static func line(_ image: ImageURL) -> String? {
        let line = "![\(image.detail?.rawValue ?? "")](\(image.url))"
        let bytes = Array(line.utf8)
        guard !bytes.contains(UInt8(ascii: "\n")), !bytes.contains(UInt8(ascii: "\r")),
            case .image(let read)? = MessageMarker(bytes[...]), read == image, read.url.isSameText(as: image.url)
        else { return nil }
        return line
    }
}

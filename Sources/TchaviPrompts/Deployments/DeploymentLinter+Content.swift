import Tchavi

/// Checks of the messages of all versions, deployed or not, and of the fallback.
extension DeploymentLinter {
    private static let roles = KnownNames(
        [Role.user, .system, .developer, .assistant, .tool, .function].map(\.rawValue)
    )

    /// The greatest number of findings of one kind about the messages of a version. More would only repeat them.
    private static let maximumFindings = 5

    mutating func checkContent() {
        // A copy of a version has the same problems.
        let fallback = record.fallbackVersion.flatMap { fallback in
            record.versions.contains { $0.id.isSameText(as: fallback.id) && $0.config == fallback.config }
                ? nil : fallback
        }
        let versions = record.versions.sorted { $0.version < $1.version }
        for version in versions + [fallback].compactMap(\.self) where version.unreadableReason == nil {
            guard let config = version.config else { continue }
            checkSyntax(config.messages, of: version)
            checkRoles(config.messages, of: version)
            checkEmptiness(config.messages, of: version)
            checkImages(config.messages, of: version)
            checkParameters(config.modelParameters, of: version)
        }
    }

    /// Reports variables in the syntax that the prompt does not use.
    private mutating func checkSyntax(_ messages: [ChatMessage], of version: PromptVersion) {
        let found = CompiledMessages(messages, syntax: syntax.other).variables
        guard let first = found.first else { return }
        let names = found.map { "`\(syntax.other.variable($0.name))` (message \($0.messageIndex))" }
        report(
            .otherSyntax,
            .warning,
            version: version.id,
            messageIndex: first.messageIndex,
            "Version \(version.version) contains \(names.listed()), "
                + (names.count == 1 ? "which is sent as it is" : "which are sent as they are")
                + ", because its variables are written `\(syntax.variable("name"))`.",
            "Write `\(syntax.variable(first.name))` if a variable is meant, or set the prompt's `variableSyntax` to "
                + "`\(syntax.other.rawValue)`."
        )
    }

    private mutating func checkRoles(_ messages: [ChatMessage], of version: PromptVersion) {
        let unknown = messages.enumerated().lazy.filter { !Self.roles.contains($0.element.role.rawValue) }
        for (index, message) in unknown.prefix(Self.maximumFindings) {
            report(
                .unknownRole,
                .error,
                version: version.id,
                messageIndex: index,
                "Message \(index) of version \(version.version) has the role `\(message.role)`, which the chat API does not "
                    + "have.",
                Self.roles.advice(for: message.role.rawValue)
            )
        }
    }

    /// Reports image URLs that a run refuses whatever the values of the variables are.
    private mutating func checkImages(_ messages: [ChatMessage], of version: PromptVersion) {
        let refused = messages.enumerated().lazy.flatMap { [syntax] index, message in
            message.images.filter { !$0.hasVariables(syntax) && !$0.hasVariables(syntax.other) }
                .compactMap { image in image.refusal.map { (index: index, reason: $0) } }
        }
        for (index, reason) in refused.prefix(Self.maximumFindings) {
            report(
                .invalidImageURL,
                .error,
                version: version.id,
                messageIndex: index,
                "The URL of an image in message \(index) of version \(version.version) \(reason), so that every run of it fails.",
                "Write a URL from which the model's provider can load the image, or the image as a `data:image/` URL."
            )
        }
    }

    private mutating func checkEmptiness(_ messages: [ChatMessage], of version: PromptVersion) {
        let empty = messages.enumerated().lazy.filter { $0.element.isEmpty }
        for (index, _) in empty.prefix(Self.maximumFindings) {
            report(
                .emptyMessage,
                .warning,
                version: version.id,
                messageIndex: index,
                "Message \(index) of version \(version.version) has no content: neither text nor other parts nor tool calls.",
                "Write its text, or remove the message."
            )
        }
    }
}

extension ChatMessage {
    /// The images of the message.
    fileprivate var images: [ImageURL] {
        guard case .parts(let parts)? = content else { return [] }
        return parts.compactMap(\.imageURL)
    }

    /// Whether the message tells a model nothing. White space alone does not count as text.
    fileprivate var isEmpty: Bool {
        guard toolCalls?.isEmpty ?? true, functionCall == nil, refusal?.isBlank ?? true else { return false }
        return switch content {
        case nil: true
        case .text(let text)?: text.isBlank
        case .parts(let parts)?: parts.allSatisfy { $0.type == "text" && $0.text?.isBlank ?? true }
        }
    }
}

extension ImageURL {
    fileprivate func hasVariables(_ syntax: VariableSyntax) -> Bool {
        !Template(parsing: url, syntax: syntax).variableNames.isEmpty
    }
}

extension String {
    fileprivate var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}

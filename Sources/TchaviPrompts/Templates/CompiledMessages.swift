import Tchavi

/// The messages of a version, with their texts and image URLs parsed as templates.
struct CompiledMessages: Sendable {
    fileprivate struct Part: Sendable {
        let part: ContentPart
        let template: Template?
    }

    fileprivate enum Content: Sendable {
        case none
        case text(Template)
        case parts([Part])
    }

    /// A variable, and the first message that uses it.
    struct Variable: Sendable {
        let name: String
        /// The index of the message, from 0.
        let messageIndex: Int
    }

    private let messages: [(message: ChatMessage, content: Content)]

    /// The variables, each once, in the order of their first appearance.
    let variables: [Variable]

    init(_ messages: [ChatMessage], syntax: VariableSyntax) {
        self.messages = messages.map { message in
            switch message.content {
            case nil: return (message, .none)
            case .text(let text): return (message, .text(Template(parsing: text, syntax: syntax)))
            case .parts(let parts):
                return (
                    message,
                    .parts(
                        parts.map { part in
                            let text = part.imageURL?.url ?? part.text
                            return Part(part: part, template: text.map { Template(parsing: $0, syntax: syntax) })
                        }
                    )
                )
            }
        }
        var seen: Set<String> = []
        variables = self.messages.enumerated().flatMap { index, entry in
            entry.content.templates.flatMap(\.variableNames).compactMap { name in
                seen.insert(name).inserted ? Variable(name: name, messageIndex: index) : nil
            }
        }
    }

    /// Returns the messages with every variable replaced by its value.
    ///
    /// - Throws: `Template.MissingVariables` for the first text with variables that have no value.
    func rendered(_ values: [String: String]) throws(Template.MissingVariables) -> [ChatMessage] {
        var result: [ChatMessage] = []
        result.reserveCapacity(messages.count)
        for (message, content) in messages {
            var message = message
            switch content {
            case .none: break
            case .text(let template): message.content = .text(try template.rendered(values))
            case .parts(let parts):
                var rendered: [ContentPart] = []
                for entry in parts {
                    var part = entry.part
                    if let text = try entry.template?.rendered(values) {
                        if part.imageURL != nil { part.imageURL?.url = text } else { part.text = text }
                    }
                    rendered.append(part)
                }
                message.content = .parts(rendered)
            }
            result.append(message)
        }
        return result
    }
}

extension CompiledMessages.Content {
    fileprivate var templates: [Template] {
        switch self {
        case .none: []
        case .text(let template): [template]
        case .parts(let parts): parts.compactMap(\.template)
        }
    }
}

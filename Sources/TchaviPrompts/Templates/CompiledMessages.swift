import Tchavi

/// The messages of a version, with their texts, image URLs and the other strings of their parts parsed as templates.
struct CompiledMessages: Sendable {
    private enum Content: Sendable {
        case none
        case text(Template)
        case parts([CompiledPart])

        var templates: [Template] {
            switch self {
            case .none: []
            case .text(let template): [template]
            case .parts(let parts): parts.flatMap(\.templates)
            }
        }
    }

    /// A variable, and the first message that uses it.
    struct Variable: Sendable {
        let name: String
        /// The index of the message, from 0.
        let messageIndex: Int
    }

    /// Why messages cannot be rendered.
    enum RenderingError: Error {
        /// The names of variables without a value.
        case missingVariables([String])
        /// A value that an image URL of a message cannot contain.
        case invalidValue(ImageURLTemplate.InvalidValue, messageIndex: Int)
        /// A variable stands in the scheme or authority of an image URL of a message.
        case misplacedVariable(messageIndex: Int)
    }

    private let messages: [(message: ChatMessage, content: Content)]

    /// The variables, each once, in the order of their first appearance.
    let variables: [Variable]

    /// The index of the first message with a variable in the scheme or authority of an image URL, which cannot be rendered.
    let misplacedVariable: Int?

    init(_ messages: [ChatMessage], syntax: VariableSyntax) {
        self.messages = messages.map { message in
            switch message.content {
            case nil: (message, .none)
            case .text(let text): (message, .text(Template(parsing: text, syntax: syntax)))
            case .parts(let parts): (message, .parts(parts.map { CompiledPart($0, syntax: syntax) }))
            }
        }
        var seen: Set<String> = []
        variables = self.messages.enumerated().flatMap { index, entry in
            entry.content.templates.flatMap(\.variableNames).compactMap { name in
                seen.insert(name).inserted ? Variable(name: name, messageIndex: index) : nil
            }
        }
        misplacedVariable = self.messages.firstIndex { entry in
            if case .parts(let parts) = entry.content { parts.contains(where: \.isMisplaced) } else { false }
        }
    }

    /// Returns the messages with every variable replaced by its value.
    ///
    /// - Throws: The first error.
    func rendered(_ values: [String: String]) throws(RenderingError) -> [ChatMessage] {
        if let misplacedVariable { throw .misplacedVariable(messageIndex: misplacedVariable) }
        var result: [ChatMessage] = []
        result.reserveCapacity(messages.count)
        for (index, entry) in messages.enumerated() {
            var message = entry.message
            switch entry.content {
            case .none: break
            case .text(let template):
                do {
                    message.content = .text(try template.rendered(values))
                } catch {
                    throw .missingVariables(error.names)
                }
            case .parts(let parts):
                var rendered: [ContentPart] = []
                for part in parts { rendered.append(try part.rendered(values, messageIndex: index)) }
                message.content = .parts(rendered)
            }
            result.append(message)
        }
        return result
    }
}

/// A part of a message, of whose strings all but its type and an image's detail are templates.
private struct CompiledPart: Sendable {
    private let part: ContentPart
    private let text: Template?
    private let url: ImageURLTemplate?
    /// The unrecognized fields of the image.
    private let imageFields: JSONTemplate
    /// The unrecognized fields of the part, such as `file` and `input_audio`.
    private let fields: JSONTemplate

    init(_ part: ContentPart, syntax: VariableSyntax) {
        self.part = part
        text = part.text.map { Template(parsing: $0, syntax: syntax) }
        url = (part.imageURL?.url).map { ImageURLTemplate(parsing: $0, syntax: syntax) }
        imageFields = JSONTemplate(parsing: part.imageURL?.additionalFields ?? [:], syntax: syntax)
        fields = JSONTemplate(parsing: part.additionalFields, syntax: syntax)
    }

    var isMisplaced: Bool { url?.isMisplaced == true }

    var templates: [Template] {
        [text, url?.template].compactMap(\.self) + imageFields.templates + fields.templates
    }

    func rendered(
        _ values: [String: String],
        messageIndex: Int
    ) throws(CompiledMessages.RenderingError) -> ContentPart {
        var part = part
        do throws(Template.MissingVariables) {
            if let text { part.text = try text.rendered(values) }
            if case .object(let members) = try fields.rendered(values) { part.additionalFields = members }
            if case .object(let members) = try imageFields.rendered(values) {
                part.imageURL?.additionalFields = members
            }
            let missing = url?.template.variableNames.filter { values[$0] == nil } ?? []
            if !missing.isEmpty { throw Template.MissingVariables(names: missing) }
        } catch {
            throw .missingVariables(error.names)
        }
        do throws(ImageURLTemplate.InvalidValue) {
            if let url { part.imageURL?.url = try url.rendered(values) }
        } catch {
            throw .invalidValue(error, messageIndex: messageIndex)
        }
        return part
    }
}

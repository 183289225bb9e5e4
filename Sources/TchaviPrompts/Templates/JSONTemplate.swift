import Tchavi

/// A JSON value whose strings are templates. The names of an object's members are not.
enum JSONTemplate: Sendable {
    /// A value without variables.
    case literal(JSONValue)
    case string(Template)
    case array([JSONTemplate])
    case object([String: JSONTemplate])

    /// Parses the strings in a value.
    init(parsing json: JSONValue, syntax: VariableSyntax) {
        switch json {
        case .string(let text):
            let template = Template(parsing: text, syntax: syntax)
            switch template.segments.first {
            case nil: self = .literal(json)
            // Not the string itself, which may contain an escaped `<<`.
            case .text(let literal)? where template.segments.count == 1: self = .literal(.string(literal))
            default: self = .string(template)
            }
        case .array(let elements):
            let templates = elements.map { JSONTemplate(parsing: $0, syntax: syntax) }
            let literals = templates.compactMap(\.literal)
            self = literals.count == elements.count ? .literal(.array(literals)) : .array(templates)
        case .object(let members): self.init(parsing: members, syntax: syntax)
        default: self = .literal(json)
        }
    }

    /// Parses the strings in the members of an object.
    init(parsing members: [String: JSONValue], syntax: VariableSyntax) {
        let templates = members.mapValues { JSONTemplate(parsing: $0, syntax: syntax) }
        let literals = templates.compactMapValues(\.literal)
        self = literals.count == members.count ? .literal(.object(literals)) : .object(templates)
    }

    private var literal: JSONValue? {
        if case .literal(let value) = self { value } else { nil }
    }

    /// The strings with variables, those of an object in the order of its members' names.
    var templates: [Template] {
        switch self {
        case .literal: []
        case .string(let template): [template]
        case .array(let elements): elements.flatMap(\.templates)
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap(\.value.templates)
        }
    }

    /// Returns the value with every variable replaced by its value, which is inserted as it is.
    func rendered(_ variables: [String: String]) throws(Template.MissingVariables) -> JSONValue {
        switch self {
        case .literal(let value): return value
        case .string(let template): return .string(try template.rendered(variables))
        case .array(let elements):
            return .array(
                try elements.map { element throws(Template.MissingVariables) in try element.rendered(variables) }
            )
        case .object(let members):
            var rendered: [String: JSONValue] = [:]
            for (name, member) in members { rendered[name] = try member.rendered(variables) }
            return .object(rendered)
        }
    }
}

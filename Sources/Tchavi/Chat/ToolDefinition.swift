/// A tool that a model may call: a function with its name, what it does, and what arguments it takes; or a tool of another
/// kind, whose definition is sent unchanged.
public struct ToolDefinition: Sendable, Hashable {
    /// The tool's kind: `function`, or a provider's own, such as `web_search`.
    public var type: String
    /// The function's name; empty and not sent for a tool of another kind.
    public var name: String
    /// What the function does, for the model to read.
    public var description: String?
    /// The JSON Schema of the arguments, which are an object.
    public var parameters: JSONValue?
    /// Unrecognized fields of the function, and `strict`.
    public var additionalFields: [String: JSONValue]
    /// Unrecognized fields beside the function, such as `cache_control`; all fields but the type, if the tool is of another
    /// kind.
    public var additionalToolFields: [String: JSONValue] = [:]

    /// Creates a definition of a function.
    ///
    /// - Parameters:
    ///   - name: The function's name.
    ///   - description: What the function does, for the model to read.
    ///   - parameters: The JSON Schema of the arguments, which are an object.
    ///   - strict: Whether the provider has to enforce the schema, of which it then supports only a part; `nil` for the
    ///     provider's default.
    public init(name: String, description: String? = nil, parameters: JSONSchema? = nil, strict: Bool? = nil) {
        type = Self.functionType
        self.name = name
        self.description = description
        self.parameters = parameters?.json
        additionalFields = [:]
        self.strict = strict
    }

    /// Whether the tool is a function, whose calls the program runs.
    public var isFunction: Bool { type == Self.functionType }

    /// Whether the provider has to enforce the schema of the arguments; `nil` for the provider's default.
    public var strict: Bool? {
        get { additionalFields["strict"]?.boolean }
        set { additionalFields["strict"] = newValue?.json }
    }

    private static let functionType = "function"
}

extension ToolDefinition: JSONMapped {
    package init() { self.init(name: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("type", &type)
        if isFunction {
            json.object("function") { function in
                function.field("name", &name)
                function.field("description", &description)
                function.raw("parameters", &parameters)
                function.rest(&additionalFields)
            }
        }
        json.rest(&additionalToolFields)
    }
}

/// Whether the model may or must call tools, and which.
public enum ToolChoice: Sendable, Hashable {
    /// The model must not call tools. Not named `none`, which an optional of this type would take for `nil`.
    case disabled
    /// The model decides.
    case auto
    /// The model must call at least one tool.
    case required
    /// The model must call the function of this name.
    case function(String)
    /// An unrecognized choice, sent unchanged.
    case other(JSONValue)
}

extension ToolChoice: JSONRepresentable, JSONConvertible {
    /// Creates a choice from its JSON form; an unrecognized one is kept as ``other(_:)``.
    public init(json: JSONValue) {
        switch json {
        case "none": self = .disabled
        case "auto": self = .auto
        case "required": self = .required
        default:
            if json["type"] == "function", let name = json["function"]?["name"]?.string {
                self = .function(name)
            } else {
                self = .other(json)
            }
        }
    }

    /// `"none"`, `"auto"`, `"required"`, or `{type: "function", function: {name}}`.
    public var json: JSONValue {
        switch self {
        case .disabled: "none"
        case .auto: "auto"
        case .required: "required"
        case .function(let name): ["type": "function", "function": ["name": .string(name)]]
        case .other(let json): json
        }
    }
}

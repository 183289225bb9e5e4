/// A tool that a model may ask for: its name, what it does, and what arguments it takes.
public struct ToolDefinition: Sendable, Hashable {
    /// The tool's kind: `function`.
    public var type: String
    /// The function's name.
    public var name: String
    /// What the function does, for the model to read.
    public var description: String?
    /// The arguments as a JSON Schema of an object.
    public var parameters: JSONValue?
    /// What else the function has, such as `strict`.
    public var additionalFields: [String: JSONValue]

    /// Makes a definition.
    ///
    /// - Parameters:
    ///   - name: The function's name.
    ///   - description: What the function does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    public init(name: String, description: String? = nil, parameters: JSONValue? = nil) {
        type = "function"
        self.name = name
        self.description = description
        self.parameters = parameters
        additionalFields = [:]
    }
}

extension ToolDefinition: JSONRepresentable {
    /// Reads `{type, function: {name, description?, parameters?, …}}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the function or its name is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        type = try object.optional("type") ?? "function"
        guard let json = object.take("function") else { throw JSONError("missing", at: [.member("function")]) }
        do {
            var function = try JSONObject(json)
            name = try function.required("name")
            description = try function.optional("description")
            parameters = function.take("parameters")
            additionalFields = function.remaining
        } catch {
            throw error.inside(.member("function"))
        }
    }

    /// `{type, function: {name, description?, parameters?, …}}`.
    public var json: JSONValue {
        var function = JSONObjectBuilder(additionalFields)
        function.set("name", name)
        function.set("description", description)
        function.set("parameters", parameters)
        return ["type": .string(type), "function": function.json]
    }
}

/// Whether, and which, tools the model may ask for.
public enum ToolChoice: Sendable, Hashable {
    /// None. Not named `none`, which an optional of this type would take for `nil`.
    case disabled
    /// As the model sees fit.
    case auto
    /// At least one.
    case required
    /// The one of that name.
    case function(String)
    /// A choice that this package does not know.
    case other(JSONValue)
}

extension ToolChoice: JSONRepresentable {
    /// Reads `"none"`, `"auto"`, `"required"`, or `{type: "function", function: {name}}`; keeps anything else.
    ///
    /// - Parameter json: The JSON form.
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

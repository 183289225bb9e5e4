/// A model's request to call a tool.
public struct ToolCall: Sendable, Hashable {
    /// The call's id, by which its result is sent back.
    public var id: String
    /// The call's kind: `function`.
    public var type: String
    /// What to call, and with which arguments.
    public var function: FunctionCall
    /// What else the call has.
    public var additionalFields: [String: JSONValue]

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - id: The call's id.
    ///   - name: The tool's name.
    ///   - arguments: The arguments as JSON text.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        type = "function"
        function = FunctionCall(name: name, arguments: arguments)
        additionalFields = [:]
    }

    /// The tool's name.
    public var name: String { function.name }
}

extension ToolCall: JSONRepresentable {
    /// Reads `{id, type, function: {name, arguments}}`; a missing id or type is lenient.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the function is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.optional("id") ?? ""
        type = try object.optional("type") ?? "function"
        function = try object.required("function")
        additionalFields = object.remaining
    }

    /// `{id, type, function: {name, arguments}}`.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("id", id)
        object.set("type", type)
        object.set("function", function)
        return object.json
    }
}

/// A function's name and the arguments to call it with.
public struct FunctionCall: Sendable, Hashable {
    /// The function's name.
    public var name: String
    /// The arguments as the model wrote them: JSON text, if it kept to its instructions.
    public var arguments: String

    /// Makes a function call.
    ///
    /// - Parameters:
    ///   - name: The function's name.
    ///   - arguments: The arguments as JSON text.
    public init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }
}

extension FunctionCall: JSONRepresentable {
    /// Reads `{name, arguments}`. Arguments that are no text, as some servers send them, are read as their JSON.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where the name is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        name = try object.required("name")
        arguments =
            switch object.take("arguments") {
            case .string(let text): text
            case nil, .null: ""
            case .some(let json): json.serialized()
            }
    }

    /// `{name, arguments}`.
    public var json: JSONValue { ["name": .string(name), "arguments": .string(arguments)] }
}

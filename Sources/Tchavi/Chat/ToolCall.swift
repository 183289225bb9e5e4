/// A model's request to call a tool.
public struct ToolCall: Sendable, Hashable {
    /// The call's id, which the message with its result repeats.
    public var id: String
    /// The call's kind: `function`, or another, such as `custom`.
    public var type: String
    /// The function to call, and its arguments; both are empty in a call of another kind.
    public var function: FunctionCall
    /// Unrecognized fields of the call; `custom` in a call of that kind.
    public var additionalFields: [String: JSONValue]

    /// Creates a call of a function, whose arguments are a string of JSON.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        type = "function"
        function = FunctionCall(name: name, arguments: arguments)
        additionalFields = [:]
    }

    /// The name of the function or custom tool to call.
    public var name: String { function.name.isEmpty ? additionalFields.customToolName ?? "" : function.name }
}

extension ToolCall: JSONMapped {
    package init() { self.init(id: "", name: "", arguments: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.defaulted("id", &id)
        json.defaulted("type", &type)
        if json.isReading || type == "function" || function != FunctionCall(name: "", arguments: "") {
            json.defaulted("function", &function)
        }
        json.rest(&additionalFields)
    }
}

extension [String: JSONValue] {
    /// The name of the tool, in the unrecognized fields of a call of a custom tool.
    var customToolName: String? { self["custom"]?["name"]?.string }
}

/// A function's name and the arguments to call it with.
public struct FunctionCall: Sendable, Hashable {
    /// The function's name.
    public var name: String
    /// The arguments as the model wrote them: a string of JSON, which is not always valid.
    public var arguments: String
    /// Unrecognized fields of the call.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a function call, whose arguments are a string of JSON.
    public init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }
}

extension FunctionCall: JSONMapped {
    package init() { self.init(name: "", arguments: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.isLenient = true
        json.defaulted("name", &name)
        // Some servers send the arguments as JSON instead of a string that contains it.
        json.field("arguments", &arguments, reading: { $0.string ?? $0.serialized() }, writing: { .string($0) })
        json.rest(&additionalFields)
    }
}

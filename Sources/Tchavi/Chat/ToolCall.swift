/// A model's request to call a tool.
public struct ToolCall: Sendable, Hashable {
    /// The call's id, which the message with its result repeats.
    public var id: String
    /// The call's kind: `function`.
    public var type: String
    /// The function to call, and its arguments.
    public var function: FunctionCall
    /// Unrecognized fields of the call.
    public var additionalFields: [String: JSONValue]

    /// Creates a call of a function, whose arguments are a string of JSON.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        type = "function"
        function = FunctionCall(name: name, arguments: arguments)
        additionalFields = [:]
    }

    /// The name of the function to call.
    public var name: String { function.name }
}

extension ToolCall: JSONMapped {
    package init() { self.init(id: "", name: "", arguments: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("id", &id)
        json.defaulted("type", &type)
        json.field("function", &function)
        json.rest(&additionalFields)
    }
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
        json.field("name", &name)
        // Some servers send the arguments as JSON instead of a string that contains it.
        json.field("arguments", &arguments, reading: { $0.string ?? $0.serialized() }, writing: { .string($0) })
        json.rest(&additionalFields)
    }
}

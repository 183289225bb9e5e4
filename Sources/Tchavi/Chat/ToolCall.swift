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
    /// The arguments as the model wrote them: JSON text, if it kept to its instructions.
    public var arguments: String
    /// Unrecognized fields of the call.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a function call.
    ///
    /// - Parameters:
    ///   - name: The function's name.
    ///   - arguments: The arguments as JSON text.
    public init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }
}

extension FunctionCall: JSONMapped {
    package init() { self.init(name: "", arguments: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("name", &name)
        // Some servers send the arguments as JSON, and not as a string that holds it.
        json.field("arguments", &arguments, reading: { $0.string ?? $0.serialized() }, writing: { .string($0) })
        json.rest(&additionalFields)
    }
}

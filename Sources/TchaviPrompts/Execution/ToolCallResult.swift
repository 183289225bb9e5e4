public import Tchavi

/// A call of a tool that the model asked for, and what came of it.
public struct ToolCallResult: Sendable, Hashable {
    /// The tool's name.
    public var name: String
    /// The arguments as the model wrote them.
    public var arguments: String
    /// What the tool gave; for a tool that is not carried out, its arguments; for one that failed, why.
    public var result: JSONValue
    /// How the tool is carried out.
    public var type: ToolKind
    /// The call's id.
    public var id: String
    /// Whether the call failed: the tool is not known, the arguments do not decode, an error was thrown, or the time
    /// was up.
    public var isError: Bool
    /// How long the call took.
    public var duration: Duration
    /// The round of the run that the call belongs to, from 1.
    public var round: Int
    /// What else the result has; `isError` too, where it says more than yes or no.
    public var additionalFields: [String: JSONValue] = [:]

    /// Makes a result, for tests of code that takes one.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - arguments: The arguments as the model wrote them.
    ///   - result: What the tool gave.
    ///   - type: How the tool is carried out.
    ///   - id: The call's id.
    ///   - isError: Whether the call failed.
    ///   - duration: How long the call took.
    ///   - round: The round of the run that the call belongs to, from 1.
    public init(
        name: String,
        arguments: String = "{}",
        result: JSONValue,
        type: ToolKind = .program,
        id: String,
        isError: Bool = false,
        duration: Duration = .zero,
        round: Int = 1
    ) {
        self.name = name
        self.arguments = arguments
        self.result = result
        self.type = type
        self.id = id
        self.isError = isError
        self.duration = duration
        self.round = round
    }
}

extension ToolCallResult: JSONRepresentable {
    /// Reads `{name, result, type, id, isError?, arguments?, duration?, round?}`; the duration is in milliseconds.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: `JSONError` where the name is missing.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        name = try object.required("name")
        arguments = try object.optional("arguments") ?? ""
        result = object.take("result") ?? .null
        type = try object.optional("type") ?? .program
        id = try object.optional("id") ?? ""
        // Maxim's form leaves the kind of `isError` open: whatever is neither absent, null nor false is an error.
        let reported = object.take("isError")
        switch reported {
        case nil, .null, .boolean(false): isError = false
        default: isError = true
        }
        duration = try object.optional("duration") ?? .zero
        round = try object.optional("round") ?? 1
        additionalFields = object.remaining
        if let reported, isError, reported != .boolean(true) { additionalFields["isError"] = reported }
    }

    /// `{name, result, type, id, isError?, arguments, duration, round}`; the duration is in milliseconds.
    public var json: JSONValue {
        var object = JSONObjectBuilder(additionalFields)
        object.set("name", name)
        object.set("arguments", arguments)
        object.set("result", result)
        object.set("type", type)
        object.set("id", id)
        if isError, additionalFields["isError"] == nil { object.set("isError", true) }
        object.set("duration", duration)
        object.set("round", round)
        return object.json
    }
}

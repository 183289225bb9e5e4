public import Tchavi

/// A tool call that the model requested, and its result.
public struct ToolCallResult: Sendable, Hashable {
    /// The name of the called tool.
    public var name: String
    /// The arguments that the tool was called with: as the model wrote them, which need not be valid JSON, or as
    /// ``RunOptions/beforeToolCall`` changed them.
    public var arguments: String
    /// The tool's return value; the arguments, if the call was captured; what the model is told, if it failed.
    public var result: JSONValue
    /// How the call was run.
    public var type: ToolKind
    /// The id of the call, which the model's request and the tool message share.
    public var id: String
    /// Whether the call failed: the tool is unknown, its arguments cannot be decoded, it was denied or cancelled, it
    /// threw an error or timed out, or its result is too large.
    public var isError: Bool
    /// The description of the error that the tool threw, for the program's own logs. The model is not told, and it is not
    /// part of the JSON form, because it may contain anything, such as a connection string.
    public var errorDescription: String?
    /// How long the call took; zero if it was not run.
    public var duration: Duration
    /// The round of the run that the call belongs to, from 1.
    public var round: Int
    /// Unrecognized fields, and `isError` if it is not a Boolean.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a result, for tests of code that processes one.
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

extension ToolCallResult: JSONMapped {
    package init() { self.init(name: "", arguments: "", result: .null, id: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("name", &name)
        json.defaulted("arguments", &arguments)
        json.field("result", &result, reading: { $0 }, writing: { $0 })
        json.defaulted("type", &type)
        json.defaulted("id", &id)
        mapError(&json)
        json.defaulted("duration", &duration)
        json.defaulted("round", &round)
        json.rest(&additionalFields)
    }

    /// Maxim's form does not fix the type of `isError`: every value but null and false means an error.
    private mutating func mapError(_ json: inout JSONMapper) {
        var reported = additionalFields["isError"]
        if reported == nil, isError { reported = .boolean(true) }
        json.field("isError", &reported)
        guard json.isReading else { return }
        isError = reported.map { $0 != false } ?? false
        if isError, let reported, reported != true { json.keep("isError", reported) }
    }
}

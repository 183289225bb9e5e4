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

    /// Maxim's form leaves the kind of `isError` open: whatever is neither absent, null nor false is an error.
    private mutating func mapError(_ json: inout JSONMapper) {
        var reported = additionalFields["isError"]
        if reported == nil, isError { reported = .boolean(true) }
        json.field("isError", &reported)
        guard json.isReading else { return }
        isError = reported.map { $0 != false } ?? false
        if isError, let reported, reported != true { json.keep("isError", reported) }
    }
}

import Foundation
public import Tchavi

/// How the calls of a tool are run.
public struct ToolKind: OpenEnum, JSONScalar {
    /// The kind's name in JSON.
    public let rawValue: String
    /// Creates a kind from its name in JSON.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Calls run code of the program.
    public static let program: ToolKind = "PROGRAM"
    /// Calls send an HTTP request.
    public static let api: ToolKind = "API"
    /// Calls are captured without being run, and end the run.
    public static let schema: ToolKind = "SCHEMA"
}

/// A tool that the model may call.
///
/// ```swift
/// struct Place: Decodable { let city: String }
///
/// let weather = PromptTool.program("get_weather", parameters: .object(["city": .string()])) { (place: Place) in
///     try await forecast(for: place.city)
/// }
/// let response = try await prompt.run("Will it rain?", options: RunOptions(tools: [weather]))
/// ```
///
/// A version declares tools in its model parameters; a `PromptTool` of the same name implements one of them. A tool of
/// ``RunOptions/tools`` that the version does not declare is added to the request.
///
/// An error that a tool throws does not end the run: the model receives it as the result of the call, and can correct
/// itself or tell the user. It receives the error's description only if that was written to be read: if the error is a
/// `LocalizedError` with an `errorDescription`, such as ``PromptToolError``, or of a type of this package. Of every other error
/// it receives only that the tool failed, because a description may contain what is not meant for the model: file paths,
/// queries, keys.
public struct PromptTool: Sendable {
    typealias Body = @Sendable (_ arguments: Data) async throws -> JSONValue

    /// The tool's name, description and parameters. The request has those that the version declares, if it does.
    public let definition: ToolDefinition
    /// How the calls of the tool are run.
    public let kind: ToolKind
    /// The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    public let timeout: Duration?

    let body: Body?

    /// The tool's name, by which the model calls it.
    public var name: String { definition.name }

    /// The JSON Schema of the arguments, if the tool has one of its own.
    public var argumentsSchema: JSONSchema? { definition.parameters.map { JSONSchema($0) } }

    /// Creates a tool whose calls are captured with their arguments, without being run: for output that follows a
    /// schema.
    ///
    /// A call ends the run, after the other calls of its round have run.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    /// - Returns: The tool.
    public static func schema(_ name: String, description: String? = nil, parameters: JSONSchema? = nil) -> PromptTool {
        PromptTool(
            definition: ToolDefinition(name: name, description: description, parameters: parameters),
            kind: .schema,
            timeout: nil,
            body: nil
        )
    }

    init(definition: ToolDefinition, kind: ToolKind, timeout: Duration?, body: Body?) {
        self.definition = definition
        self.kind = kind
        self.timeout = timeout
        self.body = body
    }
}

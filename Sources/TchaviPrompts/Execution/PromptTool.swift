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
/// let weather = PromptTool.program("get_weather") { (place: Place) in
///     try await forecast(for: place.city)
/// }
/// let response = try await prompt.run("Will it rain?", options: RunOptions(tools: [weather]))
/// ```
///
/// A version declares tools in its model parameters; a `PromptTool` of the same name implements one of them. A tool of
/// ``RunOptions/tools`` that the version does not declare is added to the request.
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

    /// Creates a tool that runs code of the program.
    ///
    /// If the arguments cannot be decoded, or the body throws or times out, the model receives the error as the result,
    /// and the run continues. A body that does not respond to cancellation keeps running after its timeout; its result
    /// is ignored.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Runs a call. Several calls may run at the same time.
    /// - Returns: The tool.
    public static func program<Arguments: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ name: String,
        description: String? = nil,
        parameters: JSONValue? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (Arguments) async throws -> Output
    ) -> PromptTool {
        PromptTool(
            definition: ToolDefinition(name: name, description: description, parameters: parameters),
            kind: .program,
            timeout: timeout
        ) { data in
            let arguments: Arguments
            do {
                // Refuses arguments that are nested so deep that decoding them could overflow the stack.
                _ = try JSONValue(parsing: data)
                arguments = try Self.decoder.decode(Arguments.self, from: data)
            } catch {
                throw ToolArgumentsError(error)
            }
            return try JSONValue(encoding: try await body(arguments))
        }
    }

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
    public static func schema(_ name: String, description: String? = nil, parameters: JSONValue? = nil) -> PromptTool {
        PromptTool(
            definition: ToolDefinition(name: name, description: description, parameters: parameters),
            kind: .schema,
            timeout: nil,
            body: nil
        )
    }

    /// Reads ISO 8601 dates with or without fractional seconds, the form in which results are written.
    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let date = Timestamp(text).date else {
                let context = DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected an ISO 8601 date and time"
                )
                throw DecodingError.dataCorrupted(context)
            }
            return date
        }
        return decoder
    }

    init(definition: ToolDefinition, kind: ToolKind, timeout: Duration?, body: Body?) {
        self.definition = definition
        self.kind = kind
        self.timeout = timeout
        self.body = body
    }
}

/// An error in decoding a tool's arguments, worded for the model.
struct ToolArgumentsError: Error, CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        if let error = error as? JSONError {
            description = "The arguments cannot be decoded: at \(error.path): \(error.reason)"
            return
        }
        let context: (path: [any CodingKey], reason: String)? =
            switch error as? DecodingError {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
            case .valueNotFound(let type, let context): (context.codingPath, "expected \(type), found null")
            case .typeMismatch(let type, let context): (context.codingPath, "expected \(type)")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            default: nil
            }
        guard let context else {
            description = "The arguments cannot be decoded: \(error)"
            return
        }
        let path = context.path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        description = "The arguments cannot be decoded: at $\(path): \(context.reason)"
    }
}

import Foundation
public import Tchavi

/// How a tool is carried out.
public struct ToolKind: OpenEnum, JSONScalar {
    /// The kind's name on the wire.
    public let rawValue: String
    /// A kind by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// By code of the program.
    public static let program: ToolKind = "PROGRAM"
    /// By an HTTP call.
    public static let api: ToolKind = "API"
    /// Not at all: the call is captured, and the run ends with it.
    public static let schema: ToolKind = "SCHEMA"
}

/// A tool that a prompt's model may ask for.
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
/// A version declares its tools in its parameters; what is registered here under the same name carries them out. A tool
/// that the version does not declare is added to the request.
public struct PromptTool: Sendable {
    typealias Body = @Sendable (_ arguments: Data) async throws -> JSONValue

    /// The tool's name, and what the model is told of it where the version does not say.
    public let definition: ToolDefinition
    /// How the tool is carried out.
    public let kind: ToolKind
    /// How long a call may take; `nil` for ``RunOptions/toolTimeout``.
    public let timeout: Duration?

    let body: Body?

    /// The tool's name.
    public var name: String { definition.name }

    /// A tool that code of the program carries out.
    ///
    /// Arguments that do not decode, an error that is thrown, and a timeout are given to the model as the result, and
    /// do not end the run. A body that does not heed cancellation goes on after its timeout, its result dropped.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    ///   - timeout: How long a call may take; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Carries a call out. It may run several times at once.
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
                arguments = try Self.decoder.decode(Arguments.self, from: data)
            } catch {
                throw ToolArgumentsError(error)
            }
            return try JSONValue(encoding: try await body(arguments))
        }
    }

    /// A tool that is declared and not carried out: a call of it is captured with its arguments, and the run ends
    /// there, after the other calls of its round. For output of a given shape.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool is for, for the model to read.
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

    /// Reads dates as ISO 8601, with a fraction or without: as results write them.
    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let date = Timestamp(text).date else {
                let context = DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected an ISO 8601 date with time"
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

/// Arguments that a tool cannot take, in words for the model.
struct ToolArgumentsError: Error, CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        let context: (path: [any CodingKey], reason: String)? =
            switch error as? DecodingError {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
            case .valueNotFound(let type, let context): (context.codingPath, "expected \(type), found null")
            case .typeMismatch(let type, let context): (context.codingPath, "expected \(type)")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            default: nil
            }
        guard let context else {
            description = "The arguments cannot be read: \(error)"
            return
        }
        let path = context.path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        description = "The arguments cannot be read: at $\(path): \(context.reason)"
    }
}

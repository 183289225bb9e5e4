import Foundation
public import Tchavi

extension PromptTool {
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
        parameters: JSONSchema? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (Arguments) async throws -> Output
    ) -> PromptTool {
        PromptTool(name, description, parameters, timeout) { data in
            try JSONValue(encoding: try await body(arguments(data)))
        }
    }

    /// Creates a tool that runs code of the program, without a result: the model receives `"done"`.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Runs a call. Several calls may run at the same time.
    /// - Returns: The tool.
    public static func program<Arguments: Decodable & SendableMetatype>(
        _ name: String,
        description: String? = nil,
        parameters: JSONSchema? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (Arguments) async throws -> Void
    ) -> PromptTool {
        PromptTool(name, description, parameters, timeout) { data in
            try await body(arguments(data))
            return done
        }
    }

    /// Creates a tool that runs code of the program with arguments of any form.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Runs a call. Several calls may run at the same time.
    /// - Returns: The tool.
    public static func program<Output: Encodable & SendableMetatype>(
        _ name: String,
        description: String? = nil,
        parameters: JSONSchema? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (JSONValue) async throws -> Output
    ) -> PromptTool {
        PromptTool(name, description, parameters, timeout) { data in
            try JSONValue(encoding: try await body(json(data)))
        }
    }

    /// Creates a tool that runs code of the program with arguments of any form, without a result: the model receives
    /// `"done"`.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Runs a call. Several calls may run at the same time.
    /// - Returns: The tool.
    public static func program(
        _ name: String,
        description: String? = nil,
        parameters: JSONSchema? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (JSONValue) async throws -> Void
    ) -> PromptTool {
        PromptTool(name, description, parameters, timeout) { data in
            try await body(json(data))
            return done
        }
    }

    /// Creates a tool that runs code of the program, without arguments: those that the model writes are ignored.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object; `nil` for one without properties.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Runs a call. Several calls may run at the same time.
    /// - Returns: The tool.
    public static func program<Output: Encodable & SendableMetatype>(
        _ name: String,
        description: String? = nil,
        parameters: JSONSchema? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable () async throws -> Output
    ) -> PromptTool {
        PromptTool(name, description, parameters ?? .object([:]), timeout) { _ in
            try JSONValue(encoding: try await body())
        }
    }

    /// Creates a tool that runs code of the program, without arguments and without a result: the model receives `"done"`.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object; `nil` for one without properties.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - body: Runs a call. Several calls may run at the same time.
    /// - Returns: The tool.
    public static func program(
        _ name: String,
        description: String? = nil,
        parameters: JSONSchema? = nil,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) -> PromptTool {
        PromptTool(name, description, parameters ?? .object([:]), timeout) { _ in
            try await body()
            return done
        }
    }

    /// What the model receives of a call that has succeeded without a result.
    static let done: JSONValue = "done"

    private init(
        _ name: String,
        _ description: String?,
        _ parameters: JSONSchema?,
        _ timeout: Duration?,
        _ body: @escaping Body
    ) {
        self.init(
            definition: ToolDefinition(name: name, description: description, parameters: parameters),
            kind: .program,
            timeout: timeout,
            body: body
        )
    }
}

// MARK: Arguments

extension PromptTool {
    static func json(_ arguments: Data) throws(PromptToolError) -> JSONValue {
        do {
            return try JSONValue(parsing: arguments)
        } catch {
            throw PromptToolError.arguments(error)
        }
    }

    private static func arguments<Arguments: Decodable>(_ data: Data) throws(PromptToolError) -> Arguments {
        do {
            return try JSONDecoder.promptValue(from: data)
        } catch {
            throw PromptToolError.arguments(error)
        }
    }
}

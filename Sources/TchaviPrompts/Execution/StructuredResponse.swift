import Foundation
public import Tchavi

/// A value that a model responded with, and the response that it was decoded from.
public struct StructuredResponse<Value> {
    /// The value.
    public var value: Value
    /// The response of the run.
    public var response: PromptResponse

    /// Creates a structured response, for tests of code that processes one.
    public init(value: Value, response: PromptResponse) {
        self.value = value
        self.response = response
    }
}

extension StructuredResponse: Sendable where Value: Sendable {}

extension Prompt {
    /// Runs the prompt, and decodes a value from the JSON of the response.
    ///
    /// ```swift
    /// struct Ticket: Decodable { let title: String; let urgent: Bool }
    ///
    /// let ticket = try await prompt.run(message, as: Ticket.self, repairs: 1).value
    /// ```
    ///
    /// A response that is not the value is sent back with the reason as often as `repairs` allows. A refusal, and a response
    /// that was cut off at its maximum number of tokens, are errors at once.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - conversation: The conversation so far, sent after the history of the options.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    ///   - type: The type of the value. Dates are read in ISO 8601.
    ///   - schema: The JSON Schema of the value, sent as `response_format`; `nil` for the version's `response_format`, if it
    ///     has one.
    ///   - repairs: How many times the model is asked to repair a response. Each is a round, and counts against every limit.
    /// - Returns: The value, and the response of the run.
    /// - Throws: As ``run(_:in:variables:images:options:)``, and ``PromptError`` of code ``PromptError/Code/refusal``,
    ///   ``PromptError/Code/truncated`` or ``PromptError/Code/invalidResponse``.
    public func run<Value: Decodable & Sendable>(
        _ input: String? = nil,
        in conversation: Conversation = Conversation(),
        variables: [String: any VariableConvertible] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions(),
        as type: Value.Type,
        schema: JSONSchema? = nil,
        repairs: Int = 0
    ) async throws -> StructuredResponse<Value> {
        var input = RunInput(input, conversation, variables, images, options)
        if let schema {
            let format = ResponseFormat.jsonSchema(name: "\(type)".wireName, schema)
            input.options.modelParameters["response_format"] = format.json
        }
        return try await run(input, as: type, from: .text, repairs: repairs)
    }

    /// Runs the prompt, and decodes a value from the arguments of a tool's call, which ends the run.
    ///
    /// - Parameters:
    ///   - input: The text of the user's message; `nil` or empty for none.
    ///   - conversation: The conversation so far, sent after the history of the options.
    ///   - variables: The values of the variables, by name.
    ///   - images: The images of the user's message.
    ///   - options: The history, tools, limits and overrides of this run.
    ///   - type: The type of the value. Dates are read in ISO 8601.
    ///   - tool: The tool, of kind ``ToolKind/schema``. It is added to the request unless the version declares it. The model
    ///     decides whether it calls it; set `tool_choice` in the model parameters to force it.
    ///   - repairs: How many times the model is asked to repair a response. Each is a round, and counts against every limit.
    /// - Returns: The value, and the response of the run.
    /// - Throws: As ``run(_:in:variables:images:options:)``, and ``PromptError`` of code ``PromptError/Code/refusal``,
    ///   ``PromptError/Code/truncated`` or ``PromptError/Code/invalidResponse``, the last also if the run ends without the
    ///   call.
    public func run<Value: Decodable & Sendable>(
        _ input: String? = nil,
        in conversation: Conversation = Conversation(),
        variables: [String: any VariableConvertible] = [:],
        images: [ImageURL] = [],
        options: RunOptions = RunOptions(),
        as type: Value.Type,
        tool: PromptTool,
        repairs: Int = 0
    ) async throws -> StructuredResponse<Value> {
        var input = RunInput(input, conversation, variables, images, options)
        guard tool.kind == .schema else {
            throw PromptError(
                .invalidInput,
                "The tool `\(tool.name)` has an implementation, so its calls are not captured.",
                advice: "Create it with `PromptTool.schema`. Nothing was sent.",
                promptID: promptID
            )
        }
        input.options.tools.insert(tool, at: 0)
        return try await run(input, as: type, from: .tool(tool.name), repairs: repairs)
    }

    private func run<Value: Decodable & Sendable>(
        _ input: RunInput,
        as type: Value.Type,
        from origin: ValueOrigin,
        repairs: Int
    ) async throws -> StructuredResponse<Value> {
        var value: Value?
        var remainingRepairs = repairs
        let response = try await run(input) { response in
            do {
                value = try await response.decodedConcurrently(as: type, from: origin)
                return nil
            } catch let error as PromptError where error.code == .invalidResponse && remainingRepairs > 0 {
                remainingRepairs -= 1
                return response.repair(of: origin, because: error)
            }
        }
        guard let value else { throw CancellationError() }
        return StructuredResponse(value: value, response: response)
    }
}

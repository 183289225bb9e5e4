import Tchavi

extension ChatRequest {
    /// The parameters that every run sets itself, and what to do instead.
    private static let reservedParameters = [
        ("model", "to use another model, set `RunOptions.model`"),
        ("messages", "to add messages, set `RunOptions.history`"),
        ("stream", "to stream the response, call `Prompt.stream`"),
    ]

    private static let toolParameters: Set = ["tools", "tool_choice", "parallel_tool_calls"]

    /// Creates the request of a run from its model parameters.
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - messages: The messages.
    ///   - parameters: The model parameters; those that are `null` are ignored. `tools` that are `null` or empty take along
    ///     what concerns tools, which providers refuse without any.
    /// - Throws: ``InvalidParameter`` for a parameter that every run sets itself, or that has the wrong type.
    init(
        model: String,
        messages: [ChatMessage],
        parameters: [String: JSONValue]
    ) throws(InvalidParameter) {
        // Prompt editors store null for a parameter that is not set.
        let hasNoTools = parameters["tools"] == .null || parameters["tools"] == []
        let parameters = parameters.filter { name, value in
            value != .null && !(hasNoTools && Self.toolParameters.contains(name))
        }
        for (name, alternative) in Self.reservedParameters where parameters[name] != nil {
            throw InvalidParameter(
                name: name,
                reason: "contain `\(name)`, which every run sets itself",
                advice: "Remove it; \(alternative)."
            )
        }
        self.init(model: model, messages: messages)
        do throws(JSONError) {
            var mapper = try JSONMapper(reading: .object(parameters))
            mapParameters(&mapper)
            mapper.rest(&additionalFields)
            if let error = mapper.error { throw error }
        } catch {
            throw InvalidParameter(
                name: error.member,
                reason: "cannot be read: \(error)",
                advice: "Fix the value; the chat API's reference lists the type of each parameter."
            )
        }
    }

    /// The number of choices, if the request asks for several and has tools, whose calls can be run for one choice only;
    /// `nil` for a request that can be run.
    var choicesWithTools: Int? {
        guard let n, n > 1, tools?.isEmpty == false else { return nil }
        return n
    }
}

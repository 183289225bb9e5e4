import Tchavi

/// Why model parameters cannot be used for a run.
struct InvalidParameter: Error {
    /// The parameter's name, if a single one is invalid.
    let name: String?
    /// What is wrong, as a predicate.
    let reason: String
    let advice: String
}

extension ChatRequest {
    /// Creates the request of a run from its model parameters.
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - messages: The messages.
    ///   - parameters: The model parameters; those that are `null` are ignored.
    /// - Throws: ``InvalidParameter`` for a parameter that every run sets itself, or that has the wrong type.
    init(
        model: String,
        messages: [ChatMessage],
        parameters: [String: JSONValue]
    ) throws(InvalidParameter) {
        // Prompt editors store null for a parameter that is not set.
        let parameters = parameters.filter { $0.value != .null }
        for name in ["model", "messages", "stream"] where parameters[name] != nil {
            throw InvalidParameter(
                name: name,
                reason: "contain `\(name)`, which every run sets itself",
                advice: "Remove it; to use another model, set `RunOptions.model`."
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

    /// Checks that the calls of the request's tools can be run.
    ///
    /// - Throws: ``InvalidParameter`` if the request has tools and asks for several choices.
    func checkChoices() throws(InvalidParameter) {
        guard let n, n > 1, tools?.isEmpty == false else { return }
        throw InvalidParameter(
            name: "n",
            reason: "request \(n) choices and have tools, whose calls can be run for one choice only",
            advice: "Set `n` to 1, or remove the tools."
        )
    }
}

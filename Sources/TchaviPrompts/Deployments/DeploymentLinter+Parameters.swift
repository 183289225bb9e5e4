import Tchavi

/// Checks of the model parameters of all versions, deployed or not, and of the fallback.
extension DeploymentLinter {
    mutating func checkParameters(_ parameters: [String: JSONValue], of version: PromptVersion) {
        var parameters = parameters
        for range in ParameterRange.known {
            guard let value = parameters[range.name], value.double != nil, !range.contains(value) else { continue }
            // Some are also of a type that a run refuses, which says less.
            parameters[range.name] = nil
            report(
                .parameterOutOfRange,
                .error,
                version: version.id,
                parameter: range.name,
                "The parameter `\(range.name)` of version \(version.version) is \(value.numberDescription), but the chat API "
                    + "takes \(range).",
                "Set it to a value that the chat API takes, or remove it for the model's default."
            )
        }
        do throws(InvalidParameter) {
            let request = try ChatRequest(model: "", messages: [], parameters: parameters)
            guard let choices = request.choicesWithTools else { return }
            report(
                InvalidParameter(
                    name: "n",
                    reason: "request \(choices) choices and have tools, whose calls can be run for one choice only",
                    advice: "Set `n` to 1, or remove the tools."
                ),
                of: version
            )
        } catch {
            report(error, of: version)
        }
    }

    private mutating func report(_ error: InvalidParameter, of version: PromptVersion) {
        report(
            .invalidParameters,
            .error,
            version: version.id,
            parameter: error.name,
            "The model parameters of version \(version.version) \(error.reason).",
            error.advice
        )
    }
}

extension JSONValue {
    /// The number, which is not always one that JSON can write.
    fileprivate var numberDescription: String {
        if case .double(let number) = self { number.ecmaScriptDescription } else { serialized() }
    }
}

import Foundation
import Tchavi

/// Where in a response a value is.
enum ValueOrigin: Sendable {
    /// The text of the first choice.
    case text
    /// The arguments of the captured call of this tool.
    case tool(String)
}

extension PromptResponse {
    /// Decodes a value from the JSON that is the whole text of the first choice, but for one Markdown fence around it.
    ///
    /// Takes time in proportion to the text.
    ///
    /// - Parameter type: The type of the value. Dates are read in ISO 8601.
    /// - Returns: The value.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/refusal``, ``PromptError/Code/truncated`` or
    ///   ``PromptError/Code/invalidResponse``, with this response.
    public func decode<Value: Decodable>(as type: Value.Type) throws(PromptError) -> Value {
        try decoded(as: type, from: .text)
    }

    /// Decodes a value from the arguments of the last captured call of a tool.
    ///
    /// - Parameters:
    ///   - type: The type of the value. Dates are read in ISO 8601.
    ///   - tool: The tool's name.
    /// - Returns: The value.
    /// - Throws: ``PromptError`` as ``decode(as:)``, also if there is no such call.
    public func decode<Value: Decodable>(as type: Value.Type, fromCallOf tool: String) throws(PromptError) -> Value {
        try decoded(as: type, from: .tool(tool))
    }

    @concurrent
    func decodedConcurrently<Value: Decodable & Sendable>(
        as type: Value.Type,
        from origin: ValueOrigin
    ) async throws(PromptError) -> Value {
        try decoded(as: type, from: origin)
    }

    private func decoded<Value: Decodable>(as type: Value.Type, from origin: ValueOrigin) throws(PromptError) -> Value {
        let text = try json(of: origin)
        do {
            return try JSONDecoder.promptValue(from: Data(text.utf8))
        } catch {
            throw self.error(.invalidResponse, "is not a value of type `\(type)`: \(UndecodableValue(error).reason)")
        }
    }

    /// The JSON at an origin.
    private func json(of origin: ValueOrigin) throws(PromptError) -> String {
        let choice = choices.first
        if let refusal = choice?.message.refusal, !refusal.isEmpty {
            throw error(.refusal, "is a refusal")
        }
        if choice?.finishReason == .contentFilter { throw error(.refusal, "was removed by a content filter") }
        if choice?.finishReason == .length {
            throw error(.truncated, "was cut off at its maximum number of tokens", advice: "Raise `max_tokens`.")
        }
        switch origin {
        case .text:
            let text = self.text.withoutFence
            guard !text.isEmpty else { throw error(.invalidResponse, "has no text") }
            return text
        case .tool(let name):
            guard let call = toolCallResults.last(where: { $0.name == name && $0.type == .schema }) else {
                throw error(.invalidResponse, "does not call the tool `\(name)`")
            }
            return call.arguments.orEmptyObject
        }
    }

    private func error(_ code: PromptError.Code, _ reason: String, advice: String? = nil) -> PromptError {
        var error = PromptError(
            code,
            "The response of the model \(reason).",
            advice: advice ?? "The response is in the error's `response`.",
            promptID: selection?.promptID
        )
        error.response = self
        return error
    }

    /// What to ask the model, after a value could not be decoded.
    func repair(of origin: ValueOrigin, because error: PromptError) -> PromptRun.Repair {
        switch origin {
        case .text:
            return PromptRun.Repair(text: error.message + " Respond again, with the corrected JSON only.")
        case .tool(let name):
            let call = toolCallResults.last { $0.name == name && $0.type == .schema }
            guard let call, choices.first?.message.toolCalls?.contains(where: { $0.id == call.id }) == true else {
                return PromptRun.Repair(text: "Call the tool `\(name)`.")
            }
            return PromptRun.Repair(text: error.message + " Call the tool again.", callID: call.id)
        }
    }
}

extension String {
    /// The text without white space and one Markdown fence around it.
    fileprivate var withoutFence: String {
        let text = trimmingCharacters(in: .whitespacesAndNewlines.union(["\u{FEFF}"]))
        guard text.hasPrefix("```"), text.hasSuffix("```"), text.utf8.count > 6,
            let lineEnd = text.firstIndex(where: \.isNewline)
        else { return text }
        let label = text[text.startIndex..<lineEnd].dropFirst(3)
        guard !label.contains("`") else { return text }
        return String(text[lineEnd...].dropLast(3)).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A name that servers accept for a function or a schema: at most 64 ASCII letters, digits, `_` and `-`.
    var wireName: String {
        String(prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
    }
}

import Foundation
import Tchavi
import TchaviPrompts

/// What is expected of the model's response.
struct ResponseExpectation: Sendable {
    private var contained: [String] = []
    private var excluded: [String] = []
    private var toolCalls: [String]?
    private var schema: SchemaValidator?

    init(_ json: JSONValue) throws(JSONError) {
        guard let members = json.object, !members.isEmpty else {
            throw JSONError("expected an object with what the response contains")
        }
        try members.checkMembers(["contains", "excludes", "toolCalls", "schema"])
        contained = try members.strings("contains") ?? []
        excluded = try members.strings("excludes") ?? []
        toolCalls = try members.strings("toolCalls")
        if let schema = members["schema"] {
            do throws(SchemaProblem) {
                self.schema = try SchemaValidator(schema)
            } catch {
                throw JSONError(error.description, at: [.member("schema")])
            }
        }
        guard !contained.isEmpty || !excluded.isEmpty || toolCalls != nil || schema != nil else {
            throw JSONError("expects nothing")
        }
    }

    /// Returns what the response lacks, each in one sentence.
    func failures(of response: PromptResponse) -> [String] {
        let text = response.text
        var failures: [String] = []
        for part in contained where !text.contains(part) {
            failures.append("The response does not contain \(part.quoted): \(text.quoted).")
        }
        for part in excluded where text.contains(part) {
            failures.append("The response contains \(part.quoted): \(text.quoted).")
        }
        let calls = response.toolCallResults.map(\.name)
        if let toolCalls, calls != toolCalls {
            let (expected, actual) = (toolCalls.joined(separator: ", "), calls.joined(separator: ", "))
            failures.append("The response calls the tools [\(actual)] instead of [\(expected)].")
        }
        if let schema {
            do {
                // As for structured responses, the JSON may stand in a Markdown fence.
                let value = try response.decode(as: JSONValue.self)
                failures += schema.violations(of: value).map { "The response at \($0.path): \($0.message)" }
            } catch {
                failures.append("The response is not JSON: \(text.quoted).")
            }
        }
        return failures
    }
}

extension String {
    /// The text in quotation marks, cut if it is long.
    var quoted: String {
        let text = count > 200 ? prefix(200) + "…" : self
        return JSONValue.string(String(text)).serialized()
    }
}

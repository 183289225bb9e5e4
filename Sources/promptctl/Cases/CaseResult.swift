import Tchavi
import TchaviPrompts

/// How a case ended.
struct CaseResult: Sendable {
    let file: String
    let line: Int
    let name: String
    let promptID: String?
    /// The version that was selected.
    var version: Int?
    var reason: Selection.Reason?
    /// What is not as expected, each in one sentence; empty if the case passes.
    var failures: [String] = []
    /// Whether the gateway was not available, so that nothing is known of the response.
    var isUnavailable = false
    /// Whether the response was not checked, because no model was called.
    var skipsResponse = false

    func write(to output: Output) {
        let label = failures.isEmpty ? output.styled("pass", .green) : output.styled("FAIL", .red)
        let note = skipsResponse && failures.isEmpty ? " (response not checked)" : ""
        output.write("\(label) " + "\(file):\(line): \(name)".escapingControlCharacters + note)
        for failure in failures { output.write("     \(failure.escapingControlCharacters)") }
    }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "file": .string(file),
            "line": .integer(Int64(line)),
            "name": .string(name),
            "passed": .boolean(failures.isEmpty),
            "failures": .array(failures.map { .string($0) }),
        ]
        members["promptId"] = promptID.map { .string($0) }
        members["version"] = version.map { .integer(Int64($0)) }
        members["reason"] = reason.map { .string($0.rawValue) }
        if skipsResponse { members["responseSkipped"] = true }
        return .object(members)
    }
}

import Foundation
import Tchavi
import TchaviPrompts

/// What a command runs in: the environment, and where its output goes.
struct Session: Sendable {
    /// Standard output, for data.
    let output: Output
    /// Standard error, for everything else.
    let messages: Output
    let environment: [String: String]
    /// Reads all of standard input.
    let input: @Sendable () throws -> Data

    /// Writes one object of JSON to standard output, with the version of its format.
    func writeJSON(_ members: [String: JSONValue]) {
        let text = JSONValue.object(members.merging(["format": 1]) { $1 }).prettyPrinted()
        output.write(Self.escapingControlCharacters(inJSON: text))
    }

    /// JSON escapes the control characters of ASCII; a terminal obeys others, too.
    private static func escapingControlCharacters(inJSON text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.value > 0x7E, String(scalar).escapingControlCharacters.utf8.first == UInt8(ascii: "\\") {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The value of an environment variable that is not empty.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

import Foundation
import Tchavi

/// What a command runs in: the environment, and where its output goes.
struct Session: Sendable {
    /// Standard output, for data.
    let output: Output
    /// Standard error, for everything else.
    let messages: Output
    let environment: [String: String]
    /// Reads all of standard input.
    let input: @Sendable () -> Data

    /// Writes one object of JSON to standard output, with the version of its format.
    func writeJSON(_ members: [String: JSONValue]) {
        output.write(JSONValue.object(members.merging(["format": 1]) { $1 }).prettyPrinted())
    }

    /// The value of an environment variable that is not empty.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

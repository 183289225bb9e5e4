import Foundation
import Tchavi

/// A line of a file in JSON Lines.
struct JSONLine: Sendable {
    let number: Int
    let value: Result<JSONValue, JSONError>

    /// The lines that are not blank.
    static func all(in data: Data) -> [JSONLine] {
        var lines: [JSONLine] = []
        for (index, bytes) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard bytes.contains(where: { !" \t\r".utf8.contains($0) }) else { continue }
            let value = Result { () throws(JSONError) in try JSONValue(parsing: Data(bytes)) }
            lines.append(JSONLine(number: index + 1, value: value))
        }
        return lines
    }
}

import Foundation
import Tchavi
import TchaviPrompts

/// Queries that programs have made, from a file in JSON Lines.
struct RecordedQueries: Sendable {
    /// The queries of each prompt, in the order of the file.
    private(set) var queries: [String: [PromptQuery]] = [:]

    /// Reads a file.
    ///
    /// - Throws: ``Failure`` that names the line.
    init(file: String) throws(Failure) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure(.data, "The file '\(file)' cannot be read.", advice: "Check the path.")
        }
        for line in JSONLine.all(in: data) {
            do throws(JSONError) {
                let json = try line.value.get()
                guard let id = json["promptId"]?.string else {
                    throw JSONError("expected the prompt's id as a string", at: [.member("promptId")])
                }
                do {
                    queries[id, default: []].append(try PromptQuery(authored: json["query"] ?? [:]))
                } catch {
                    throw error.inside(.member("query"))
                }
            } catch {
                throw Failure(.data, "\(file):\(line.number): \(error.description).")
            }
        }
    }
}

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

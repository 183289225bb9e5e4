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
        let data = try Data(file: file)
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

import Foundation
import Tchavi

extension JSONValue {
    /// Reads a file of JSON.
    init(file: String) throws(Failure) {
        let data = try Data(file: file)
        do {
            self = try JSONValue(parsing: data)
        } catch {
            throw Failure(.data, "The file '\(file)' is not JSON: \(error.description).")
        }
    }

    /// A string, number or Boolean as the value of a variable.
    var variableText: String? {
        switch self {
        case .string(let text): text
        case .integer, .unsignedInteger, .double, .boolean: serialized()
        default: nil
        }
    }
}

extension Data {
    /// Reads a file that a person has named.
    init(file: String) throws(Failure) {
        do {
            self = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            let isThere = FileManager.default.fileExists(atPath: file)
            throw Failure(
                .data,
                "The file '\(file)' \(isThere ? "cannot be read: \(error.localizedDescription)" : "does not exist.")",
                advice: "Check the path\(isThere ? " and its permissions" : "")."
            )
        }
    }
}

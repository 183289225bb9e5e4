import Foundation
import Tchavi

/// Why JSON cannot be decoded as a value, worded for a model or a person.
struct UndecodableValue {
    /// The path and the reason: `at $.city: missing`.
    let reason: String

    init(_ error: any Error) {
        if let error = error as? JSONError {
            reason = "at \(error.path): \(error.reason)"
            return
        }
        let context: (path: [any CodingKey], reason: String)? =
            switch error as? DecodingError {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
            case .valueNotFound(let type, let context): (context.codingPath, "expected \(type), found null")
            case .typeMismatch(let type, let context): (context.codingPath, "expected \(type)")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            default: nil
            }
        guard let context else {
            // Of an error that a type's own `init(from:)` throws, only what was written to be read.
            reason = (error as? any LocalizedError)?.errorDescription ?? "the value is not valid"
            return
        }
        let path = context.path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        reason = "at $\(path): \(context.reason)"
    }
}

import Foundation
import Tchavi

/// An error in decoding a tool's arguments, worded for the model.
struct ToolArgumentsError: LocalizedError, CustomStringConvertible {
    let description: String
    var errorDescription: String? { description }

    init(_ error: any Error) {
        if let error = error as? JSONError {
            description = "The arguments cannot be decoded: at \(error.path): \(error.reason)"
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
            // Of an error that a type's own `init(from:)` throws, the model receives only what was written to be read.
            let reason = (error as? any LocalizedError)?.errorDescription
            description = "The arguments cannot be decoded" + (reason.map { ": \($0)" } ?? ".")
            return
        }
        let path = context.path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        description = "The arguments cannot be decoded: at $\(path): \(context.reason)"
    }
}

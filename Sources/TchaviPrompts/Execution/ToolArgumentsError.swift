import Foundation

/// An error in decoding a tool's arguments, worded for the model.
struct ToolArgumentsError: LocalizedError, CustomStringConvertible {
    let description: String
    var errorDescription: String? { description }

    init(_ error: any Error) { description = "The arguments cannot be decoded: \(UndecodableValue(error).reason)" }
}

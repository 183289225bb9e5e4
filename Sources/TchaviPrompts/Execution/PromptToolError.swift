public import Foundation

/// An error that a tool throws to tell the model what went wrong.
///
/// ```swift
/// let orders = PromptTool.program("get_order") { (query: OrderQuery) in
///     guard let order = try await store.order(query.number) else {
///         throw PromptToolError("No order has this number.")
///     }
///     return order
/// }
/// ```
public struct PromptToolError: Error, Sendable, Hashable {
    /// What went wrong, in a sentence for the model to read.
    public var message: String

    /// Creates an error.
    ///
    /// - Parameter message: What went wrong, in a sentence for the model to read.
    public init(_ message: String) { self.message = message }
}

extension PromptToolError: LocalizedError, CustomStringConvertible {
    /// The message.
    public var errorDescription: String? { message }
    /// The message.
    public var description: String { message }
}

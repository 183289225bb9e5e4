import Foundation

/// Calls that wait for the disk, for standard input or for another program, which no thread of Swift's tasks may do.
enum Blocking {
    /// Runs a call on a thread of its own.
    static func run<Value: Sendable>(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: call)) }
        }
    }
}

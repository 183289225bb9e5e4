import Foundation
import Tchavi

/// A run of a program, without a shell.
///
/// The program is started by `posix_spawn` instead of Foundation's `Process`. On Linux, a program that `Process` starts on
/// a thread of Dispatch inherits that thread's signal mask, in which `SIGTERM` is blocked, so that it cannot be
/// terminated; and reading its pipes to their end waits for every process that inherited them.
struct ProcessRun: Sendable {
    /// A path, if it contains `/`; otherwise a name that is looked up in the absolute directories of `PATH`.
    var program: String
    var arguments: [String] = []
    /// The whole environment of the program. Its `PATH` is also where the program is looked up.
    var environment = ProcessInfo.processInfo.environment
    /// The standard input. What the program does not read is dropped.
    var input = Data()
    /// The greatest number of bytes of standard output; a program that writes more is terminated.
    var outputLimit = Int.max
    /// How long a program may take to end after `SIGTERM`, before it is killed.
    var grace = Duration.seconds(2)

    /// What is left of a program that has ended.
    struct Result: Hashable, Sendable {
        var status: Status
        /// The standard output.
        var output: Data
        /// The standard error, of which at most 1 MiB is kept.
        var errorOutput: Data
    }

    /// How a program ended.
    enum Status: Hashable, Sendable {
        case exited(Int32)
        case signal(Int32)
    }

    /// Why there is no result.
    enum Failure: Error, Hashable, Sendable {
        case notFound(program: String)
        case notStarted(program: String, reason: String)
        case outputLimit(program: String, bytes: Int)
        /// Another part of the process has collected the status, or `SIGCHLD` is ignored.
        case statusLost(program: String)
        case unsupportedPlatform
    }

    /// Runs the program until it ends. A process that it leaves behind is not waited for, even if that keeps the pipes
    /// open.
    ///
    /// - Throws: ``Failure``, or `CancellationError` once the program of a cancelled task has been terminated.
    func result() async throws -> Result {
        #if os(macOS) || os(Linux)
        try Task.checkCancellation()
        let isCancelled = Locked(false)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // The run blocks and changes the signal mask, so it must not use a thread of a pool.
                Thread.detachNewThread {
                    continuation.resume(
                        with: Swift.Result { try runBlocking(isCancelled: { isCancelled.withLock { $0 } }) }
                    )
                }
            }
        } onCancel: {
            isCancelled.withLock { $0 = true }
        }
        #else
        throw Failure.unsupportedPlatform
        #endif
    }
}

extension ProcessRun.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .notFound(let program): "The program `\(program)` is not in a directory of PATH."
        case .notStarted(let program, let reason): "The program `\(program)` cannot be started: \(reason)."
        case .outputLimit(let program, let bytes): "The program `\(program)` has written more than \(bytes) bytes."
        case .statusLost(let program): "The exit status of the program `\(program)` is not known."
        case .unsupportedPlatform: "Programs cannot be started on this platform."
        }
    }
}

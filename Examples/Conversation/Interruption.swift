import Dispatch
import ExampleSupport
import Foundation
import Synchronization

/// What Control-C does: it cancels the task in progress, and ends the program when there is none.
final class Interruption: Sendable {
    private let cancel = Mutex<(@Sendable () -> Void)?>(nil)

    /// Begins to handle Control-C.
    ///
    /// - Returns: What handles it, for as long as it is kept.
    func start() -> [any DispatchSourceSignal] {
        handleSignals([SIGINT]) {
            if let cancel = self.cancel.withLock(\.self) { cancel() } else { exit(130) }
        }
    }

    /// Waits for a task, which Control-C cancels until it has ended.
    func wait(for task: Task<Void, any Error>) async throws {
        cancel.withLock { $0 = { task.cancel() } }
        defer { cancel.withLock { $0 = nil } }
        try await task.value
    }
}

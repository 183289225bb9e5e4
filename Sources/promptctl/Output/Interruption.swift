import Dispatch
import Foundation
import Tchavi

/// What Control-C does.
enum Interruption {
    /// How long work may take to end after it was cancelled.
    private static let grace = DispatchTimeInterval.seconds(3)

    /// Handles Control-C, and the signals that end a process: they cancel what is in progress. If it does not end soon, for
    /// instance because it waits for standard input, or at the second signal, the process ends.
    ///
    /// - Parameters:
    ///   - messages: Where it is said that the process ends by force.
    ///   - cancel: Cancels what is in progress.
    /// - Returns: What handles the signals, for as long as it is kept.
    static func handle(
        on messages: Output,
        _ cancel: @escaping @Sendable () -> Void
    ) -> [any DispatchSourceSignal] {
        let end = { @Sendable in
            messages.writeControl("\r\u{1B}[K")
            messages.write("Interrupted.")
            exit(ExitCode.interrupted.rawValue)
        }
        let isCancelled = Locked(false)
        return [SIGINT, SIGTERM, SIGHUP].map { number in
            // The source does not keep the signal from ending the process.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let isFirst = isCancelled.withLock { isCancelled in
                    defer { isCancelled = true }
                    return !isCancelled
                }
                guard isFirst else { return end() }
                cancel()
                DispatchQueue.global().asyncAfter(deadline: .now() + grace, execute: end)
            }
            source.resume()
            return source
        }
    }
}

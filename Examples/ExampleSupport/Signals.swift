public import Dispatch
import Foundation

/// Runs a handler at each of some signals, which then do not end the process any more.
///
/// - Parameters:
///   - numbers: The signals.
///   - handler: What to run, on a thread of its own.
/// - Returns: What handles the signals, for as long as it is kept.
public func handleSignals(
    _ numbers: [Int32],
    handler: @escaping @Sendable () -> Void
) -> [any DispatchSourceSignal] {
    numbers.map { number in
        // The source does not keep the signal from ending the process.
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: handler)
        // A signal is lost until the source is registered, which happens on another thread.
        let isRegistered = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { isRegistered.signal() }
        source.resume()
        isRegistered.wait()
        return source
    }
}

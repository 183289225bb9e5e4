import Tchavi
import TchaviPrompts

/// A line on a terminal that shows how far long work has come. It appears after a moment, and is removed at the end.
final class Progress: Sendable {
    private struct State {
        var isShown = false
        var last: ContinuousClock.Instant
    }

    private static let delay = Duration.milliseconds(400)
    private static let interval = Duration.milliseconds(100)
    private let label: String
    private let total: Int?
    private let output: Output
    private let start = ContinuousClock.now
    private let state: Locked<State>
    private let timer: Task<Void, Never>?

    /// Begins the work.
    ///
    /// - Parameters:
    ///   - label: What is done.
    ///   - total: The number of steps, if that is known.
    ///   - output: The terminal.
    init(_ label: String, of total: Int? = nil, on output: Output) {
        self.label = label.escapingControlCharacters
        self.total = total
        self.output = output
        let state = Locked(State(last: start))
        self.state = state
        // Work without steps says nothing by itself while it lasts.
        let line = "\(self.label)…"
        timer =
            output.isTerminal
            ? Task {
                try? await Task.sleep(for: Self.delay)
                state.withLock { state in
                    guard !Task.isCancelled, !state.isShown else { return }
                    state.isShown = true
                    output.writeControl("\r\u{1B}[K\(line)")
                }
            } : nil
    }

    /// Shows the number of the step that begins, counted from 0.
    func advance(to step: Int) {
        guard output.isTerminal else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            guard now - start >= Self.delay, now - state.last >= Self.interval else { return }
            state.last = now
            state.isShown = true
            output.writeControl("\r\u{1B}[K\(label) \(step)\(total.map { " of \($0)" } ?? "")")
        }
    }

    /// Removes the line.
    func end() {
        timer?.cancel()
        state.withLock { state in
            if state.isShown { output.writeControl("\r\u{1B}[K") }
            // Nothing is shown after the end.
            state.isShown = true
        }
    }
}

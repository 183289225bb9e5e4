import Dispatch
import Foundation

/// Standard input and output, line by line.
actor Terminal {
    /// Whether a person is at the keyboard.
    nonisolated let isInteractive = isatty(STDIN_FILENO) == 1

    /// The thread that waits for input, so that none of the threads of Swift's tasks has to.
    private let queue = DispatchQueue(label: "standard input")
    private var isReading = false
    private var waiting: AsyncStream<String>.Continuation?

    /// Writes text at once; `print` would keep it back until the end of the line, or longer in a pipe.
    ///
    /// Control characters but line feeds and tabs are left out: with them, a model's text could change what the terminal
    /// shows.
    nonisolated func write(_ text: String) {
        let visible = text.unicodeScalars.filter { scalar in
            scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
        }
        FileHandle.standardOutput.write(Data(String(String.UnicodeScalarView(visible)).utf8))
    }

    /// Writes a question and waits for a line.
    ///
    /// - Parameter question: The question.
    /// - Returns: The line; `nil` at the end of the input, or when the task is cancelled. The line that was waited for then
    ///   goes to the next caller.
    func line(after question: String) async -> String? {
        write(question)
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        waiting = continuation
        if !isReading {
            isReading = true
            queue.async {
                let line = readLine()
                Task { await self.received(line) }
            }
        }
        var iterator = lines.makeAsyncIterator()
        let line = await iterator.next()
        // A terminal echoes what is typed, but not what comes from a pipe, and the end of the input has no line feed.
        if line == nil || !isInteractive { write("\(line ?? "")\n") }
        return line
    }

    private func received(_ line: String?) {
        isReading = false
        if let line { waiting?.yield(line) }
        waiting?.finish()
        waiting = nil
    }
}

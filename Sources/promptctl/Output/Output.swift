import Foundation

/// Where lines are written: standard output or standard error, or what a test looks at.
struct Output: Sendable {
    /// Whether a person sees the output.
    let isTerminal: Bool
    /// Whether the output may have colors.
    let hasColors: Bool
    private let sink: @Sendable (Data) -> Void

    init(isTerminal: Bool, hasColors: Bool, sink: @escaping @Sendable (Data) -> Void) {
        self.isTerminal = isTerminal
        self.hasColors = hasColors
        self.sink = sink
    }

    /// An output of the process. It has colors on a terminal that knows them, unless `NO_COLOR` is set.
    init(_ handle: FileHandle, environment: [String: String]) {
        let isTerminal = isatty(handle.fileDescriptor) == 1
        let isWanted = environment["NO_COLOR"]?.isEmpty ?? true
        let term = environment["TERM"] ?? ""
        self.init(
            isTerminal: isTerminal,
            hasColors: isTerminal && isWanted && !term.isEmpty && term != "dumb",
            sink: { Self.write($0, to: handle.fileDescriptor) }
        )
    }

    /// Writes all of a text, and ends the process if that is not possible: a report that lacks its end would be wrong.
    private static func write(_ data: Data, to descriptor: Int32) {
        var rest = data
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Somebody else has made the terminal or pipe one that does not wait.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
                continue
            }
            guard count > 0 else {
                // Nobody reads a pipe that was closed, and nothing has to be said about it.
                if errno != EPIPE, descriptor != STDERR_FILENO {
                    let reason = String(cString: strerror(errno))
                    Self.write(Data("Error: The output cannot be written: \(reason).\n".utf8), to: STDERR_FILENO)
                }
                exit(ExitCode.unavailable.rawValue)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes a line.
    func write(_ line: String) { sink(Data((line + "\n").utf8)) }

    /// Writes bytes.
    func writeBytes(_ data: Data) { sink(data) }

    /// Writes a part of a line at once.
    ///
    /// A terminal gets no control characters but line feeds and tabs, with which a text could change what it shows.
    func writeText(_ text: String) {
        guard isTerminal else { return sink(Data(text.utf8)) }
        let visible = text.unicodeScalars.filter { scalar in
            scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
        }
        sink(Data(String(String.UnicodeScalarView(visible)).utf8))
    }

    /// Writes control characters of the command's own, to a terminal alone.
    func writeControl(_ text: String) {
        if isTerminal { sink(Data(text.utf8)) }
    }

    /// A text in a style, if the output has colors.
    func styled(_ text: String, _ style: Style) -> String {
        hasColors ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// How a text looks on a terminal.
    enum Style: Int, Sendable {
        case bold = 1
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }
}

import Tchavi

/// A line of a version's file that is not text: it begins a message, or is an image.
enum MessageMarker: Equatable {
    /// Begins a message of a role.
    case role(Role)
    /// Begins a message that is given as JSON.
    case json
    /// An image.
    case image(ImageURL)

    /// The roles that lines can name.
    static let roles: [Role] = [.system, .developer, .user, .assistant]

    /// Reads a line, without its line break.
    init?(_ line: ArraySlice<UInt8>) {
        // Most lines begin with none of these, and need not be looked at further.
        guard let first = line.first, "sduam!".utf8.contains(first) else { return nil }
        let end = line.lastIndex { !$0.isSpaceOrTab }.map { $0 + 1 } ?? line.startIndex
        let line = line[..<end]
        if line.last == UInt8(ascii: ":"), line.count <= 10 {
            switch String(decoding: line.dropLast(), as: UTF8.self) {
            case "message": self = .json
            case "system": self = .role(.system)
            case "developer": self = .role(.developer)
            case "user": self = .role(.user)
            case "assistant": self = .role(.assistant)
            default: return nil
            }
        } else if let image = Self.image(line) {
            self = .image(image)
        } else {
            return nil
        }
    }

    /// Reads `![note](url)`.
    private static func image(_ line: ArraySlice<UInt8>) -> ImageURL? {
        guard line.starts(with: "![".utf8), line.last == UInt8(ascii: ")") else { return nil }
        let inner = line.dropFirst(2)
        guard
            let bracket = inner.indices.first(where: {
                inner[$0] == UInt8(ascii: "]") && $0 + 1 < inner.endIndex && inner[$0 + 1] == UInt8(ascii: "(")
            })
        else { return nil }
        let url = inner[(bracket + 2)...].dropLast()
        guard url.contains(where: { !$0.isSpaceOrTab }), Self.isBalanced(url) else { return nil }
        let note = String(decoding: inner[..<bracket], as: UTF8.self)
        return ImageURL(
            String(decoding: url, as: UTF8.self),
            detail: details.contains(note) ? ImageDetail(rawValue: note) : nil
        )
    }

    /// The details that can stand in the brackets of an image.
    static let details: Set<String> = ["auto", "low", "high"]

    static func isBalanced(_ url: some Sequence<UInt8>) -> Bool {
        var depth = 0
        for byte in url {
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    /// The number of backslashes at the beginning of a line, if a marker follows them.
    static func escapes(in line: ArraySlice<UInt8>) -> Int? {
        let rest = line.drop { $0 == UInt8(ascii: "\\") }
        return MessageMarker(rest) == nil ? nil : line.count - rest.count
    }

    // MARK: Lines that only look like markers

    /// What to write instead of a line that is text but looks like a marker, or `nil` if it does not.
    static func advice(forText line: ArraySlice<UInt8>) -> String? {
        let text = line.drop { $0.isSpaceOrTab }
        guard let first = text.first, first.isLetter, let colon = text.prefix(12).firstIndex(of: UInt8(ascii: ":"))
        else {
            return nil
        }
        let word = String(decoding: text[..<colon], as: UTF8.self)
        let name = word.lowercased()
        guard ["system", "developer", "user", "assistant", "message", "tool", "function"].contains(name) else {
            return nil
        }
        let isAlone = text[(colon + 1)...].allSatisfy(\.isSpaceOrTab)
        if !isAlone {
            // `User: Hi` is common in the examples that a prompt gives.
            guard word == name, text.startIndex == line.startIndex, text[colon + 1].isSpaceOrTab else { return nil }
            return "If it begins a message, write `\(name):` on a line of its own, and the text below it."
        }
        if name == "tool" || name == "function" {
            return "If it begins a message, write `message:`, and below it the message as JSON with its `tool_call_id`."
        }
        return "If it begins a message, write `\(name):` in lower case at the beginning of the line."
    }
}

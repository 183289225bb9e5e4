/// A text with variables, parsed once and rendered any number of times.
///
/// A variable is written `<<name>>`, where the name is `[A-Za-z_][A-Za-z0-9_.-]*`; spaces and tabs around it are
/// ignored. Directly before `<<`, a backslash makes it literal, and two backslashes stand for one. Text that is not a
/// complete variable is literal.
///
/// ```swift
/// let template = Template(parsing: "Hello <<name>>!")
/// try template.rendered(["name": "Ada"])  // "Hello Ada!"
/// ```
///
/// Values are inserted literally: variables in a value are not replaced.
public struct Template: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        case text(String)
        case variable(String)
    }

    /// The error that is thrown if variables have no value.
    public struct MissingVariables: Error, Hashable {
        /// The names of the variables that have no value, each once, in the order of their first appearance.
        public let names: [String]
    }

    let segments: [Segment]

    /// The names of the variables, each once, in the order of their first appearance.
    public let variableNames: [String]

    /// Parses a text as a template. Every text is a valid template.
    ///
    /// - Parameters:
    ///   - text: The text to parse.
    ///   - syntax: The syntax of the variables.
    public init(parsing text: String, syntax: VariableSyntax = .angleBrackets) {
        var text = text
        var scanner = TemplateScanner(syntax: syntax)
        segments = text.withUTF8 { bytes in scanner.segments(bytes) }
        var seen: Set<String> = []
        variableNames = segments.compactMap { segment in
            if case .variable(let name) = segment, seen.insert(name).inserted { name } else { nil }
        }
    }

    /// Replaces every variable with its value.
    ///
    /// - Parameter variables: The values by name. Values that the template does not use are ignored.
    /// - Returns: The rendered text.
    /// - Throws: ``MissingVariables`` with the name of every variable that has no value.
    public func rendered(_ variables: [String: String]) throws(MissingVariables) -> String {
        var size = 0
        var missing: [String] = []
        for segment in segments {
            switch segment {
            case .text(let text): size += text.utf8.count
            case .variable(let name):
                if let value = variables[name] {
                    size += value.utf8.count
                } else if !missing.contains(name) {
                    missing.append(name)
                }
            }
        }
        guard missing.isEmpty else { throw MissingVariables(names: missing) }
        if segments.count == 1, case .text(let text) = segments[0] { return text }
        var result = ""
        result.reserveCapacity(size)
        for segment in segments {
            switch segment {
            case .text(let text): result += text
            case .variable(let name): result += variables[name] ?? ""
            }
        }
        return result
    }
}

/// Splits a text into literal parts and variables, in one pass over its UTF-8.
private struct TemplateScanner {
    private let open: UInt8
    private let close: UInt8
    private var segments: [Template.Segment] = []
    private var literal: [UInt8] = []

    init(syntax: VariableSyntax) {
        open = syntax.open
        close = syntax.close
    }

    mutating func segments(_ bytes: UnsafeBufferPointer<UInt8>) -> [Template.Segment] {
        literal.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            guard isMark(bytes, position) else {
                literal.append(bytes[position])
                position += 1
                continue
            }
            // The backslashes directly before the mark have been appended as literals.
            let backslashes = trailingBackslashes
            literal.removeLast(backslashes - backslashes / 2)
            if !backslashes.isMultiple(of: 2) {
                literal += [open, open]
                position += 2
            } else if let variable = variable(bytes, at: position) {
                flush()
                segments.append(.variable(variable.name))
                position = variable.end
            } else {
                literal.append(bytes[position])
                position += 1
            }
        }
        flush()
        return segments
    }

    private var trailingBackslashes: Int {
        literal.reversed().prefix { $0 == UInt8(ascii: "\\") }.count
    }

    private func isMark(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        position + 1 < bytes.count && bytes[position] == open && bytes[position + 1] == open
    }

    private func variable(_ bytes: UnsafeBufferPointer<UInt8>, at mark: Int) -> (name: String, end: Int)? {
        var position = mark + 2
        func skipBlanks() {
            while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t")
            {
                position += 1
            }
        }
        skipBlanks()
        let start = position
        while position < bytes.count, bytes[position].isValidInName(first: position == start) { position += 1 }
        let end = position
        skipBlanks()
        guard end > start, position + 1 < bytes.count, bytes[position] == close, bytes[position + 1] == close else {
            return nil
        }
        return (String(decoding: bytes[start..<end], as: UTF8.self), position + 2)
    }

    private mutating func flush() {
        guard !literal.isEmpty else { return }
        segments.append(.text(String(decoding: literal, as: UTF8.self)))
        literal.removeAll(keepingCapacity: true)
    }
}

extension UInt8 {
    fileprivate func isValidInName(first: Bool) -> Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"): !first
        default: false
        }
    }
}

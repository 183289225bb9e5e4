/// A text with variables, parsed once and rendered as often as needed.
///
/// `<<name>>` stands for a variable; a name is `[A-Za-z_][A-Za-z0-9_.-]*`, with spaces and tabs around it or none. Of n
/// backslashes directly before `<<` half are kept, and an odd one makes the `<<` literal. Whatever else follows `<<` is
/// literal.
///
/// ```swift
/// let template = Template(parsing: "Hello <<name>>!")
/// try template.rendered(["name": "Ada"])  // "Hello Ada!"
/// ```
///
/// A value is inserted as it is and never looked at again: it cannot bring in a variable.
public struct Template: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        case text(String)
        case variable(String)
    }

    /// Variables that were given no value.
    public struct MissingVariables: Error, Hashable {
        /// The names, each once, in the order of their first appearance.
        public let names: [String]
    }

    let segments: [Segment]

    /// The names of the variables, each once, in the order of their first appearance.
    public let variableNames: [String]

    /// Parses a text. Every text is a template: what is no variable is literal.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - syntax: How variables are written in it.
    public init(parsing text: String, syntax: VariableSyntax = .angleBrackets) {
        var text = text
        var scanner = TemplateScanner(syntax: syntax)
        segments = text.withUTF8 { bytes in scanner.segments(bytes) }
        var seen: Set<String> = []
        variableNames = segments.compactMap { segment in
            if case .variable(let name) = segment, seen.insert(name).inserted { name } else { nil }
        }
    }

    /// The text with every variable replaced by its value.
    ///
    /// - Parameter variables: The values by name; more than the text has are no fault.
    /// - Returns: The text.
    /// - Throws: ``MissingVariables`` with every name that has no value.
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
            // The backslashes directly before the mark have been taken as literals.
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
        while position < bytes.count, bytes[position].canStandInName(first: position == start) { position += 1 }
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
    fileprivate func canStandInName(first: Bool) -> Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"): !first
        default: false
        }
    }
}

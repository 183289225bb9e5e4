import Tchavi

/// JSON laid out for people: what fits on a line stands on one, everything else has a line for each member.
///
/// It avoids what YAML reads otherwise, so that it can also be written in front matter.
struct AuthoredJSON {
    private indirect enum Content {
        case scalar(String)
        case array([AuthoredJSON])
        case object([(key: String, value: AuthoredJSON)])
    }

    /// The number of characters of the longest line of JSON that could stand on several.
    private static let lineWidth = 100

    private let content: Content
    /// The number of characters on one line.
    private let width: Int
    /// Whether each member has a line, even if all would fit on one.
    private let isExpanded: Bool

    private init(_ content: Content, isExpanded: Bool = false) {
        self.content = content
        switch content {
        case .scalar(let text):
            width = text.unicodeScalars.count
            self.isExpanded = false
        case .array(let elements):
            width = elements.reduce(2) { $0 + $1.width + 2 }
            self.isExpanded = !elements.isEmpty && (isExpanded || elements.contains(where: \.isExpanded))
        case .object(let members):
            width = members.reduce(2) { $0 + $1.key.unicodeScalars.count + $1.value.width + 4 }
            self.isExpanded = !members.isEmpty && (isExpanded || members.contains { $0.value.isExpanded })
        }
    }

    /// Creates the layout of a value, with the keys of its objects in the order of their bytes.
    init(_ json: JSONValue) {
        switch json {
        case .string(let text): self.init(.scalar(Self.quoted(text)))
        case .double(let number): self.init(.scalar(Self.number(number)))
        case .array(let elements): self.init(.array(elements.map { AuthoredJSON($0) }))
        case .object(let members):
            let sorted = members.sorted { $0.key.precedesInBytes($1.key) }
            self.init(.object(sorted.map { (Self.quoted($0.key), AuthoredJSON($0.value)) }))
        default: self.init(.scalar(json.serialized()))
        }
    }

    /// Creates the layout of an array.
    static func array(_ elements: [AuthoredJSON], isExpanded: Bool = false) -> AuthoredJSON {
        AuthoredJSON(.array(elements), isExpanded: isExpanded)
    }

    /// Creates the layout of an object, whose members keep their order.
    static func object(_ members: [(String, AuthoredJSON)], isExpanded: Bool = false) -> AuthoredJSON {
        AuthoredJSON(.object(members.map { (quoted($0.0), $0.1) }), isExpanded: isExpanded)
    }

    /// Returns the text.
    ///
    /// - Parameter width: The number of characters that precede it on its line.
    /// - Returns: The JSON, without a line break at its end.
    func text(after width: Int = 0) -> String {
        var text = ""
        write(to: &text, indentation: 0, preceding: width)
        return text
    }

    private func write(to text: inout String, indentation: Int, preceding: Int) {
        let isOnOneLine = !isExpanded && preceding + width <= Self.lineWidth
        switch content {
        case .scalar(let scalar): text += scalar
        case .array(let elements):
            list(elements, "[", "]", to: &text, isOnOneLine: isOnOneLine, indentation: indentation) { element, text in
                element.write(to: &text, indentation: indentation + 2, preceding: isOnOneLine ? 0 : indentation + 2)
            }
        case .object(let members):
            list(members, "{", "}", to: &text, isOnOneLine: isOnOneLine, indentation: indentation) { member, text in
                text += member.key + ": "
                member.value.write(
                    to: &text,
                    indentation: indentation + 2,
                    preceding: isOnOneLine ? 0 : indentation + member.key.unicodeScalars.count + 4
                )
            }
        }
    }

    private func list<Element>(
        _ elements: [Element],
        _ open: String,
        _ close: String,
        to text: inout String,
        isOnOneLine: Bool,
        indentation: Int,
        each: (Element, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += isOnOneLine ? ", " : "," }
            if !isOnOneLine { text += "\n" + String(repeating: " ", count: indentation + 2) }
            each(element, &text)
        }
        if !isOnOneLine, !elements.isEmpty { text += "\n" + String(repeating: " ", count: indentation) }
        text += close
    }

    // MARK: Scalars

    /// A JSON string without the characters that front matter must not contain.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A number whose exponent, if it has one, YAML 1.1 reads too: `1.0e-07`.
    private static func number(_ number: Double) -> String {
        let text = number.description
        guard let exponent = text.firstIndex(of: "e") else { return text }
        let mantissa = text[..<exponent]
        let digits = text[text.index(after: exponent)...]
        return mantissa + (mantissa.contains(".") ? "e" : ".0e")
            + (digits.first == "-" || digits.first == "+" ? "" : "+")
            + digits
    }
}

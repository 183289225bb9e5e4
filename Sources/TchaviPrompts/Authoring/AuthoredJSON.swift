import Tchavi

/// JSON laid out for people: what fits on a line stands on one, everything else has a line for each member.
///
/// It avoids what YAML reads otherwise, so that it can also be written in front matter.
struct AuthoredJSON {
    private enum Kind {
        case scalar, array, object
    }

    /// The number of characters of the longest line of JSON that could stand on several.
    private static let lineWidth = 100

    private let kind: Kind
    /// The text of a scalar; otherwise empty.
    private let scalar: String
    /// The keys of an object, as JSON strings.
    private let keys: [String]
    /// The values of an object, or the elements of an array.
    private let values: [AuthoredJSON]
    /// The number of characters on one line.
    private let width: Int
    /// Whether each member has a line, even if all would fit on one.
    private let isExpanded: Bool

    private init(scalar: String) {
        kind = .scalar
        self.scalar = scalar
        keys = []
        values = []
        width = scalar.unicodeScalars.count
        isExpanded = false
    }

    private init(array elements: [AuthoredJSON], isExpanded: Bool = false) {
        self.init(.array, keys: [], values: elements, isExpanded: isExpanded)
    }

    private init(_ kind: Kind, keys: [String], values: [AuthoredJSON], isExpanded: Bool) {
        self.kind = kind
        scalar = ""
        self.keys = keys
        self.values = values
        let separators = (kind == .object ? 4 : 2) * values.count
        width = 2 + separators + keys.reduce(0) { $0 + $1.unicodeScalars.count } + values.reduce(0) { $0 + $1.width }
        self.isExpanded = !values.isEmpty && (isExpanded || values.contains { $0.isExpanded })
    }

    /// Creates the layout of a value, with the keys of its objects in the order of their bytes.
    init(_ json: JSONValue) {
        switch json {
        case .string(let text): self.init(scalar: Self.quoted(text))
        case .double(let number): self.init(scalar: Self.number(number))
        case .array(let elements): self.init(array: elements.map { AuthoredJSON($0) })
        case .object(let members):
            let sorted = members.sorted { $0.key.precedesInBytes($1.key) }
            self = .object(sorted.map { ($0.key, AuthoredJSON($0.value)) })
        default: self.init(scalar: json.serialized())
        }
    }

    /// Creates the layout of an array.
    static func array(_ elements: [AuthoredJSON], isExpanded: Bool = false) -> AuthoredJSON {
        AuthoredJSON(array: elements, isExpanded: isExpanded)
    }

    /// Creates the layout of an object, whose members keep their order.
    static func object(_ members: [(String, AuthoredJSON)], isExpanded: Bool = false) -> AuthoredJSON {
        object(rawKeys: members.map { (quoted($0.0), $0.1) }, isExpanded: isExpanded)
    }

    /// Creates the layout of an object, whose keys are JSON strings.
    static func object(rawKeys members: [(key: String, value: AuthoredJSON)], isExpanded: Bool) -> AuthoredJSON {
        AuthoredJSON(.object, keys: members.map(\.key), values: members.map(\.value), isExpanded: isExpanded)
    }

    /// Creates the layout of a scalar's JSON.
    static func scalar(_ text: String) -> AuthoredJSON { AuthoredJSON(scalar: text) }

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
        guard kind != .scalar else {
            text += scalar
            return
        }
        let isOnOneLine = !isExpanded && preceding + width <= Self.lineWidth
        text += kind == .object ? "{" : "["
        for (index, value) in values.enumerated() {
            if index > 0 { text += isOnOneLine ? ", " : "," }
            if !isOnOneLine { text += "\n" + String(repeating: " ", count: indentation + 2) }
            var keyWidth = 0
            if kind == .object {
                text += keys[index] + ": "
                keyWidth = keys[index].unicodeScalars.count + 2
            }
            value.write(
                to: &text,
                indentation: indentation + 2,
                // What fits on this line is not measured again.
                preceding: isOnOneLine ? 0 : indentation + 2 + keyWidth
            )
        }
        if !isOnOneLine, !values.isEmpty { text += "\n" + String(repeating: " ", count: indentation) }
        text += kind == .object ? "}" : "]"
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

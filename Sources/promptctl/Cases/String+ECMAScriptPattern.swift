extension String {
    /// A regular expression of ECMAScript, which JSON Schema uses, as one of ICU that matches the same strings.
    ///
    /// They differ in what `$` and the classes `\d`, `\w` and `\s` match, and in what is special within brackets. A
    /// pattern that is not valid is returned as some other that is not valid, or that no schema would contain.
    var translatedFromECMAScript: String {
        var result = ""
        var isInBrackets = false
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                guard let escaped = rest.popFirst() else { return result + "\\" }
                if escaped == "u", rest.first == "{" {
                    result += "\\x"
                } else {
                    result += Self.classes[escaped] ?? "\\" + String(escaped)
                }
            case "$" where !isInBrackets: result += "\\z"
            case "[" where !isInBrackets:
                isInBrackets = true
                result += "["
                if rest.first == "^" {
                    rest.removeFirst()
                    result += "^"
                }
            case "]":
                isInBrackets = false
                result += "]"
            // Nested sets and their operators are ICU's own.
            case "[", "&": result += isInBrackets ? "\\" + String(scalar) : String(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let classes: [Unicode.Scalar: String] = [
        "d": "[0-9]", "D": "[^0-9]", "w": "[A-Za-z0-9_]", "W": "[^A-Za-z0-9_]",
        "s": "[\\t\\n\\u000B\\f\\r\\p{Z}\\uFEFF]", "S": "[^\\t\\n\\u000B\\f\\r\\p{Z}\\uFEFF]",
    ]
}

import Foundation

/// Replaces secrets in what a server has sent, which may repeat those of the request.
package struct SecretRedaction: Sendable {
    /// Each secret, and all forms in which it may stand in a text. The longest first, because one may contain another.
    private let forms: [Data]

    /// Creates a redaction.
    ///
    /// - Parameters:
    ///   - secrets: The secrets.
    ///   - minimumBytes: The size below which a secret is left out.
    package init(_ secrets: [String], minimumBytes: Int = Secret.minimumRedactedBytes) {
        let forms = secrets.filter { $0.utf8.count >= minimumBytes }.flatMap { secret in
            // As it stands within JSON, where quotation marks are escaped.
            let escaped = String(JSONValue.string(secret).serialized().dropFirst().dropLast())
            return [
                secret, escaped, escaped.replacing("/", with: "\\/"), secret.percentEncoded(keeping: .query),
            ]
        }
        self.forms = Set(forms).map { Data($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// Returns a text with ``Secret/placeholder`` for every secret.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - isCut: Whether the text is the beginning of a longer one. Its end, which may be the beginning of a secret, is
    ///     then removed.
    /// - Returns: The text without secrets.
    package func redacted(_ text: String, isCut: Bool = false) -> String {
        // By bytes: a string's own search does not find a secret that a combining character follows.
        let found = forms.reduce(Data(text.utf8)) { Self.redacting($1, in: $0) }
        guard isCut, let longest = forms.first else { return String(decoding: found, as: UTF8.self) }
        return String(decoding: found.dropLast(longest.count - 1), as: UTF8.self)
    }

    private static func redacting(_ form: Data, in text: Data) -> Data {
        var redacted = Data()
        var start = text.startIndex
        while let range = text.range(of: form, in: start..<text.endIndex) {
            redacted += text[start..<range.lowerBound] + Data(Secret.placeholder.utf8)
            start = range.upperBound
        }
        return start == text.startIndex ? text : redacted + text[start...]
    }

    /// Returns a JSON value with ``Secret/placeholder`` for every secret in its strings and names.
    package func redacted(_ json: JSONValue) -> JSONValue {
        switch json {
        case .string(let text): .string(redacted(text))
        case .array(let elements): .array(elements.map(redacted))
        case .object(let members):
            .object(Dictionary(members.map { (redacted($0.key), redacted($0.value)) }) { $1 })
        case .integer, .unsignedInteger, .double:
            // A key of digits alone may come back as a number.
            redacted(json.serialized()) == json.serialized() ? json : .string(Secret.placeholder)
        case .null, .boolean: json
        }
    }
}

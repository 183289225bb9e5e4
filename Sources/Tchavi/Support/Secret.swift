/// A key, password or token that does not show itself.
///
/// Descriptions, debug descriptions, mirrors and encodings of a secret, and of whatever holds one, show a placeholder.
/// Two secrets are equal if their texts are.
///
/// ```swift
/// let file = try String(contentsOfFile: "/run/secrets/tchavi", encoding: .utf8)
/// let key = Secret(file.trimmingCharacters(in: .whitespacesAndNewlines))
/// let client = TchaviClient(.apiKey(key))
/// ```
public struct Secret: Sendable, Hashable {
    /// What is shown in a secret's place.
    public static let placeholder = "<redacted>"

    private let text: String

    /// Takes a text into custody.
    ///
    /// - Parameter text: The key, password or token, without white space around it.
    public init(_ text: String) {
        self.text = text
    }

    /// The text itself. Named so that a reader of the code notices.
    package func revealed() -> String { text }

    /// Whether the text is empty, which is never a usable secret.
    public var isEmpty: Bool { text.isEmpty }
}

extension Secret: ExpressibleByStringLiteral {
    /// Takes a text into custody.
    public init(stringLiteral value: String) { self.init(value) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The placeholder.
    public var description: String { Self.placeholder }
    /// The placeholder.
    public var debugDescription: String { Self.placeholder }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Codable {
    /// Reads the text.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error where there is no string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the placeholder, never the text.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: The encoder's own error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Self.placeholder)
    }
}

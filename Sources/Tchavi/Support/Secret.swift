/// A key, password or token that is redacted wherever it is printed or encoded.
///
/// Descriptions, debug descriptions, mirrors and encodings of a secret, or of a value with one, show a placeholder.
/// Two secrets are equal if their strings are.
///
/// ```swift
/// let file = try String(contentsOfFile: "/run/secrets/tchavi", encoding: .utf8)
/// let key = Secret(file.trimmingCharacters(in: .whitespacesAndNewlines))
/// let client = TchaviClient(.apiKey(key))
/// ```
public struct Secret: Sendable, Hashable {
    /// The string that is shown instead of a secret.
    public static let placeholder = "<redacted>"

    /// How long a secret has to be for its occurrences in a server's texts to be redacted: a shorter one may occur by
    /// chance.
    package static let minimumRedactedBytes = 8

    private let string: String

    /// Creates a secret.
    ///
    /// - Parameter string: The key, password or token, without white space around it.
    public init(_ string: String) {
        self.string = string
    }

    /// Returns the string itself, under a name that stands out in code review.
    package func revealed() -> String { string }

    /// Whether the string is empty; an empty secret is never valid.
    public var isEmpty: Bool { string.isEmpty }
}

extension Secret: ExpressibleByStringLiteral {
    /// Creates a secret.
    public init(stringLiteral value: String) { self.init(value) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The placeholder.
    public var description: String { Self.placeholder }
    /// The placeholder.
    public var debugDescription: String { Self.placeholder }
    /// A mirror without children, so that `dump` does not show the string.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Codable {
    /// Decodes the string.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error if the value is not a string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the placeholder, never the string.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: The encoder's own error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Self.placeholder)
    }
}

import HTTPTypes

/// The secret that whoever calls the webhook has to know.
public struct WebhookSecret: Sendable {
    private let bytes: [UInt8]

    /// Creates a secret.
    ///
    /// - Parameter string: The secret; an empty one is refused with `nil`, because everybody knows it.
    public init?(_ string: String) {
        guard !string.isEmpty else { return nil }
        bytes = Array(string.utf8)
    }

    /// Returns whether a string is the secret, in a time that depends only on the length of that string: the time that
    /// a comparison takes up to the first difference would tell how much of a guess is right.
    ///
    /// - Parameter string: The string that the caller sent.
    /// - Returns: Whether it is the secret.
    func matches(_ string: String) -> Bool {
        var difference = string.utf8.count ^ bytes.count
        for (index, byte) in string.utf8.enumerated() { difference |= Int(byte ^ bytes[index % bytes.count]) }
        return difference == 0
    }
}

extension WebhookSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder.
    public var description: String { "<redacted>" }
    /// A placeholder.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` does not show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension HTTPField.Name {
    /// The header field of the webhook's secret.
    static let webhookSecret = HTTPField.Name("X-Webhook-Secret") ?? .authorization
}

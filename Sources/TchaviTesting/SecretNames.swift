import Tchavi

/// The names of JSON members and query items whose values are secrets.
enum SecretNames {
    /// What a name is as a whole.
    private static let whole: Set<String> = [
        "key", "session", "sid", "pin", "auth", "bearer", "csrf", "xsrf",
    ]
    /// What a name ends with.
    private static let endings = [
        "token", "apikey", "accesskey", "privatekey", "signingkey", "encryptionkey", "sharedkey", "masterkey",
        "sessionkey", "sessionid", "cookie", "jwt", "otp",
    ]
    /// What a name contains.
    private static let parts = [
        "password", "passwd", "passphrase", "passcode", "secret", "authorization", "credential",
    ]

    /// Returns whether a member of this name holds a secret: `accessToken`, `client_secret`, `X-Api-Key`.
    static func contains(_ name: String) -> Bool {
        let name = normalized(name)
        return whole.contains(name) || parts.contains { name.contains($0) } || endings.contains { name.hasSuffix($0) }
    }

    /// Returns whether a member of this name and value holds a secret, or a list of them, as `refresh_tokens` does.
    static func contains(_ name: String, with value: JSONValue) -> Bool {
        if contains(name) { return true }
        guard value.array != nil, name.lowercased().hasSuffix("s") else { return false }
        // The `tokens` of log probabilities are text.
        return normalized(name) != "tokens" && contains(String(name.dropLast()))
    }

    /// Returns whether a query item of this name holds a secret. The signature of a URL is one, that of a message is not.
    static func containsItem(_ name: String) -> Bool {
        let name = normalized(name)
        return contains(name) || name == "sig" || name == "hmac" || name.hasSuffix("signature")
    }

    /// Returns whether a number of this name is a secret too, as `pin` is, and not a count or a price, as
    /// `costPerToken` is.
    static func containsNumber(_ name: String) -> Bool {
        let name = normalized(name)
        return name == "pin" || name.hasSuffix("otp") || parts.contains { name.contains($0) }
    }

    /// The name in lower case, without anything but letters and digits.
    private static func normalized(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

import Foundation

/// An access token and when it expires.
struct AccessToken: Sendable {
    /// How long a token is used that does not say when it expires.
    private static let defaultLifetime: TimeInterval = 15 * 60
    /// How long before it expires a token is renewed.
    private static let margin: TimeInterval = 30

    let secret: Secret
    let expiresAt: Date

    init(_ secret: Secret, expiresAt: Date? = nil, now: Date) {
        self.secret = secret
        self.expiresAt = expiresAt ?? Self.expiry(of: secret.revealed()) ?? now.addingTimeInterval(Self.defaultLifetime)
    }

    func isFresh(at now: Date) -> Bool { now.addingTimeInterval(Self.margin) < expiresAt }

    func authorization() throws(TchaviError) -> Secret {
        try secret.authorization("access token", "It came from the gateway, or from `setAccessToken`.")
    }

    /// The `exp` of a JSON Web Token (RFC 7519). The signature is the gateway's to check.
    private static func expiry(of token: String) -> Date? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var base64 = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: String(base64)), let payload = try? JSONValue(parsing: data) else {
            return nil
        }
        return payload["exp"]?.double.map { Date(timeIntervalSince1970: $0) }
    }
}

import Foundation

/// An access token and until when it is used.
struct AccessToken: Sendable {
    /// How long a token is used that does not say how long it is valid.
    private static let defaultLifetime: TimeInterval = 15 * 60
    /// How long before it expires a token is renewed, at the most.
    private static let margin: TimeInterval = 30

    let secret: Secret
    /// When the token is to be renewed and when it expires, by the client's clock.
    private let renewsAt, expiresAt: Date

    /// - Parameters:
    ///   - secret: The token.
    ///   - lifetime: How long it is valid, in seconds; `nil` for what it says itself or, if it does not, 15 minutes.
    ///   - now: When it was received.
    init(_ secret: Secret, lifetime: TimeInterval? = nil, now: Date) {
        self.secret = secret
        let lifetime = lifetime ?? Self.lifetime(of: secret.revealed(), now: now) ?? Self.defaultLifetime
        expiresAt = now.addingTimeInterval(lifetime)
        renewsAt = expiresAt.addingTimeInterval(-min(Self.margin, lifetime / 2))
    }

    func isFresh(at now: Date) -> Bool { now < renewsAt }
    func isValid(at now: Date) -> Bool { now < expiresAt }

    func authorization() throws(TchaviError) -> Secret {
        try secret.authorization("access token", "It came from the gateway, or from `setAccessToken`.")
    }

    /// How long a JSON Web Token is valid (RFC 7519), in seconds. The signature is the gateway's to check.
    ///
    /// It is the time from `iat` to `exp`, so that it does not depend on this computer's clock. Of a token without `iat`
    /// that seems to have expired before it was received, nothing is known: the clock must be wrong.
    private static func lifetime(of token: String, now: Date) -> TimeInterval? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var base64 = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: String(base64)), let payload = try? JSONValue(parsing: data),
            let end = payload["exp"]?.double
        else { return nil }
        let lifetime = end - (payload["iat"]?.double ?? now.timeIntervalSince1970)
        return lifetime > 0 ? lifetime : nil
    }
}

/// How a client proves to the gateway who is calling.
public struct Credential: Sendable {
    enum Kind: Sendable {
        case apiKey(Secret)
        case none
    }

    let kind: Kind

    /// An API key, `sk-tch-…`, sent as `Authorization: Bearer`.
    ///
    /// A key that cannot be used (empty, or with a line break, as when a file was read with its last line's end) is
    /// reported by the first call.
    ///
    /// - Parameter key: The key.
    /// - Returns: The credential.
    public static func apiKey(_ key: Secret) -> Credential { Credential(kind: .apiKey(key)) }

    /// No credential, for a gateway that asks for none.
    public static let none = Credential(kind: .none)

    /// The value of the `Authorization` header.
    func authorization() throws(TchaviError) -> Secret? {
        switch kind {
        case .none: return nil
        case .apiKey(let key):
            guard !key.isEmpty else {
                throw TchaviError(
                    .authentication,
                    "The API key is empty.",
                    advice: "Set TCHAVI_API_KEY, or give `.apiKey(…)` the key that the gateway's dashboard showed."
                )
            }
            guard key.revealed().utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw TchaviError(
                    .authentication,
                    "The API key holds white space, a line break or a character outside ASCII.",
                    advice:
                        "Trim what TCHAVI_API_KEY or `.apiKey(…)` is given: a file's last line break often comes along."
                )
            }
            return Secret("Bearer " + key.revealed())
        }
    }

    /// The text to strike out of whatever a server echoes.
    var echoed: String? {
        if case .apiKey(let key) = kind, key.revealed().utf8.count >= 8 { key.revealed() } else { nil }
    }
}

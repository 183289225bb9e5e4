import Foundation
import Tchavi

/// The state of a local gateway's accounts: a value, so that each change happens in one step under the lock.
///
/// JSON is written here with literal keys, independently of the types with which the client reads it.
struct LocalAccounts: Sendable {
    /// The account that a credential belongs to, and the key's prefix if the credential is a key.
    struct Caller: Sendable {
        let account: Int
        let keyPrefix: String?
    }

    private(set) var accounts: [Account] = []
    /// Whether calls are logged.
    var keepsLogs = true
    private var counts: [String: Int] = [:]

    /// Returns a new id: `key-local-1`, `key-local-2`.
    mutating func name(_ kind: String) -> String {
        counts[kind, default: 0] += 1
        return "\(kind)-local-\(counts[kind] ?? 0)"
    }

    subscript(account: Int) -> Account {
        get { accounts[account] }
        set { accounts[account] = newValue }
    }

    // MARK: Accounts and sessions

    mutating func register(email: String, password: String, name: String?, credits: Decimal, now: Date) -> Int {
        let id = self.name("user")
        accounts.append(
            Account(id: id, email: email, name: name, credits: credits, createdAt: now, password: password)
        )
        return accounts.count - 1
    }

    func account(email: String) -> Int? { accounts.firstIndex { $0.email == email } }

    /// Opens or refreshes a session: returns an access token, and a refresh token that replaces the one used.
    mutating func openSession(
        _ account: Int,
        replacing refreshToken: String?,
        lifetime: Duration,
        now: Date
    ) -> (access: String, refresh: String) {
        let end = now.addingTimeInterval(min(max(lifetime.seconds, 0), 1e10))
        let payload: JSONValue = [
            "sub": .string(accounts[account].id), "iat": .double(now.timeIntervalSince1970),
            "exp": .double(end.timeIntervalSince1970),
            "jti": .string(name("token")),
        ]
        let parts = [Data(#"{"alg":"none"}"#.utf8), payload.serializedData(), Data("local".utf8)].map { data in
            data.base64EncodedString().filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        }
        let access = parts.map { String($0) }.joined(separator: ".")
        let refresh = name("refresh")
        if let refreshToken { accounts[account].refreshTokens.remove(refreshToken) }
        accounts[account].accessTokens[access] = end
        accounts[account].refreshTokens.insert(refresh)
        return (access, refresh)
    }

    /// Returns the caller with this key or access token, unless it is unknown, revoked or expired.
    mutating func caller(bearer: String, now: Date) -> Caller? {
        for index in accounts.indices {
            if let end = accounts[index].accessTokens[bearer], now < end {
                return Caller(account: index, keyPrefix: nil)
            }
            guard let key = accounts[index].keys.firstIndex(where: { $0.secret == bearer }) else { continue }
            let found = accounts[index].keys[key]
            let hasExpired = found.settings.expiresAt?.date.map { $0 <= now } ?? false
            guard !found.isRevoked, !hasExpired else { return nil }
            accounts[index].keys[key].lastUsedAt = now
            return Caller(account: index, keyPrefix: found.prefix)
        }
        return nil
    }

    // MARK: Keys

    mutating func createKey(_ account: Int, secret: String?, _ settings: APIKeyParameters, now: Date) -> Key {
        let id = name("key")
        let secret = secret ?? "sk-tch-\(id)-\(SHA256.hexadecimal(Array(id.utf8)).prefix(24))"
        let key = Key(id: id, secret: secret, settings: settings, createdAt: now)
        accounts[account].keys.append(key)
        return key
    }

    // MARK: Charges

    /// Charges and logs a call. Returns `nil`, and logs an error, if the account does not have enough credits.
    mutating func charge(
        _ caller: Caller,
        _ cost: Decimal,
        endpoint: String,
        model: String,
        usage: TokenUsage,
        now: Date
    ) -> TchaviMetadata? {
        let isEnough = accounts[caller.account].credits >= cost
        if isEnough { accounts[caller.account].credits -= cost }
        log(
            caller,
            endpoint: endpoint,
            model: model,
            usage: isEnough ? usage : TokenUsage(promptTokens: 0, completionTokens: 0),
            charged: isEnough ? cost : 0,
            errorCode: isEnough ? nil : "insufficient_credits",
            now: now
        )
        guard isEnough else { return nil }
        return TchaviMetadata(
            tier: .standard,
            modelType: endpoint.contains("embeddings") ? .embedding : endpoint.contains("images") ? .image : .chat,
            mode: "standard",
            modeEffective: "standard",
            creditsUsed: cost,
            creditsRemaining: accounts[caller.account].credits
        )
    }

    mutating func log(
        _ caller: Caller,
        endpoint: String,
        model: String,
        usage: TokenUsage,
        charged: Decimal,
        errorCode: String?,
        now: Date
    ) {
        guard keepsLogs else { return }
        let log = Log(
            id: name("log"),
            keyPrefix: caller.keyPrefix,
            endpoint: endpoint,
            model: model,
            usage: usage,
            charged: charged,
            errorCode: errorCode,
            createdAt: now
        )
        accounts[caller.account].logs.insert(log, at: 0)
    }

    // MARK: Payments

    static let packs: [JSONValue] = [
        [
            "id": "pack-small", "name": "Small", "credits": 500, "price": 5000, "currency": "XOF",
            "duration": "ONE_SHOT", "maxKeys": 2, "rateLimit": 60, "isActive": true,
            "description": "For getting started",
        ],
        [
            "id": "pack-team", "name": "Team", "credits": 5000, "price": 40000, "currency": "XOF",
            "duration": "MONTHLY", "maxKeys": 10, "rateLimit": 600, "isActive": true, "description": nil,
        ],
    ]

    static let models: [JSONValue] = [
        [
            "id": "model-1", "modelId": "gpt-4o-mini", "tier": "STANDARD", "creditsPerKInput": 1,
            "creditsPerKOutput": 1, "displayName": "GPT-4o mini", "provider": "openai", "supportsFlex": true,
            "isActive": true,
        ],
        [
            "id": "model-2", "modelId": "text-embedding-3-small", "tier": "NANO", "creditsPerKInput": 1,
            "creditsPerKOutput": 0, "displayName": "Embedding 3 small", "provider": "openai", "supportsFlex": false,
            "isActive": true,
        ],
        [
            "id": "model-3", "modelId": "gpt-3.5-turbo", "tier": "NANO", "creditsPerKInput": 1,
            "creditsPerKOutput": 1, "displayName": "GPT-3.5 Turbo", "provider": "openai", "supportsFlex": false,
            "isActive": false,
        ],
    ]

    mutating func initiatePayment(_ account: Int, pack: JSONValue, now: Date) -> Payment {
        let payment = Payment(id: name("payment"), pack: pack, createdAt: now)
        accounts[account].payments.insert(payment, at: 0)
        return payment
    }

    /// Completes a pending payment and adds its credits to the account.
    mutating func completePayment(_ account: Int, id: String, now: Date) {
        guard let index = accounts[account].payments.firstIndex(where: { $0.id == id && !$0.isCompleted }) else {
            return
        }
        accounts[account].payments[index].completedAt = now
        accounts[account].credits += accounts[account].payments[index].credits
    }
}

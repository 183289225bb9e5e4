import Foundation
import Tchavi

/// What a local gateway knows of its accounts: a value, so that every change of it is one step under the lock.
struct LocalAccounts: Sendable {
    /// One account with what belongs to it.
    struct Account: Sendable {
        var user: AccountUser
        var password: String
        var keys: [(apiKey: APIKey, secret: String)] = []
        var logs: [UsageLog] = []
        var payments: [Payment] = []
        var accessTokens: [String: Date] = [:]
        var refreshTokens: Set<String> = []
    }

    /// Who is calling, and with which key.
    struct Caller: Sendable {
        let account: Int
        let keyPrefix: String?
    }

    private(set) var accounts: [Account] = []
    /// Whether calls are logged.
    var keepsLogs = true
    private var counts: [String: Int] = [:]

    /// A name that was not given before: `key-1`, `key-2`.
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
        let user = AccountUser(
            id: self.name("user"),
            email: email,
            name: name,
            role: .user,
            status: .active,
            emailVerified: false,
            creditsBalance: credits,
            createdAt: Timestamp(now)
        )
        accounts.append(Account(user: user, password: password))
        return accounts.count - 1
    }

    func account(email: String) -> Int? { accounts.firstIndex { $0.user.email == email } }

    /// Begins a session, or goes on with one: an access token, and a refresh token in place of the one that was used.
    mutating func open(
        _ account: Int,
        replacing refreshToken: String?,
        lifetime: Duration,
        now: Date
    ) -> (access: String, refresh: String) {
        let end = now.addingTimeInterval(min(max(lifetime.seconds, 0), 1e10))
        let payload: JSONValue = [
            "sub": .string(accounts[account].user.id), "exp": .double(end.timeIntervalSince1970),
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

    /// Whose key or token this is, if it works.
    mutating func caller(bearer: String, now: Date) -> Caller? {
        for index in accounts.indices {
            if let end = accounts[index].accessTokens[bearer], now < end {
                return Caller(account: index, keyPrefix: nil)
            }
            guard let key = accounts[index].keys.firstIndex(where: { $0.secret == bearer }) else { continue }
            let apiKey = accounts[index].keys[key].apiKey
            guard apiKey.status == .active, apiKey.expiresAt?.date.map({ now < $0 }) ?? true else { return nil }
            accounts[index].keys[key].apiKey.lastUsedAt = Timestamp(now)
            return Caller(account: index, keyPrefix: apiKey.keyPrefix)
        }
        return nil
    }

    // MARK: Keys

    mutating func makeKey(_ account: Int, secret: String?, _ parameters: APIKeyParameters, now: Date) -> NewAPIKey {
        let id = name("key")
        let secret = secret ?? "sk-tch-\(id)-\(SHA256.hexadecimal(Array(id.utf8)).prefix(24))"
        let apiKey = APIKey(
            id: id,
            keyPrefix: String(secret.prefix(12)),
            label: parameters.label,
            status: .active,
            allowedIPs: parameters.allowedIPs,
            allowedEndpoints: parameters.allowedEndpoints,
            expiresAt: parameters.expiresAt,
            createdAt: Timestamp(now)
        )
        accounts[account].keys.append((apiKey, secret))
        return NewAPIKey(apiKey: apiKey, key: Secret(secret))
    }

    // MARK: Charges

    /// Takes credits, and logs the call. `nil` where there are too few; that is logged too.
    mutating func charge(
        _ caller: Caller,
        _ cost: Decimal,
        endpoint: String,
        model: String,
        usage: TokenUsage,
        now: Date
    ) -> TchaviMetadata? {
        let isEnough = accounts[caller.account].user.creditsBalance >= cost
        if isEnough { accounts[caller.account].user.creditsBalance -= cost }
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
            tier: "STANDARD",
            modelType: endpoint.contains("embeddings") ? "embedding" : endpoint.contains("images") ? "image" : "chat",
            mode: "standard",
            modeEffective: "standard",
            creditsUsed: cost,
            creditsRemaining: accounts[caller.account].user.creditsBalance
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
        let status: UsageLogStatus =
            errorCode == nil ? .success : errorCode == "rate_limit_exceeded" ? .rateLimited : .error
        let log = UsageLog(
            id: name("log"),
            apiKeyPrefix: caller.keyPrefix,
            endpoint: endpoint,
            model: model,
            promptTokens: usage.promptTokens,
            completionTokens: usage.completionTokens,
            totalTokens: usage.totalTokens,
            creditsCharged: charged,
            latency: .milliseconds(1),
            status: status,
            errorCode: errorCode,
            createdAt: Timestamp(now)
        )
        accounts[caller.account].logs.insert(log, at: 0)
    }

    // MARK: Payments

    static let packs = [
        CreditPack(
            id: "pack-small",
            name: "Small",
            credits: 500,
            price: 5000,
            currency: "XOF",
            duration: .oneShot,
            maxKeys: 2,
            rateLimit: 60,
            isActive: true,
            description: "To begin with"
        ),
        CreditPack(
            id: "pack-team",
            name: "Team",
            credits: 5000,
            price: 40000,
            currency: "XOF",
            duration: .monthly,
            maxKeys: 10,
            rateLimit: 600,
            isActive: true
        ),
    ]

    static let models = [
        GatewayModel(
            id: "model-1",
            modelID: "gpt-4o-mini",
            tier: .standard,
            creditsPerThousandInputTokens: 1,
            creditsPerThousandOutputTokens: 1,
            displayName: "GPT-4o mini",
            provider: "openai",
            supportsFlex: true,
            isActive: true
        ),
        GatewayModel(
            id: "model-2",
            modelID: "text-embedding-3-small",
            tier: .nano,
            creditsPerThousandInputTokens: 1,
            creditsPerThousandOutputTokens: 0,
            displayName: "Embedding 3 small",
            provider: "openai",
            supportsFlex: false,
            isActive: true
        ),
        GatewayModel(
            id: "model-3",
            modelID: "gpt-3.5-turbo",
            tier: .nano,
            creditsPerThousandInputTokens: 1,
            creditsPerThousandOutputTokens: 1,
            displayName: "GPT-3.5 Turbo",
            provider: "openai",
            supportsFlex: false,
            isActive: false
        ),
    ]

    mutating func initiatePayment(_ account: Int, pack: CreditPack, now: Date) -> InitiatedPayment {
        let payment = Payment(
            id: name("payment"),
            packID: pack.id,
            packName: pack.name,
            amount: pack.price,
            currency: pack.currency,
            provider: .pawapay,
            status: .pending,
            creditsGranted: pack.credits,
            createdAt: Timestamp(now)
        )
        accounts[account].payments.insert(payment, at: 0)
        return InitiatedPayment(paymentID: payment.id, status: .pending, depositID: "deposit-\(payment.id)")
    }

    /// Completes a payment that is under way, and grants its credits once.
    mutating func completePayment(_ account: Int, id: String, now: Date) {
        guard let index = accounts[account].payments.firstIndex(where: { $0.id == id && $0.status == .pending }) else {
            return
        }
        accounts[account].payments[index].status = .completed
        accounts[account].payments[index].completedAt = Timestamp(now)
        accounts[account].user.creditsBalance += accounts[account].payments[index].creditsGranted
    }
}

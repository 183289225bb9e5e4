import Foundation

/// Authorizes each call: with a key, with a token of the program's, or with a session that it keeps.
final class Authorizer: Sendable {
    private let credential: Credential
    private let configuration: TchaviClient.Configuration
    private let session: AccountSession
    /// An API key's authorization, made once.
    private let keyAuthorization: Result<Secret, TchaviError>?

    init(credential: Credential, configuration: TchaviClient.Configuration, retryBudget: RetryBucket) {
        self.credential = credential
        self.configuration = configuration
        var account: (email: String, password: Secret)?
        var keyAuthorization: Result<Secret, TchaviError>?
        switch credential.kind {
        case .apiKey(let key):
            keyAuthorization = Result { () throws(TchaviError) in
                try key.authorization(
                    "API key",
                    "Set TCHAVI_API_KEY, or `.apiKey(…)`, to the key that the gateway's dashboard showed."
                )
            }
        case .password(let email, let password): account = (email, password)
        case .token, .none: break
        }
        self.keyAuthorization = keyAuthorization
        session = AccountSession(
            account: account,
            requests: SessionRequests(configuration: configuration, retryBudget: retryBudget)
        )
    }

    var mode: AuthenticationMode {
        switch credential.kind {
        case .apiKey: .apiKey
        case .password: .session
        case .token: .token
        case .none: session.heldToken != nil ? .session : .none
        }
    }

    /// Whether ``authorization()`` returns without waiting for the network or the program.
    var isReady: Bool {
        switch credential.kind {
        case .apiKey: true
        case .token: false
        case .none: session.heldToken?.isFresh(at: configuration.now()) ?? session.isUnused
        case .password: session.heldToken?.isFresh(at: configuration.now()) ?? false
        }
    }

    /// The value of the `Authorization` header; `nil` for none.
    func authorization() async throws -> Secret? {
        switch credential.kind {
        case .apiKey: return try keyAuthorization?.get()
        case .token(let provider): return try await authorization(from: provider)
        case .none: return session.isUnused ? nil : try await session.token()?.authorization()
        case .password: return try await session.token()?.authorization()
        }
    }

    /// Another authorization after one was refused; `nil` where there is no other.
    func renewed(after refused: Secret?) async throws -> Secret? {
        switch credential.kind {
        case .apiKey: return nil
        case .token(let provider):
            let other = try await authorization(from: provider)
            return other == refused ? nil : other
        case .none:
            return session.isUnused ? nil : try await session.token(insteadOf: refused)?.authorization()
        case .password: return try await session.token(insteadOf: refused)?.authorization()
        }
    }

    /// The strings to redact in whatever a server echoes, beside those of the request itself.
    var secrets: [String] {
        var secrets = [session.heldToken?.secret]
        switch credential.kind {
        case .apiKey(let key): secrets.append(key)
        case .password(_, let password): secrets.append(password)
        case .token, .none: break
        }
        return secrets.compactMap { $0?.revealed() }.filter { $0.utf8.count >= Secret.minimumRedactedBytes }
    }

    private func authorization(from provider: @Sendable () async throws -> Secret) async throws -> Secret {
        let token: Secret
        do {
            token = try await provider()
        } catch let error where error is TchaviError || error is CancellationError {
            throw error
        } catch {
            throw TchaviError(
                .authentication,
                "The closure of `.token { … }` failed: \(error)",
                advice: "Check where the program gets its access tokens from."
            )
        }
        return try token.authorization("access token", "Check what the closure of `.token { … }` returns.")
    }

    // MARK: What the program asks for

    /// Logs in. The session takes the place of the one there is once it is begun with what is returned.
    func logIn(email: String, password: Secret) async throws -> AccountSession.Login {
        try checkLogsIn()
        return try await session.logIn(email: email, password: password)
    }

    func begin(_ login: AccountSession.Login) throws(TchaviError) { try session.begin(login) }

    func setAccessToken(_ secret: Secret, expiresIn: Duration?) throws(TchaviError) {
        try checkLogsIn()
        let now = configuration.now()
        let token = AccessToken(secret, lifetime: expiresIn?.seconds, now: now)
        _ = try token.authorization()
        session.begin(with: token)
    }

    /// Renews the token now.
    func refresh() async throws {
        try checkLogsIn()
        guard mode == .session else { throw TchaviError.noSession }
        let held = try session.heldToken?.authorization()
        guard try await session.token(insteadOf: held) != nil else { throw TchaviError.notRenewable }
    }

    /// Forgets the session at once, and tells the gateway.
    ///
    /// - Returns: The gateway's response; `nil` if there was no session, or the gateway had ended it.
    func logOut(_ options: RequestOptions) async throws -> JSONResponse? {
        try checkLogsIn()
        return try await session.logOut(options)
    }

    private func checkLogsIn() throws(TchaviError) {
        guard mode == .session || mode == .none else { throw TchaviError.noLogin(mode) }
    }
}

extension TchaviError {
    fileprivate static let noSession = TchaviError(
        .authentication,
        "The client has no session to renew.",
        advice: "Log in with `auth.login`."
    )

    fileprivate static let notRenewable = TchaviError(
        .authentication,
        "The session cannot be renewed: it has no refresh cookie.",
        advice: "Log in with `auth.login`, or set another access token with `auth.setAccessToken`."
    )

    fileprivate static func noLogin(_ mode: AuthenticationMode) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "This client does not log in: its credential is of the kind `\(mode)`.",
            advice: "Create a client with `.account(email:password:)`, or with `.none` to log in with `auth.login`."
        )
    }
}

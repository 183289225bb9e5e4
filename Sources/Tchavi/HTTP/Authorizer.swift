import Foundation

/// Authorizes each call: with a key, with a token of the program's, or with a session that it keeps.
final class Authorizer: Sendable {
    private let credential: Credential
    private let configuration: TchaviClient.Configuration
    private let session: AccountSession
    /// An API key's authorization, made once.
    private let keyAuthorization: Result<Secret, TchaviError>?
    /// The token that the program returned last, to be redacted where it is echoed.
    private let lastProvided = Locked<Secret?>(nil)

    init(credential: Credential, configuration: TchaviClient.Configuration) {
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
        session = AccountSession(account: account, configuration: configuration)
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
        case .none: session.heldToken?.isFresh(at: configuration.now()) ?? true
        case .password: session.heldToken?.isFresh(at: configuration.now()) ?? false
        }
    }

    /// The value of the `Authorization` header; `nil` for none.
    func authorization() async throws -> Secret? {
        switch credential.kind {
        case .apiKey: return try keyAuthorization?.get()
        case .token(let provider): return try await authorization(from: provider)
        case .none: return session.heldToken == nil ? nil : try await session.token().authorization()
        case .password: return try await session.token().authorization()
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
            return session.heldToken == nil ? nil : try await session.token(insteadOf: refused).authorization()
        case .password: return try await session.token(insteadOf: refused).authorization()
        }
    }

    /// The strings to redact in whatever a server echoes.
    var secrets: [String] {
        var secrets: [Secret?] = [session.heldToken?.secret, lastProvided.withLock { $0 }]
        switch credential.kind {
        case .apiKey(let key): secrets.append(key)
        case .password(_, let password): secrets.append(password)
        case .token, .none: break
        }
        // A shorter string would redact what only looks like it.
        return secrets.compactMap { $0?.revealed() }.filter { $0.utf8.count >= 8 }
    }

    private func authorization(from provider: @Sendable () async throws -> Secret) async throws -> Secret {
        let token = try await provider()
        lastProvided.withLock { $0 = token }
        return try token.authorization("access token", "Check what the closure of `.token { … }` returns.")
    }

    // MARK: What the program asks for

    /// Logs in, in place of whatever session there was. The session is used once it is begun with what is returned.
    func logIn(email: String, password: Secret) async throws -> AccountSession.Login {
        try checkLogsIn()
        return try await session.logIn(email: email, password: password)
    }

    func begin(_ login: AccountSession.Login) throws(TchaviError) { try session.begin(login) }

    func setAccessToken(_ secret: Secret, expiresIn: Duration?) throws(TchaviError) {
        try checkLogsIn()
        let now = configuration.now()
        let token = AccessToken(secret, expiresAt: expiresIn.map { now.addingTimeInterval($0.seconds) }, now: now)
        _ = try token.authorization()
        session.begin(with: token)
    }

    /// Renews the token now.
    func refresh() async throws {
        guard mode == .session else { throw TchaviError.noLogin(mode) }
        _ = try await session.token(insteadOf: session.heldToken?.authorization())
    }

    /// Forgets the session at once.
    ///
    /// - Returns: How to tell the gateway: the pipeline and the cookies of the session that was; `nil` without one.
    func logOut() throws(TchaviError) -> (pipeline: HTTPPipeline, cookies: String?)? {
        try checkLogsIn()
        let (token, cookies) = session.end()
        guard token != nil || !cookies.isEmpty else { return nil }
        let credential = token.map { token in Credential.token { token.secret } } ?? .none
        return (HTTPPipeline(credential: credential, configuration: configuration), cookies.header)
    }

    private func checkLogsIn() throws(TchaviError) {
        guard mode == .session || mode == .none else { throw TchaviError.noLogin(mode) }
    }
}

extension TchaviError {
    fileprivate static func noLogin(_ mode: AuthenticationMode) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "This client does not log in: its credential is of the kind `\(mode)`.",
            advice: "Create a client with `.account(email:password:)`, or with `.none` to log in with `auth.login`."
        )
    }
}

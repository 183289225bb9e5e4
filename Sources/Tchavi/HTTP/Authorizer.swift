import Foundation

/// Gives each call its authorization: from a key, from the program, or from a session that it keeps.
final class Authorizer: Sendable {
    private let credential: Credential
    private let configuration: TchaviClient.Configuration
    private let session = Locked(Session())

    /// What a client that logs in remembers.
    private struct Session {
        var token: AccessToken?
        var cookies = CookieJar()
        /// The login or refresh under way, which all callers share.
        var renewal: Task<AccessToken, any Error>?
        /// Counts the log-ins and log-outs that the program asked for; a renewal that began before one is void.
        var generation = 0
        var isLoggedOut = false
        /// Whether the program began the session itself: then the client's own account must not take its place.
        var isByHand = false
    }

    /// The token that the program gave last, to strike out where it is echoed.
    private let given = Locked<Secret?>(nil)

    init(credential: Credential, configuration: TchaviClient.Configuration) {
        self.credential = credential
        self.configuration = configuration
    }

    var mode: AuthenticationMode {
        switch credential.kind {
        case .apiKey: .apiKey
        case .password: .session
        case .token: .token
        case .none: session.withLock { $0.token != nil } ? .session : .none
        }
    }

    /// The value of the `Authorization` header; `nil` for none.
    func authorization() async throws -> Secret? {
        switch credential.kind {
        case .apiKey(let key):
            return try key.authorization(
                "API key",
                "Set TCHAVI_API_KEY, or give `.apiKey(…)` the key that the gateway's dashboard showed."
            )
        case .token(let provider): return try await authorization(from: provider)
        case .none:
            guard session.withLock({ $0.token != nil }) else { return nil }
            return try await token(insteadOf: nil).authorization()
        case .password: return try await token(insteadOf: nil).authorization()
        }
    }

    /// Another authorization after one was refused; `nil` where there is no other.
    func renewed(after refused: Secret?) async throws -> Secret? {
        switch credential.kind {
        case .apiKey: return nil
        case .none:
            guard session.withLock({ $0.token != nil }) else { return nil }
            return try await token(insteadOf: refused).authorization()
        case .token(let provider):
            let other = try await authorization(from: provider)
            return other == refused ? nil : other
        case .password: return try await token(insteadOf: refused).authorization()
        }
    }

    /// The texts to strike out of whatever a server echoes.
    var secrets: [String] {
        var secrets: [Secret] = []
        switch credential.kind {
        case .apiKey(let key): secrets.append(key)
        case .password(_, let password): secrets.append(password)
        case .token, .none: break
        }
        if let token = session.withLock({ $0.token }) { secrets.append(token.secret) }
        if let token = given.withLock({ $0 }) { secrets.append(token) }
        // A shorter text would strike out what only looks like it.
        return secrets.map { $0.revealed() }.filter { $0.utf8.count >= 8 }
    }

    private func authorization(from provider: @Sendable () async throws -> Secret) async throws -> Secret {
        let token = try await provider()
        given.withLock { $0 = token }
        return try token.authorization("access token", "Look at what the closure of `.token { … }` gives.")
    }

    // MARK: Sessions

    /// A token that is valid, and is not the one that was refused.
    private func token(insteadOf refused: Secret?) async throws -> AccessToken {
        let now = configuration.now()
        let (token, renewal, generation) = try session.withLock { session in
            if session.isLoggedOut { throw TchaviError.loggedOut }
            if let token = session.token, token.isFresh(at: now), try token.authorization() != refused {
                return (AccessToken?.some(token), Task<AccessToken, any Error>?.none, session.generation)
            }
            if let renewal = session.renewal { return (nil, renewal, session.generation) }
            let (generation, cookies, isByHand) = (session.generation, session.cookies, session.isByHand)
            let renewal = Task { try await self.renew(generation, cookies, isByHand: isByHand) }
            session.renewal = renewal
            return (nil, renewal, generation)
        }
        if let token { return token }
        guard let renewal else { throw TchaviError.loggedOut }
        do {
            return try await renewal.sharedValue()
        } catch {
            // The program has begun another session meanwhile: that one holds.
            let isReplaced = session.withLock { $0.generation != generation && !$0.isLoggedOut && $0.token != nil }
            guard isReplaced, !(error is CancellationError) else { throw error }
            return try await self.token(insteadOf: refused)
        }
    }

    /// Refreshes, or logs in where there is nothing to refresh or the refresh is refused. A failure leaves the session
    /// as it was, so that the next call tries again.
    private func renew(_ generation: Int, _ cookies: CookieJar, isByHand: Bool) async throws -> AccessToken {
        let result: Result<SessionGrant, any Error>
        do {
            result = .success(try await refreshOrLogIn(cookies, isByHand: isByHand))
        } catch {
            result = .failure(error)
        }
        return try session.withLock { session in
            guard session.generation == generation else { throw TchaviError.loggedOut }
            session.renewal = nil
            let grant = try result.get()
            session.token = grant.token
            session.cookies = grant.cookies
            return grant.token
        }
    }

    private func refreshOrLogIn(_ cookies: CookieJar, isByHand: Bool) async throws -> SessionGrant {
        if !cookies.isEmpty {
            do {
                return try await grant(HTTPPipeline.Call(.refresh), cookies)
            } catch let error as TchaviError where error.statusCode.map({ (400..<500).contains($0) }) ?? false {
                // The cookie is no longer accepted: only the password is left.
                guard error.code != .rateLimited else { throw error }
            }
        }
        guard !isByHand, case .password(let email, let password) = credential.kind else { throw TchaviError.loggedOut }
        return try await logIn(email: email, password: password)
    }

    private func logIn(email: String, password: Secret) async throws -> SessionGrant {
        guard !email.isEmpty, !password.isEmpty else {
            throw TchaviError(
                .authentication,
                "The e-mail address or the password is empty.",
                advice: "Give both to `.account(email:password:)`."
            )
        }
        let body: JSONValue = ["email": .string(email), "password": .string(password.revealed())]
        do {
            return try await grant(HTTPPipeline.Call(.login, body: body), CookieJar())
        } catch var error as TchaviError {
            if error.code == .authentication { error.advice = "Check the e-mail address and the password." }
            throw error.strikingOut(password.revealed())
        }
    }

    private func grant(_ call: HTTPPipeline.Call, _ cookies: CookieJar) async throws -> SessionGrant {
        let pipeline = HTTPPipeline(credential: .none, configuration: configuration)
        var options = RequestOptions(omitsCredential: true)
        options.headers["Cookie"] = cookies.header
        let answer = try await pipeline.send(call, options)
        do {
            var cookies = cookies
            cookies.update(answer.headers, now: configuration.now())
            let grant: TokenGrant = try answer.json.decoded()
            let token = AccessToken(grant.accessToken, now: configuration.now())
            return SessionGrant(token: token, cookies: cookies, user: grant.user)
        } catch {
            var failure = TchaviError.unreadable(error, as: "an access token")
            failure.operation = call.operation
            throw failure
        }
    }

    // MARK: What the program asks for

    /// Logs in, in place of whatever session there was.
    func logIn(as email: String, password: Secret) async throws -> LoginResponse {
        guard mode == .session || mode == .none else { throw TchaviError.noLogin(mode) }
        let generation = startOver(isLoggedOut: false)
        let grant = try await logIn(email: email, password: password)
        guard let user = grant.user else {
            throw TchaviError(
                .decoding,
                "The answer has no account.",
                advice: "Check that the base URL is a gateway's."
            )
        }
        try session.withLock { session in
            guard session.generation == generation else { throw TchaviError.loggedOut }
            // A generation of its own: a renewal for the client's own account that began meanwhile is void.
            session = Session(
                token: grant.token,
                cookies: grant.cookies,
                generation: generation + 1,
                isByHand: true
            )
        }
        return LoginResponse(accessToken: grant.token.secret, user: user)
    }

    /// Forgets the session at once; then tells the gateway.
    func logOut(_ options: RequestOptions) async throws -> Acknowledgement {
        guard mode == .session || mode == .none else { throw TchaviError.noLogin(mode) }
        let (token, cookies) = session.withLock { ($0.token, $0.cookies) }
        _ = startOver(isLoggedOut: true)
        guard token != nil || !cookies.isEmpty else { return Acknowledgement(message: "There was no session.") }
        let credential: Credential = token.map { token in .token { token.secret } } ?? .none
        let pipeline = HTTPPipeline(credential: credential, configuration: configuration)
        var options = options
        options.headers["Cookie"] = cookies.header
        return try await pipeline.send(HTTPPipeline.Call(.logout), options, as: "an acknowledgement")
    }

    /// Renews the token now.
    func refresh() async throws {
        guard mode == .session else { throw TchaviError.noLogin(mode) }
        let current = try session.withLock { $0.token }.map { try $0.authorization() }
        _ = try await token(insteadOf: current)
    }

    func setAccessToken(_ secret: Secret, expiresIn: Duration?) throws(TchaviError) {
        guard mode == .session || mode == .none else { throw TchaviError.noLogin(mode) }
        let now = configuration.now()
        let expiry = expiresIn.map { now.addingTimeInterval($0.seconds) }
        let token = AccessToken(secret, expiresAt: expiry, now: now)
        _ = try token.authorization()
        session.withLock { session in
            session = Session(token: token, generation: session.generation + 1, isByHand: true)
        }
    }

    private func startOver(isLoggedOut: Bool) -> Int {
        session.withLock { session in
            session = Session(generation: session.generation + 1, isLoggedOut: isLoggedOut)
            return session.generation
        }
    }
}

/// The body of a login's or a refresh's response.
private struct TokenGrant: Decodable {
    let accessToken: Secret
    let user: AccountUser?
}

/// What a login or a refresh gives.
private struct SessionGrant: Sendable {
    let token: AccessToken
    let cookies: CookieJar
    let user: AccountUser?
}

/// A token and when it ends.
struct AccessToken: Sendable {
    /// How long a token counts that does not say when it ends.
    private static let defaultLifetime: TimeInterval = 15 * 60
    /// How long before its end a token is renewed.
    private static let margin: TimeInterval = 30

    let secret: Secret
    let expiresAt: Date

    init(_ secret: Secret, expiresAt: Date? = nil, now: Date) {
        self.secret = secret
        self.expiresAt = expiresAt ?? Self.expiry(of: secret.revealed()) ?? now.addingTimeInterval(Self.defaultLifetime)
    }

    func isFresh(at now: Date) -> Bool { now.addingTimeInterval(Self.margin) < expiresAt }

    func authorization() throws(TchaviError) -> Secret {
        try secret.authorization("access token", "The gateway gave it, or `setAccessToken`.")
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

extension TchaviError {
    fileprivate static let loggedOut = TchaviError(
        .authentication,
        "The client is logged out.",
        advice: "Log in with `auth.login`, or make another client."
    )

    fileprivate static func noLogin(_ mode: AuthenticationMode) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "This client does not log in: its credential is of the kind `\(mode)`.",
            advice: "Make a client with `.account(email:password:)`, or with `.none` for a login by hand."
        )
    }
}

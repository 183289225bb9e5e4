import Foundation

/// The session of a client that logs in: its token and cookies, and the renewal that all callers share.
final class AccountSession: Sendable {
    private struct State {
        var token: AccessToken?
        var cookies = CookieJar()
        /// The login or refresh in progress, which all callers share.
        var renewal: Task<AccessToken, any Error>?
        /// Counts the log-ins and log-outs that the program asked for; a renewal that began before one is void.
        var generation = 0
        var isLoggedOut = false
        /// Whether the program began the session itself: then the client's own account must not take its place.
        var isBegunByProgram = false
    }

    /// The account to log in with by itself.
    private let account: (email: String, password: Secret)?
    private let requests: SessionRequests
    private let now: @Sendable () -> Date
    private let state = Locked(State())

    init(account: (email: String, password: Secret)?, configuration: TchaviClient.Configuration) {
        self.account = account
        requests = SessionRequests(configuration: configuration)
        now = configuration.now
    }

    /// The token that the session has, fresh or not.
    var heldToken: AccessToken? { state.withLock { $0.token } }

    // MARK: Tokens

    /// A token that is valid, and is not the one that was refused.
    func token(insteadOf refused: Secret? = nil) async throws -> AccessToken {
        let now = now()
        let (fresh, renewal, generation) = try state.withLock { state in
            if state.isLoggedOut { throw TchaviError.loggedOut }
            if let token = state.token, token.isFresh(at: now), try token.authorization() != refused {
                return (AccessToken?.some(token), state.renewal, state.generation)
            }
            if let renewal = state.renewal { return (nil, renewal, state.generation) }
            let (generation, cookies, isBegunByProgram) = (state.generation, state.cookies, state.isBegunByProgram)
            let renewal = Task { try await self.renew(generation, cookies, mayLogIn: !isBegunByProgram) }
            state.renewal = renewal
            return (nil, renewal, generation)
        }
        if let fresh { return fresh }
        guard let renewal else { throw TchaviError.loggedOut }
        do {
            return try await renewal.sharedValue()
        } catch {
            // The program has begun another session meanwhile: that one holds.
            let isReplaced = state.withLock { $0.generation != generation && !$0.isLoggedOut && $0.token != nil }
            guard isReplaced, !(error is CancellationError) else { throw error }
            return try await token(insteadOf: refused)
        }
    }

    /// Refreshes, or logs in where there is nothing to refresh or the refresh is refused. A failure leaves the session
    /// as it was, so that the next call tries again.
    private func renew(_ generation: Int, _ cookies: CookieJar, mayLogIn: Bool) async throws -> AccessToken {
        let result: Result<SessionRequests.Grant, any Error>
        do {
            result = .success(try await refreshOrLogIn(cookies, mayLogIn: mayLogIn))
        } catch {
            result = .failure(error)
        }
        return try state.withLock { state in
            guard state.generation == generation else { throw TchaviError.loggedOut }
            state.renewal = nil
            let grant = try result.get()
            state.token = grant.token
            state.cookies = grant.cookies
            return grant.token
        }
    }

    private func refreshOrLogIn(_ cookies: CookieJar, mayLogIn: Bool) async throws -> SessionRequests.Grant {
        if !cookies.isEmpty {
            do {
                return try await requests.refresh(cookies)
            } catch let error as TchaviError where error.statusCode.map({ (400..<500).contains($0) }) ?? false {
                // The cookie is no longer accepted: only the password is left.
                guard error.code != .rateLimited else { throw error }
            }
        }
        guard mayLogIn, let account else { throw TchaviError.loggedOut }
        return try await requests.logIn(email: account.email, password: account.password)
    }

    // MARK: What the program asks for

    /// A login that succeeded and is not in use yet.
    struct Login: Sendable {
        let grant: SessionRequests.Grant
        fileprivate let generation: Int
    }

    /// Forgets whatever session there was and asks for another, which ``begin(_:)`` puts in its place.
    func logIn(email: String, password: Secret) async throws -> Login {
        let generation = startOver(isLoggedOut: false)
        return Login(grant: try await requests.logIn(email: email, password: password), generation: generation)
    }

    func begin(_ login: Login) throws(TchaviError) {
        try state.withLock { state throws(TchaviError) in
            guard state.generation == login.generation else { throw TchaviError.loggedOut }
            // A generation of its own: a renewal for the client's own account that began meanwhile is void.
            state = State(
                token: login.grant.token,
                cookies: login.grant.cookies,
                generation: state.generation + 1,
                isBegunByProgram: true
            )
        }
    }

    func begin(with token: AccessToken) {
        state.withLock { state in
            state = State(token: token, generation: state.generation + 1, isBegunByProgram: true)
        }
    }

    /// Forgets the session, and returns what it was, for the gateway to be told.
    func end() -> (token: AccessToken?, cookies: CookieJar) {
        let ended = state.withLock { ($0.token, $0.cookies) }
        _ = startOver(isLoggedOut: true)
        return ended
    }

    private func startOver(isLoggedOut: Bool) -> Int {
        state.withLock { state in
            state = State(generation: state.generation + 1, isLoggedOut: isLoggedOut)
            return state.generation
        }
    }
}

extension TchaviError {
    fileprivate static let loggedOut = TchaviError(
        .authentication,
        "The client is logged out.",
        advice: "Log in with `auth.login`, or create another client."
    )
}

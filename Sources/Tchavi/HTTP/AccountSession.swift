import Foundation

/// The session of a client that logs in: its token and cookies, and the renewal that all callers share.
final class AccountSession: Sendable {
    private struct State {
        var token: AccessToken?
        var cookies = CookieJar()
        /// The login or refresh in progress, which all callers share.
        var renewal: Task<AccessToken, any Error>?
        /// Counts the sessions that the program began and ended; a renewal that began before one is void.
        var generation = 0
        /// Counts the log-ins that the program asked for, of which the last one holds.
        var logins = 0
        var isLoggedOut = false
        /// Whether the program began the session itself: then the client's own account must not take its place.
        var isBegunByProgram = false
    }

    /// The account to log in with by itself.
    private let account: (email: String, password: Secret)?
    private let requests: SessionRequests
    private let now: @Sendable () -> Date
    private let state = Locked(State())

    init(account: (email: String, password: Secret)?, requests: SessionRequests) {
        self.account = account
        self.requests = requests
        now = requests.configuration.now
    }

    /// The token that the session has, fresh or not.
    var heldToken: AccessToken? { state.withLock { $0.token } }

    // MARK: Tokens

    /// A token that is valid, and is not the one that was refused; `nil` where there is no other.
    ///
    /// A token near its end is used as well where nothing can renew it: whether it has expired is the gateway's to say.
    func token(insteadOf refused: Secret? = nil) async throws -> AccessToken? {
        let now = now()
        let (current, renewal, generation) = try state.withLock { state in
            if state.isLoggedOut { throw TchaviError.loggedOut }
            let canLogIn = account != nil && !state.isBegunByProgram
            let canRenew = canLogIn || !state.cookies.isEmpty
            if let token = state.token, token.isFresh(at: now) || !canRenew, try token.authorization() != refused {
                return (AccessToken?.some(token), state.renewal, state.generation)
            }
            guard canRenew else { return (nil, nil, state.generation) }
            if let renewal = state.renewal { return (nil, renewal, state.generation) }
            let (generation, cookies) = (state.generation, state.cookies)
            let renewal = Task { try await self.renew(generation, cookies, mayLogIn: canLogIn) }
            state.renewal = renewal
            return (nil, renewal, generation)
        }
        guard current == nil, let renewal else { return current }
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
        guard mayLogIn, let account else { throw TchaviError.sessionEnded }
        return try await requests.logIn(email: account.email, password: account.password)
    }

    // MARK: What the program asks for

    /// A login that succeeded and is not in use yet.
    struct Login: Sendable {
        let grant: SessionRequests.Grant
        fileprivate let generation: Int
        fileprivate let number: Int
    }

    /// Asks for another session, which ``begin(_:)`` puts in the place of the one there is.
    func logIn(email: String, password: Secret) async throws -> Login {
        let (generation, number) = state.withLock { state in
            state.logins += 1
            return (state.generation, state.logins)
        }
        let grant = try await requests.logIn(email: email, password: password)
        return Login(grant: grant, generation: generation, number: number)
    }

    func begin(_ login: Login) throws(TchaviError) {
        try state.withLock { state throws(TchaviError) in
            guard state.generation == login.generation, state.logins == login.number else {
                throw TchaviError.superseded
            }
            // A generation of its own: a renewal of the session before is void.
            state = State(
                token: login.grant.token,
                cookies: login.grant.cookies,
                generation: state.generation + 1,
                logins: state.logins,
                isBegunByProgram: true
            )
        }
    }

    func begin(with token: AccessToken) {
        state.withLock { state in
            state = State(
                token: token,
                generation: state.generation + 1,
                logins: state.logins,
                isBegunByProgram: true
            )
        }
    }

    /// Forgets the session at once, and then tells the gateway.
    ///
    /// The gateway accepts a log-out only with a valid access token. If there is none, the session is refreshed first:
    /// otherwise its cookie would stay valid.
    ///
    /// - Returns: The gateway's response; `nil` if there was no session, or the gateway had ended it.
    func logOut(_ options: RequestOptions) async throws -> JSONResponse? {
        let (token, cookies) = state.withLock { state in
            defer {
                state = State(generation: state.generation + 1, logins: state.logins, isLoggedOut: true)
            }
            return (state.token, state.cookies)
        }
        if let token, token.isFresh(at: now()) || cookies.isEmpty {
            do {
                return try await requests.logOut(token, cookies, options)
            } catch let error as TchaviError where error.statusCode == 401 && !cookies.isEmpty {
                // The token had expired, or was revoked.
            }
        }
        guard !cookies.isEmpty else { return nil }
        let grant: SessionRequests.Grant
        do {
            grant = try await requests.refresh(cookies, options)
        } catch let error as TchaviError where error.statusCode == 401 {
            return nil
        }
        return try await requests.logOut(grant.token, grant.cookies, options)
    }
}

extension TchaviError {
    fileprivate static let sessionEnded = TchaviError(
        .authentication,
        "The session has ended, and the gateway does not renew it.",
        advice: "Log in again with `auth.login`."
    )

    fileprivate static let superseded = TchaviError(
        .authentication,
        "The client logged out, or began another session, before this login was answered.",
        advice: "Log in again with `auth.login` if this session is still wanted."
    )

    fileprivate static let loggedOut = TchaviError(
        .authentication,
        "The client is logged out.",
        advice: "Log in with `auth.login`, or create another client."
    )
}

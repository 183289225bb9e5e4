import Foundation

/// The session of a client that logs in: its token and cookies, and the renewal that all callers share.
final class AccountSession: Sendable {
    private struct State {
        var token: AccessToken?
        var cookies = CookieJar()
        /// The login or refresh in progress, which all callers share.
        var renewal: Task<AccessToken, any Error>?
        /// The number of what the program asked for last: a login, a token of its own, or a log-out.
        var lastRequest = 0
        /// The number of what is in force. A login with a smaller number, and a renewal that began before, are void.
        var inForce = 0
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
    /// Whether there is no session, and the program has not ended one: then calls need no credential.
    var isUnused: Bool { state.withLock { $0.token == nil && !$0.isLoggedOut } }

    // MARK: Tokens

    /// A token that is valid, and is not the one that was refused; `nil` where there is no other.
    ///
    /// A token near its end is used as well where nothing can renew it: whether it has expired is the gateway's to say.
    func token(insteadOf refused: Secret? = nil) async throws -> AccessToken? {
        let now = now()
        let (current, renewal, inForce) = try state.withLock { state in
            if state.isLoggedOut { throw TchaviError.loggedOut }
            let canLogIn = account != nil && !state.isBegunByProgram
            let canRenew = canLogIn || !state.cookies.isEmpty
            if let token = state.token, token.isFresh(at: now) || !canRenew, try token.authorization() != refused {
                return (AccessToken?.some(token), state.renewal, state.inForce)
            }
            guard canRenew else { return (nil, nil, state.inForce) }
            if let renewal = state.renewal { return (nil, renewal, state.inForce) }
            let (inForce, cookies) = (state.inForce, state.cookies)
            let renewal = Task { try await self.renew(inForce, cookies, mayLogIn: canLogIn) }
            state.renewal = renewal
            return (nil, renewal, inForce)
        }
        guard current == nil, let renewal else { return current }
        do {
            return try await renewal.sharedValue()
        } catch let error where !(error is CancellationError) {
            let (held, isReplaced) = state.withLock { ($0.isLoggedOut ? nil : $0.token, $0.inForce != inForce) }
            guard let held else { throw error }
            // The program has begun another session meanwhile: that one holds.
            if isReplaced { return try await token(insteadOf: refused) }
            // It was renewed early, and can be used until it expires.
            guard held.isValid(at: now), try held.authorization() != refused else { throw error }
            return held
        }
    }

    /// Refreshes, or logs in where there is nothing to refresh or the refresh is refused. A failure leaves the session
    /// as it was, so that the next call tries again.
    private func renew(_ inForce: Int, _ cookies: CookieJar, mayLogIn: Bool) async throws -> AccessToken {
        let result: Result<SessionRequests.Grant, any Error>
        do {
            result = .success(try await refreshOrLogIn(cookies, mayLogIn: mayLogIn))
        } catch {
            result = .failure(error)
        }
        let isVoid = try state.withLock { state in
            guard state.inForce == inForce else { return true }
            state.renewal = nil
            let grant = try result.get()
            state.token = grant.token
            state.cookies = grant.cookies
            return false
        }
        let grant = try result.get()
        guard isVoid else { return grant.token }
        // Nobody waits for this: the log-out has ended, and could only end the session that there was before.
        if state.withLock({ $0.isLoggedOut }) {
            Task { [requests] in try await requests.logOut(grant.token, grant.cookies, RequestOptions()) }
        }
        throw TchaviError.loggedOut
    }

    private func refreshOrLogIn(_ cookies: CookieJar, mayLogIn: Bool) async throws -> SessionRequests.Grant {
        if !cookies.isEmpty {
            do {
                return try await requests.refresh(cookies)
            } catch let error as TchaviError where error.refusesCookie {
                // Only the password is left.
            }
        }
        guard mayLogIn, let account else { throw TchaviError.sessionEnded }
        return try await requests.logIn(email: account.email, password: account.password)
    }

    // MARK: What the program asks for

    /// A login that succeeded and is not in use yet.
    struct Login: Sendable {
        let grant: SessionRequests.Grant
        fileprivate let number: Int
    }

    /// Asks for another session, which ``begin(_:)`` puts in the place of the one there is.
    func logIn(email: String, password: Secret) async throws -> Login {
        let number = state.withLock { state in
            state.lastRequest += 1
            return state.lastRequest
        }
        return Login(grant: try await requests.logIn(email: email, password: password), number: number)
    }

    func begin(_ login: Login) throws(TchaviError) {
        try state.withLock { state throws(TchaviError) in
            guard login.number > state.inForce else { throw TchaviError.superseded }
            state = State(
                token: login.grant.token,
                cookies: login.grant.cookies,
                lastRequest: state.lastRequest,
                inForce: login.number,
                isBegunByProgram: true
            )
        }
    }

    func begin(with token: AccessToken) {
        state.withLock { state in
            let number = state.lastRequest + 1
            state = State(token: token, lastRequest: number, inForce: number, isBegunByProgram: true)
        }
    }

    /// Forgets the session at once, and then tells the gateway.
    ///
    /// The gateway accepts a log-out only with a valid access token. If there is none, the session is refreshed first:
    /// otherwise its cookie would stay valid.
    ///
    /// - Returns: The gateway's response; `nil` if there was no session, the gateway had ended it, or a renewal in progress
    ///   will end it.
    func logOut(_ options: RequestOptions) async throws -> JSONResponse? {
        let (token, cookies, isRenewing) = state.withLock { state in
            let number = state.lastRequest + 1
            let isUnused = account == nil && state.token == nil && !state.isLoggedOut
            defer { state = State(lastRequest: number, inForce: number, isLoggedOut: !isUnused) }
            return (state.token, state.cookies, state.renewal != nil)
        }
        // The renewal ends the session that it gives; the one that it renews ends with it.
        if isRenewing { return nil }
        if let token, token.isFresh(at: now()) || cookies.isEmpty {
            do {
                return try await requests.logOut(token, cookies, options)
            } catch let error as TchaviError where error.statusCode == 401 && !cookies.isEmpty {
                // The token had expired, or was revoked.
            }
        }
        guard !cookies.isEmpty else { return nil }
        // These are other requests than the one that the caller's key is for.
        var options = options
        options.idempotencyKey = nil
        options.headers[.idempotencyKey] = nil
        let grant: SessionRequests.Grant
        do {
            grant = try await requests.refresh(cookies, options)
        } catch let error as TchaviError where error.refusesCookie {
            return nil
        }
        return try await requests.logOut(grant.token, grant.cookies, options)
    }
}

extension TchaviError {
    /// Whether this is the answer to a refresh with a cookie that is no longer accepted.
    fileprivate var refusesCookie: Bool {
        guard let statusCode, isRepeatable else { return false }
        return (400..<500).contains(statusCode) && code != .rateLimited
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

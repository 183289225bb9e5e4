import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

@Suite(.timeLimit(.minutes(10)))
struct AuthorizerTests {
    /// A wall clock that a test sets.
    private final class WallClock: Sendable {
        private let date = Locked(Date(timeIntervalSince1970: 1_767_600_000))
        var now: Date { date.withLock { $0 } }
        func advance(_ seconds: TimeInterval) { date.withLock { $0 += seconds } }
    }

    private let clock = WallClock()
    private let served: ServedGateway

    init() throws {
        var configuration = LocalGateway.Configuration()
        configuration.now = { [clock] in clock.now }
        served = try ServedGateway(configuration)
    }

    private func client(_ credential: Credential = ServedGateway.account) -> TchaviClient {
        served.client(credential) { $0.now = { [clock] in clock.now } }
    }

    private var paths: [String] { served.gateway.requests.map(\.path) }

    @Test func `The first call logs in, and the next uses the token`() async throws {
        let client = client()
        #expect(served.gateway.requests.isEmpty)
        _ = try await client.users.me()
        _ = try await client.users.me()
        #expect(paths == ["/auth/login", "/users/me", "/users/me"])
        #expect(served.gateway.requests[0].headers["authorization"] == nil)
        #expect(client.auth.mode == .session)
    }

    @Test func `A token is renewed before it expires, through the cookie, which the server rotates`() async throws {
        let client = client()
        _ = try await client.users.me()
        for _ in 0..<2 {
            clock.advance(890)
            _ = try await client.users.me()
        }
        #expect(paths == ["/auth/login", "/users/me", "/auth/refresh", "/users/me", "/auth/refresh", "/users/me"])
        let refreshes = served.gateway.requests.filter { $0.path == "/auth/refresh" }
        #expect(Set(refreshes.map { $0.headers["cookie"] }).count == 2)
        #expect(
            served.gateway.requests.filter { $0.path != "/auth/refresh" }.allSatisfy { $0.headers["cookie"] == nil }
        )
    }

    @Test func `Many callers share one login`() async throws {
        let client = client()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await client.users.me() } }
            try await group.waitForAll()
        }
        #expect(paths.count { $0 == "/auth/login" } == 1)
        #expect(paths.count { $0 == "/users/me" } == 50)
    }

    @Test func `A 401 is followed by one refresh and one retry`() async throws {
        let client = client()
        _ = try await client.users.me()
        served.gateway.enqueue(.error(status: 401, code: "unauthorized", message: "Too old."))
        _ = try await client.users.me()
        #expect(paths == ["/auth/login", "/users/me", "/users/me", "/auth/refresh", "/users/me"])
        served.gateway.enqueue(
            .error(status: 401, code: "u", message: "No."),
            .error(status: 401, code: "u", message: "No.")
        )
        let error = await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(error?.code == .authentication)
    }

    @Test func `A refresh that the server refuses is followed by a login`() async throws {
        let client = client()
        _ = try await client.users.me()
        // Another client of the account uses the cookie up by logging out.
        let other = TchaviClient(.none, configuration: client.configuration)
        try await other.auth.login(email: LocalGateway.defaultEmail, password: Secret(LocalGateway.defaultPassword))
        try await other.auth.logout()
        clock.advance(1000)
        _ = try await client.users.me()
        #expect(paths.suffix(2) == ["/auth/refresh", "/users/me"])
    }

    @Test func `After a failed refresh a later call can succeed`() async throws {
        let failing = Locked(false)
        let gateway = served.gateway
        let transport = StubTransport { request, _ in
            if request.url.path == "/auth/refresh", failing.withLock({ $0 }) {
                throw TchaviError.connectionLost("lost")
            }
            return try await gateway.send(request)
        }
        let client = transport.client(ServedGateway.account) { $0.now = { [clock] in clock.now } }
        _ = try await client.users.me()
        clock.advance(1000)
        failing.withLock { $0 = true }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(error?.code == .transport)
        failing.withLock { $0 = false }
        _ = try await client.users.me()
        #expect(transport.requests.suffix(2).map(\.url.path) == ["/auth/refresh", "/users/me"])
    }

    @Test func `A caller that is cancelled does not cancel the login that others wait for`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let arrived = AsyncStream.makeStream(of: Void.self)
        let gateway = served.gateway
        let transport = StubTransport { request, _ in
            if request.url.path == "/auth/login" {
                arrived.continuation.yield()
                for await _ in gate.stream { break }
            }
            return try await gateway.send(request)
        }
        let client = transport.client(ServedGateway.account) { $0.now = { [clock] in clock.now } }
        let impatient = Task { try await client.users.me() }
        for await _ in arrived.stream { break }
        let patient = Task { try await client.users.me() }
        impatient.cancel()
        await #expect(throws: CancellationError.self) { _ = try await impatient.value }
        gate.continuation.yield()
        #expect(try await patient.value.email == LocalGateway.defaultEmail)
        #expect(transport.requests.count { $0.url.path == "/auth/login" } == 1)
    }

    @Test func `Logging out takes precedence over a refresh in progress`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let arrived = AsyncStream.makeStream(of: Void.self)
        let gateway = served.gateway
        let transport = StubTransport { request, _ in
            let response = try await gateway.send(request)
            if request.url.path == "/auth/refresh" {
                arrived.continuation.yield()
                for await _ in gate.stream { break }
            }
            return response
        }
        let client = transport.client(ServedGateway.account) { $0.now = { [clock] in clock.now } }
        _ = try await client.users.me()
        clock.advance(1000)
        let task = Task { try await client.users.me() }
        for await _ in arrived.stream { break }
        _ = try? await client.auth.logout()
        gate.continuation.yield()
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.message == "The client is logged out.")
        await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        try await client.auth.login(email: LocalGateway.defaultEmail, password: Secret(LocalGateway.defaultPassword))
        _ = try await client.users.me()
    }

    @Test func `A client with a key does not log in, and says so`() async throws {
        for credential in [Credential.apiKey("sk-tch-1234567"), .token { "t" }] {
            let client = client(credential)
            let error = await #expect(throws: TchaviError.self) {
                try await client.auth.login(email: "a", password: "b")
            }
            #expect(error?.code == .invalidRequest)
            #expect(throws: TchaviError.self) { try client.auth.setAccessToken("t") }
        }
        #expect(served.gateway.requests.isEmpty)
    }

    @Test func `A token provider is called for every request, and once more after a 401`() async throws {
        let asked = Locked(0)
        let key = LocalGateway.defaultAPIKey
        let client = client(
            .token {
                asked.withLock { $0 += 1 }
                return asked.withLock { $0 } == 1 ? "stale-token" : Secret(key)
            }
        )
        _ = try await client.users.me()
        #expect(asked.withLock { $0 } == 2)
        #expect(paths == ["/users/me", "/users/me"])
        #expect(client.auth.mode == .token)
    }

    @Test(arguments: [
        (Credential.apiKey(""), "API key"), (.apiKey("a\nb"), "API key"),
        (.account(email: "", password: "x"), "e-mail"),
        (.account(email: "a@b", password: ""), "password"), (.token { "" }, "access token"),
        (.token { "a\r\nb" }, "access token"),
    ])
    func `A credential that cannot be used is reported by the first call, and nothing is sent`(
        credential: Credential,
        name: String
    ) async throws {
        let error = await #expect(throws: TchaviError.self) { _ = try await client(credential).users.me() }
        #expect(error?.code == .authentication)
        #expect(error?.message.contains(name) == true)
        #expect(served.gateway.requests.isEmpty)
    }

    @Test func `A token that was set is used until it expires`() async throws {
        let client = client(.none)
        let login = try await TchaviClient(.none, configuration: client.configuration).auth
            .login(email: LocalGateway.defaultEmail, password: Secret(LocalGateway.defaultPassword))
        try client.auth.setAccessToken(login.accessToken)
        #expect(client.auth.mode == .session)
        _ = try await client.users.me()
        #expect(lifetime(of: login.accessToken) == 900)
        #expect(lifetime(of: "opaque") == 900)
    }

    @Test func `Cookies are separated, also where several arrive in one field`() {
        var jar = CookieJar()
        let now = Date(timeIntervalSince1970: 1_767_600_000)
        var headers = HeaderFields()
        headers.add(
            "Set-Cookie",
            "a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/, b=2; HttpOnly, c=x=y; Max-Age=60,d=4; Expires=Wed, 09 Jun 2021 10:18:14 GMT"
        )
        headers.add("set-cookie", "e=5")
        jar.update(headers, now: now)
        #expect(jar.header == "a=1; b=2; c=x=y; e=5")
        jar.update(["Set-Cookie": "a=; Path=/, b=7; Max-Age=0, e=6"], now: now)
        #expect(jar.header == "c=x=y; e=6")
    }

    @Test func `The order of Max-Age and Expires does not matter`() {
        let past = "Expires=Wed, 09 Jun 2021 10:18:14 GMT"
        var jar = CookieJar()
        jar.update(
            [
                "Set-Cookie":
                    "a=1; \(past); Max-Age=60, b=2; Max-Age=60; \(past), c=3; \(past), d=4; Max-Age=-99999999999999999999"
            ],
            now: clock.now
        )
        #expect(jar.header == "a=1; b=2")
    }

    /// How many seconds a token is valid that is received now: it is renewed 30 s before.
    private func lifetime(of token: Secret) -> Int {
        let token = AccessToken(token, now: clock.now)
        return (1...10_000).first { !token.isFresh(at: clock.now.addingTimeInterval(Double($0))) }.map { $0 + 30 }
            ?? .max
    }

    /// A JSON Web Token of these claims.
    private static func token(_ claims: JSONValue) -> Secret {
        Secret("e30." + claims.serializedData().base64EncodedString().trimmingCharacters(in: ["="]) + ".c2ln")
    }

    @Test func `The lifetime of a token does not depend on this computer's clock`() throws {
        let now = clock.now
        func lifetime(_ claims: JSONValue) -> Int { self.lifetime(of: Self.token(claims)) }
        let wrong = now.timeIntervalSince1970 - 86400
        #expect(lifetime(["iat": .double(wrong), "exp": .double(wrong + 600)]) == 600)
        #expect(lifetime(["exp": .double(now.timeIntervalSince1970 + 600)]) == 600)
        // Expired before it was received: the clock is wrong, and the lifetime unknown.
        #expect(lifetime(["exp": .double(wrong)]) == 900)
        #expect(lifetime(["iat": 100, "exp": 50]) == 900)
        for claims: JSONValue in [["exp": 1e300], ["exp": "soon"], ["iat": -1e300, "exp": 1e300], [:]] {
            #expect(AccessToken(Self.token(claims), now: now).isFresh(at: now))
        }
        // A token of a few seconds is used for half of them.
        let brief = AccessToken(Self.token(["iat": 0, "exp": 20]), now: now)
        #expect(brief.isFresh(at: now.addingTimeInterval(9)))
        #expect(!brief.isFresh(at: now.addingTimeInterval(11)))
    }

    @Test func `A token near its end that nothing can renew is sent`() async throws {
        let transport = StubTransport { _, _ in .json(["message": "x"]) }
        let client = transport.client(.none) { $0.now = { [clock] in clock.now } }
        try client.auth.setAccessToken("token-of-the-program", expiresIn: .seconds(60))
        for _ in 0..<3 {
            _ = try await client.send(Endpoint(.get, "/x"))
            clock.advance(50)
        }
        #expect(transport.requests.map(\.url.path) == ["/x", "/x", "/x"])
        #expect(transport.requests.allSatisfy { $0.headers[.authorization] == "Bearer token-of-the-program" })
        let error = await #expect(throws: TchaviError.self) { try await client.auth.refresh() }
        #expect(error?.code == .authentication)
    }

    @Test(arguments: [#"{}"#, #"{"id": "u1"}"#, "null", "7"])
    func `An account that is only partly there spoils neither a login nor a refresh`(user: String) async throws {
        let user = try JSONValue(parsing: user)
        let transport = StubTransport { request, _ in
            guard request.url.path.hasPrefix("/auth/") else { return .json(["message": "x"]) }
            return .json(
                ["accessToken": "token-\(UUID())".json, "user": user, "message": "Welcome."],
                headers: ["Set-Cookie": "refreshToken=r1; Path=/auth"]
            )
        }
        for credential in [ServedGateway.account, .none] {
            let client = transport.client(credential) { $0.now = { [clock] in clock.now } }
            let login = try await client.auth.login(email: "ada@example.org", password: "pass-word-1")
            #expect(login.user == nil)
            _ = try await client.send(Endpoint(.get, "/x"))
            clock.advance(1000)
            _ = try await client.send(Endpoint(.get, "/x"))
            try await client.auth.refresh()
            let registration = Registration(email: "bo@example.org", password: "pass-word-2")
            #expect(try await client.auth.register(registration).message == "Welcome.")
        }
    }

    @Test func `A login that fails leaves the session there was`() async throws {
        let client = client()
        _ = try await client.users.me()
        await #expect(throws: TchaviError.self) {
            try await client.auth.login(email: LocalGateway.defaultEmail, password: "not the password")
        }
        #expect(client.auth.mode == .session)
        _ = try await client.users.me()
        #expect(paths == ["/auth/login", "/users/me", "/auth/login", "/users/me"])
        try await client.auth.logout()
        await #expect(throws: TchaviError.self) {
            try await client.auth.login(email: LocalGateway.defaultEmail, password: "not the password")
        }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(error?.message == "The client is logged out.")
    }

    @Test(arguments: [true, false])
    func `Of two logins at once, the later one holds if it succeeds`(laterSucceeds: Bool) async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let arrived = AsyncStream.makeStream(of: Void.self)
        let transport = StubTransport { request, attempt in
            if attempt == 1 {
                arrived.continuation.yield()
                for await _ in gate.stream { break }
            }
            if attempt == 2, !laterSucceeds { return .json(["error": "unauthorized"], status: 401) }
            return .json(["accessToken": "token-of-login-\(attempt)".json])
        }
        let client = transport.client(.none)
        let first = Task { try await client.auth.login(email: "a@example.org", password: "pass-word-1") }
        for await _ in arrived.stream { break }
        _ = try? await client.auth.login(email: "b@example.org", password: "pass-word-2")
        gate.continuation.yield()
        if laterSucceeds {
            let error = await #expect(throws: TchaviError.self) { _ = try await first.value }
            #expect(error?.code == .authentication)
        } else {
            _ = try await first.value
        }
        _ = try await client.send(Endpoint(.get, "/x"))
        let holding = laterSucceeds ? 2 : 1
        #expect(transport.requests.last?.headers[.authorization] == "Bearer token-of-login-\(holding)")
    }

    @Test func `A login that was asked for before a log-out does not hold after it`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let arrived = AsyncStream.makeStream(of: Void.self)
        let transport = StubTransport { request, _ in
            arrived.continuation.yield()
            for await _ in gate.stream { break }
            return .json(["accessToken": "token-of-the-login"])
        }
        let client = transport.client(.none)
        let login = Task { try await client.auth.login(email: "a@example.org", password: "pass-word-1") }
        for await _ in arrived.stream { break }
        try await client.auth.logout()
        gate.continuation.yield()
        await #expect(throws: TchaviError.self) { _ = try await login.value }
        #expect(client.auth.mode == .none)
    }

    @Test func `A log-out during a refresh also ends the session that the refresh gives`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let arrived = AsyncStream.makeStream(of: Void.self)
        let isFirst = Locked(true)
        let gateway = served.gateway
        let transport = StubTransport { request, _ in
            let response = try await gateway.send(request)
            let isHeld =
                request.url.path == "/auth/refresh"
                && isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
            if isHeld {
                arrived.continuation.yield()
                for await _ in gate.stream { break }
            }
            return response
        }
        let client = transport.client(ServedGateway.account) { $0.now = { [clock] in clock.now } }
        _ = try await client.users.me()
        clock.advance(1000)
        let call = Task { try await client.users.me() }
        for await _ in arrived.stream { break }
        try await client.auth.logout()
        gate.continuation.yield()
        await #expect(throws: TchaviError.self) { _ = try await call.value }
        while !paths.contains("/auth/logout") { try await Task.sleep(for: .milliseconds(2)) }
        let cookies = Set(served.gateway.requests.compactMap { $0.headers[.cookie] })
        #expect(cookies.count == 2)
        for cookie in cookies {
            let options = RequestOptions(headers: [.cookie: cookie])
            let error = await #expect(throws: TchaviError.self) {
                _ = try await self.client(.none).send(.refresh, options: options)
            }
            #expect(error?.statusCode == 401)
        }
    }

    @Test(arguments: [500, 401, 429, 200])
    func `A token that is renewed early is used until it expires, where the renewal fails`(status: Int) async throws {
        let transport = StubTransport { request, _ in
            switch request.url.path {
            case "/auth/login":
                let body: JSONValue = ["accessToken": "token-of-the-session"]
                return .json(body, headers: ["Set-Cookie": "refreshToken=cookie-of-the-session"])
            case "/auth/refresh": return .json(["accessToken": ""], status: status, headers: ["Retry-After": "300"])
            default: return .json(["message": "x"])
            }
        }
        let client = transport.client(.none) { $0.now = { [clock] in clock.now } }
        try await client.auth.login(email: "ada@example.org", password: "pass-word-1")
        // 20 s are left, and from then on none.
        clock.advance(880)
        for _ in 0..<2 { _ = try await client.send(Endpoint(.get, "/x")) }
        #expect(transport.requests.last?.headers[.authorization] == "Bearer token-of-the-session")
        clock.advance(30)
        let error = await #expect(throws: TchaviError.self) { _ = try await client.send(Endpoint(.get, "/x")) }
        #expect(error?.code == [500: .api, 401: .authentication, 429: .rateLimited][status] ?? .decoding)
    }

    @Test func `After a log-out no call is sent without a credential, and before a login they are`() async throws {
        let client = client(.none)
        let first = await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(first?.statusCode == 401)
        #expect(try await client.auth.logout().message == "The client is logged out.")
        await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(paths == ["/users/me", "/users/me"])
        try await client.auth.login(email: LocalGateway.defaultEmail, password: Secret(LocalGateway.defaultPassword))
        try await client.auth.logout()
        let second = await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(second?.message == "The client is logged out.")
        #expect(paths.count { $0 == "/users/me" } == 2)
        let third = await #expect(throws: TchaviError.self) { try await client.auth.refresh() }
        #expect(third?.message.contains("no session") == true)
    }

    @Test func `A log-out gives the caller's idempotency key to one request alone`() async throws {
        let client = client()
        _ = try await client.users.me()
        served.gateway.enqueue(.error(status: 401, code: "unauthorized", message: "Revoked."))
        try await client.auth.logout(options: RequestOptions(idempotencyKey: "my-key"))
        let requests = served.gateway.requests.suffix(3)
        #expect(requests.map(\.path) == ["/auth/logout", "/auth/refresh", "/auth/logout"])
        #expect(requests.map { $0.headers[.idempotencyKey] == "my-key" } == [true, false, false])
    }

    @Test func `A log-out with an expired access token ends the session at the gateway as well`() async throws {
        let client = client()
        _ = try await client.users.me()
        let cookie = try #require(await refreshCookie(of: client))
        clock.advance(1000)
        let message = try await client.auth.logout().message
        #expect(!message.isEmpty)
        #expect(paths.suffix(2) == ["/auth/refresh", "/auth/logout"])
        // Neither the cookie there was nor the one that the refresh gave is accepted any more.
        let last = try #require(served.gateway.requests.last?.headers[.cookie])
        #expect(last != cookie)
        for cookie in [cookie, last] {
            let error = await #expect(throws: TchaviError.self) {
                _ = try await self.client(.none).send(
                    .refresh,
                    options: RequestOptions(headers: [.cookie: cookie])
                )
            }
            #expect(error?.statusCode == 401)
        }
    }

    /// The cookie that a client sends to refresh.
    private func refreshCookie(of client: TchaviClient) async throws -> String? {
        try await client.auth.refresh()
        return served.gateway.requests.last { $0.path == "/auth/refresh" }?.headers[.cookie]
    }

    @Test func `A log-out whose token the gateway no longer accepts refreshes and tries again`() async throws {
        let client = client()
        _ = try await client.users.me()
        served.gateway.enqueue(.error(status: 401, code: "unauthorized", message: "Revoked."))
        try await client.auth.logout()
        #expect(paths == ["/auth/login", "/users/me", "/auth/logout", "/auth/refresh", "/auth/logout"])
    }

    @Test func `Many log-outs at once end one session once`() async throws {
        let client = client()
        _ = try await client.users.me()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try? await client.auth.logout() } }
        }
        #expect(paths.count { $0 == "/auth/logout" } == 1)
    }

    @Test func `An error of the token provider is typed, and a cancellation stays one`() async throws {
        struct KeychainLocked: Error {}
        let transport = StubTransport { _, _ in .json(.completion) }
        let client = transport.client(.token { throw KeychainLocked() })
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .authentication)
        #expect(error?.message.contains("KeychainLocked") == true)
        let own = transport.client(.token { throw TchaviError(.api, "No token today.") })
        let second = await #expect(throws: TchaviError.self) { _ = try await own.chat.complete(.hello) }
        #expect(second?.message == "No token today.")
        let cancelled = transport.client(.token { throw CancellationError() })
        await #expect(throws: CancellationError.self) { _ = try await cancelled.chat.complete(.hello) }
        #expect(transport.requests.isEmpty)
    }

    @Test func `Renewals share the retry budget of the calls`() async throws {
        let transport = StubTransport { _, _ in .json([:], status: 503) }
        let client = transport.client(ServedGateway.account) {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(10))
            $0.timeout = nil
            $0.deadline = nil
        }
        for _ in 0..<20 { await #expect(throws: TchaviError.self) { _ = try await client.users.me() } }
        // Ten retries are in the budget, and every call's first attempt is free.
        #expect(transport.requests.count == 30)
        #expect(transport.requests.allSatisfy { $0.url.path == "/auth/login" })
    }

    @Test func `A refresh names itself in its error, and shows no cookie that the gateway repeats`() async throws {
        let transport = StubTransport { request, _ in
            guard request.url.path == "/auth/refresh" else {
                return .json(
                    ["accessToken": "token-of-the-session", "message": "x"],
                    headers: ["Set-Cookie": "refreshToken=cookie-of-the-session"]
                )
            }
            return .json(["error": "x", "message": .string("Sent: \(request.headers[.cookie] ?? "")")], status: 500)
        }
        let client = transport.client(ServedGateway.account) { $0.now = { [clock] in clock.now } }
        _ = try await client.send(Endpoint(.get, "/x"))
        clock.advance(1000)
        let error = await #expect(throws: TchaviError.self) { _ = try await client.send(Endpoint(.get, "/x")) }
        #expect(error?.operation == "POST /auth/refresh")
        #expect(error?.message == "Sent: refreshToken=<redacted>")
    }

    @Test func `A session that the program started is never replaced by the client's account`() async throws {
        let client = client()
        let bo = Registration(email: "bo@tchavi.example", password: "long-enough")
        _ = try await client.auth.register(bo)
        try await client.auth.login(email: bo.email, password: bo.password)
        #expect(try await client.users.me().email == bo.email)
        // The refresh is refused: the client must not go on as somebody else.
        served.gateway.enqueue(.error(status: 401, code: "unauthorized", message: "No."))
        #expect(try await client.users.me().email == bo.email)
        try client.auth.setAccessToken("opaque-token", expiresIn: .seconds(60))
        clock.advance(120)
        let error = await #expect(throws: TchaviError.self) { _ = try await client.users.me() }
        #expect(error?.code == .authentication)
    }

    @Test func `Provided tokens and passwords are redacted where the server repeats them`() async throws {
        let transport = StubTransport { request, _ in
            let sent =
                String(decoding: request.body ?? Data(), as: UTF8.self) + (request.headers["authorization"] ?? "")
            return .json(["error": "x", "message": "bad", "details": .string(sent)], status: 422)
        }
        let token = transport.client(.token { "token-of-the-program" })
        let first = await #expect(throws: TchaviError.self) { _ = try await token.users.me() }
        #expect(first.map { "\($0) \($0.details ?? nil)".contains("of-the-program") } == false)
        let visitor = transport.client(.none)
        let second = await #expect(throws: TchaviError.self) {
            try await visitor.auth.login(email: "a@b", password: "pass-word-1")
        }
        #expect(second.map { "\($0) \($0.details ?? nil)".contains("pass-word-1") } == false)
    }

    @Test func `The deadline also applies while a token is requested`() async throws {
        let transport = StubTransport { _, _ in .json([:]) }
        let client = transport.client(
            .token {
                try await Task.sleep(for: .seconds(3600))
                return "late"
            }
        )
        let options = RequestOptions(deadline: .milliseconds(20))
        let error = await #expect(throws: TchaviError.self) { _ = try await client.users.me(options: options) }
        #expect(error?.code == .timeout)
        #expect(transport.requests.isEmpty)
    }
}

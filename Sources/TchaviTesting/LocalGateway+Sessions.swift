import Foundation
import Tchavi

extension LocalGateway {
    /// Responds to the endpoints that need no credential; returns `nil` for all others.
    func session(
        _ request: ReceivedRequest,
        _ json: JSONValue?,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse? {
        guard request.method == .post else { return nil }
        let now = configuration.now()
        switch request.path {
        case "/auth/register":
            guard let email = json?["email"]?.string, let password = json?["password"]?.string,
                !email.isEmpty, !password.isEmpty
            else { throw .invalid("`email` or `password` is missing.") }
            guard accounts.account(email: email) == nil else {
                throw RequestFailure(status: 409, code: "conflict", message: "The e-mail address is in use.")
            }
            let name = json?["name"]?.string
            let account = accounts.register(email: email, password: password, name: name, credits: 0, now: now)
            return Self.json(["message": "Verify your e-mail address.", "user": accounts[account].json], status: 201)
        case "/auth/login":
            guard let account = accounts.account(email: json?["email"]?.string ?? ""),
                accounts[account].password == json?["password"]?.string
            else {
                throw RequestFailure(status: 401, code: "unauthorized", message: "The e-mail or password is wrong.")
            }
            return openSession(account, replacing: nil, &accounts, now)
        case "/auth/refresh":
            let token = Self.refreshToken(request)
            guard let token, let account = accounts.accounts.firstIndex(where: { $0.refreshTokens.contains(token) })
            else {
                throw RequestFailure(status: 401, code: "unauthorized", message: "The refresh cookie is not valid.")
            }
            return openSession(account, replacing: token, &accounts, now)
        default: return nil
        }
    }

    private func openSession(
        _ account: Int,
        replacing token: String?,
        _ accounts: inout LocalAccounts,
        _ now: Date
    ) -> TransportResponse {
        let lifetime = configuration.accessTokenLifetime
        let (access, refresh) = accounts.openSession(account, replacing: token, lifetime: lifetime, now: now)
        var response = Self.json(["accessToken": .string(access), "user": accounts[account].json])
        response.headers[.setCookie] = "refreshToken=\(refresh); Path=/auth; HttpOnly; SameSite=Strict"
        return response
    }

    static func refreshToken(_ request: ReceivedRequest) -> String? {
        let cookies = (request.headers[.cookie] ?? "").split(separator: ";")
        return cookies.lazy.map { $0.trimmingCharacters(in: .whitespaces) }
            .first { $0.hasPrefix("refreshToken=") }.map { String($0.dropFirst("refreshToken=".count)) }
    }
}

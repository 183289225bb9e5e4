import Foundation
import Tchavi

/// All endpoints except chat completions.
extension LocalGateway {
    func resource(_ call: AuthenticatedRequest, _ accounts: inout LocalAccounts) throws(RequestFailure)
        -> TransportResponse
    {
        let account = call.caller.account
        let body = call.json ?? [:]
        guard call.segments.count <= (call.segments.first == "v1" ? 3 : 2) else { throw .notFound }
        switch (call.request.method, call.segments.first, call.segments.dropFirst().first) {
        case (.post, "auth", "logout"):
            accounts[account].accessTokens = [:]
            if let token = Self.refreshToken(call.request) { accounts[account].refreshTokens.remove(token) }
            return Self.json(["message": "Logged out."])
        case (.get, "users", "me"): return Self.json(accounts[account].json)
        case (.patch, "users", "me"): return try changeUser(body, account, &accounts)
        case (.get, "credits", "balance"):
            return Self.json(["creditsBalance": accounts[account].credits.json])
        case (.get, "credits", "packs"): return Self.json(.array(LocalAccounts.packs))
        case (_, "api-keys", let id): return try keys(call, id: id, body, &accounts)
        case (.get, "usage", "stats"): return statistics(call, accounts[account].logs)
        case (.get, "usage", "history"):
            return Self.page(call, Self.filtered(accounts[account].logs, call.query).map(\.json))
        case (.get, "models", nil):
            let all = call.query["all"] == "true"
            return Self.json(.array(LocalAccounts.models.filter { all || $0["isActive"] == true }))
        case (_, "payments", let id?): return try payments(call, id: id, body, &accounts)
        case (.post, "v1", "embeddings"): return try embeddings(call, body, &accounts)
        case (.post, "v1", "images"): return try images(call, body, &accounts)
        default: throw .notFound
        }
    }

    private func changeUser(
        _ body: JSONValue,
        _ account: Int,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        if let password = body["newPassword"]?.string {
            guard body["currentPassword"]?.string == accounts[account].password else {
                throw RequestFailure(status: 403, code: "forbidden", message: "The current password is wrong.")
            }
            accounts[account].password = password
        }
        if let name = body["name"]?.string { accounts[account].name = name }
        if let email = body["email"]?.string { accounts[account].email = email }
        return Self.json(accounts[account].json)
    }

    private func keys(
        _ call: AuthenticatedRequest,
        id: String?,
        _ body: JSONValue,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        let account = call.caller.account
        guard let id else {
            switch call.request.method {
            case .get: return Self.json(.array(accounts[account].keys.map(\.json)))
            case .post:
                let parameters = try Self.read(body, APIKeyParameters.self)
                let key = accounts.createKey(account, secret: nil, parameters, now: call.now)
                guard case .object(var members) = key.json else { throw .notFound }
                members["key"] = .string(key.secret)
                return Self.json(.object(members), status: 201)
            default: throw .notFound
            }
        }
        guard let index = accounts[account].keys.firstIndex(where: { $0.id == id }) else { throw .notFound }
        switch call.request.method {
        case .get: break
        case .patch:
            let parameters = try Self.read(body, APIKeyParameters.self)
            if let label = parameters.label { accounts[account].keys[index].settings.label = label }
            if let ips = parameters.allowedIPs { accounts[account].keys[index].settings.allowedIPs = ips }
            // `UpdateApiKeyParams` of the published types has no `expiresAt`.
            if let endpoints = parameters.allowedEndpoints {
                accounts[account].keys[index].settings.allowedEndpoints = endpoints
            }
        case .delete:
            accounts[account].keys[index].isRevoked = true
            return Self.json(["message": "The key was revoked."])
        default: throw .notFound
        }
        return Self.json(accounts[account].keys[index].json)
    }

    private func statistics(_ call: AuthenticatedRequest, _ logs: [LocalAccounts.Log]) -> TransportResponse {
        let days: Double = call.query["period"] == "day" ? 1 : call.query["period"] == "week" ? 7 : 30
        let start = call.now.addingTimeInterval(-days * 86400)
        let logs = logs.filter { $0.createdAt >= start }
        return Self.json([
            "totalRequests": logs.count.json,
            "totalTokens": logs.reduce(0) { $0.addingWithoutOverflow($1.usage.totalTokens) }.json,
            "totalCreditsUsed": logs.reduce(0) { $0 + $1.charged }.json, "periodStart": .date(start),
            "periodEnd": .date(call.now),
        ])
    }

    private static func filtered(_ logs: [LocalAccounts.Log], _ query: [String: String]) -> [LocalAccounts.Log] {
        let start = query["startDate"].flatMap { Timestamp($0).date } ?? .distantPast
        let end = query["endDate"].flatMap { Timestamp($0).date } ?? .distantFuture
        return logs.filter { log in
            query["model"].map { $0 == log.model } ?? true && query["endpoint"].map { $0 == log.endpoint } ?? true
                && log.createdAt >= start && log.createdAt <= end
        }
    }

    private static func page(_ call: AuthenticatedRequest, _ all: [JSONValue]) -> TransportResponse {
        let number = max(1, call.query["page"].flatMap { Int($0) } ?? 1)
        let limit = min(100, max(1, call.query["limit"].flatMap { Int($0) } ?? 20))
        let start = (number - 1).multipliedReportingOverflow(by: limit)
        let rest = start.overflow || start.partialValue >= all.count ? [] : all[start.partialValue...]
        let data = Array(rest.prefix(limit))
        let hasMore = rest.count > data.count
        return json([
            "data": .array(data), "page": number.json, "limit": limit.json, "total": all.count.json,
            "hasMore": .boolean(hasMore),
        ])
    }

    private func payments(
        _ call: AuthenticatedRequest,
        id: String,
        _ body: JSONValue,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        let account = call.caller.account
        switch (call.request.method, id) {
        case (.post, "initiate"):
            let parameters = try Self.read(body, PaymentParameters.self)
            guard let pack = LocalAccounts.packs.first(where: { $0["id"]?.string == parameters.packID }) else {
                throw .notFound
            }
            let payment = accounts.initiatePayment(account, pack: pack, now: call.now)
            return Self.json(
                ["paymentId": .string(payment.id), "status": "PENDING", "depositId": .string("deposit-\(payment.id)")],
                status: 201
            )
        case (.get, "history"): return Self.page(call, accounts[account].payments.map(\.json))
        case (.get, _):
            guard let payment = accounts[account].payments.first(where: { $0.id == id }) else { throw .notFound }
            // The first status is pending; the next one is completed.
            accounts.completePayment(account, id: id, now: call.now)
            return Self.json(payment.json)
        default: throw .notFound
        }
    }
}

import Foundation
import Tchavi

/// All endpoints except chat completions.
extension LocalGateway {
    /// A request with its caller, its path and its query.
    struct AuthenticatedRequest {
        let request: ReceivedRequest
        let caller: LocalAccounts.Caller
        let now: Date
        /// The path's segments, percent-decoded.
        let segments: [String]
        /// The query's items, percent-decoded.
        let query: [String: String]

        init(_ request: ReceivedRequest, _ caller: LocalAccounts.Caller, now: Date) {
            self.request = request
            self.caller = caller
            self.now = now
            segments = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
            var query: [String: String] = [:]
            for item in request.target.split(separator: "?", maxSplits: 1).dropFirst().joined().split(separator: "&") {
                let pair = item.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? String($0) }
                if let name = pair.first { query[name] = pair.count > 1 ? pair[1] : "" }
            }
            self.query = query
        }
    }

    /// A request that the gateway refuses, with the status and body of the response.
    struct RequestFailure: Error {
        let status: Int
        let code: String
        let message: String
        var details: JSONValue?

        static let notFound = RequestFailure(status: 404, code: "not_found", message: "The resource does not exist.")
        static func invalid(_ message: String) -> RequestFailure {
            RequestFailure(status: 400, code: "invalid_request", message: message)
        }
    }

    // MARK: Sessions

    /// Responds to the endpoints that need no credential; returns `nil` for all others.
    func session(_ request: ReceivedRequest, _ accounts: inout LocalAccounts) throws(RequestFailure)
        -> TransportResponse?
    {
        guard request.method == .post else { return nil }
        let now = configuration.now()
        switch request.path {
        case "/auth/register":
            guard let email = request.json?["email"]?.string, let password = request.json?["password"]?.string,
                !email.isEmpty, !password.isEmpty
            else { throw .invalid("`email` or `password` is missing.") }
            guard accounts.account(email: email) == nil else {
                throw RequestFailure(status: 409, code: "conflict", message: "The e-mail address is in use.")
            }
            let name = request.json?["name"]?.string
            let account = accounts.register(email: email, password: password, name: name, credits: 0, now: now)
            return Self.json(["message": "Verify your e-mail address.", "user": accounts[account].json], status: 201)
        case "/auth/login":
            guard let account = accounts.account(email: request.json?["email"]?.string ?? ""),
                accounts[account].password == request.json?["password"]?.string
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
        response.headers["Set-Cookie"] = "refreshToken=\(refresh); Path=/auth; HttpOnly; SameSite=Strict"
        return response
    }

    private static func refreshToken(_ request: ReceivedRequest) -> String? {
        let cookies = (request.headers["Cookie"] ?? "").split(separator: ";")
        return cookies.lazy.map { $0.trimmingCharacters(in: .whitespaces) }
            .first { $0.hasPrefix("refreshToken=") }.map { String($0.dropFirst("refreshToken=".count)) }
    }

    // MARK: Resources

    func resource(_ call: AuthenticatedRequest, _ accounts: inout LocalAccounts) throws(RequestFailure)
        -> TransportResponse
    {
        let account = call.caller.account
        let body = call.request.json ?? [:]
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
            "totalRequests": logs.count.json, "totalTokens": logs.reduce(0) { $0 + $1.usage.totalTokens }.json,
            "totalCreditsUsed": logs.reduce(0) { $0 + $1.charged }.json, "periodStart": .date(start),
            "periodEnd": .date(call.now),
        ])
    }

    private static func filtered(_ logs: [LocalAccounts.Log], _ query: [String: String]) -> [LocalAccounts.Log] {
        let start = query["startDate"].flatMap { Timestamp($0).date } ?? .distantPast
        let end = query["endDate"].flatMap { Timestamp($0).date } ?? .distantFuture
        return logs.filter { log in
            query["model"].map { $0 == log.model } ?? true && query["endpoint"].map { $0 == log.endpoint } ?? true
                && (start...end).contains(log.createdAt)
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

    // MARK: Embeddings and images

    private func embeddings(
        _ call: AuthenticatedRequest,
        _ body: JSONValue,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        let request = try Self.read(body, EmbeddingRequest.self)
        let inputs: [String] =
            switch request.input {
            case .text(let text): [text]
            case .texts(let texts): texts
            case .tokens(let tokens): [tokens.map(String.init).joined(separator: " ")]
            case .tokenArrays(let arrays): arrays.map { $0.map(String.init).joined(separator: " ") }
            }
        let dimensions = request.dimensions ?? 8
        guard (1...4096).contains(dimensions) else { throw .invalid("`dimensions` must be between 1 and 4096.") }
        let usage = TokenUsage(
            promptTokens: inputs.reduce(0) { $0 + ($1.utf8.count + 3) / 4 },
            completionTokens: 0
        )
        let tchavi = try charge(call, Self.cost(usage, configuration), model: request.model, usage, &accounts)
        let data = inputs.enumerated().map { Embedding(index: $0, vector: Self.vector($1, dimensions)) }
        let response = EmbeddingsResponse(data: data, model: request.model, usage: usage, tchavi: tchavi)
        guard request.encodingFormat == .base64, case .object(var members) = response.json else {
            return Self.json(response.json)
        }
        members["data"] = .array(
            data.map { ["object": "embedding", "index": $0.index.json, "embedding": .string($0.base64)] }
        )
        return Self.json(.object(members))
    }

    /// A unit vector derived from a hash of the text, without any meaning.
    private static func vector(_ text: String, _ dimensions: Int) -> [Float] {
        var numbers: [Float] = []
        var digest = SHA256.digest(Array(text.utf8))
        while numbers.count < dimensions {
            numbers += digest.map { Float($0) - 127.5 }
            digest = SHA256.digest(digest)
        }
        numbers.removeLast(numbers.count - dimensions)
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return numbers.map { $0 / length }
    }

    private func images(
        _ call: AuthenticatedRequest,
        _ body: JSONValue,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        let request = try Self.read(body, ImageRequest.self)
        let count = request.n ?? 1
        guard (1...10).contains(count) else { throw .invalid("`n` must be between 1 and 10.") }
        let usage = TokenUsage(promptTokens: (request.prompt.utf8.count + 3) / 4, completionTokens: 0)
        let model = request.model ?? "dall-e-3"
        let tchavi = try charge(call, Decimal(5 * count), model: model, usage, &accounts)
        let data = (1...count).map { number in
            let name = SHA256.hexadecimal(Array(request.prompt.utf8)).prefix(12)
            return GeneratedImage(
                url: request.responseFormat == .base64 ? nil : "https://images.example/\(name)-\(number).png",
                base64: request.responseFormat == .base64 ? Self.onePixel : nil,
                revisedPrompt: request.prompt
            )
        }
        let created = Int(call.now.timeIntervalSince1970)
        return Self.json(ImagesResponse(created: created, data: data, tchavi: tchavi).json)
    }

    /// A PNG of one transparent pixel.
    private static let onePixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

    static func cost(_ usage: TokenUsage, _ configuration: Configuration) -> Decimal {
        Decimal(usage.totalTokens) * configuration.creditsPerThousandTokens / 1000
    }

    /// Charges a call to the caller's account and logs it.
    func charge(
        _ call: AuthenticatedRequest,
        _ cost: Decimal,
        model: String,
        _ usage: TokenUsage,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TchaviMetadata {
        let tchavi = accounts.charge(
            call.caller,
            cost,
            endpoint: call.request.path,
            model: model,
            usage: usage,
            now: call.now
        )
        guard let tchavi else {
            var failure = RequestFailure(
                status: 402,
                code: "insufficient_credits",
                message: "The account does not have enough credits."
            )
            failure.details = [
                "creditsRemaining": accounts[call.caller.account].credits.json, "creditsNeeded": cost.json,
            ]
            throw failure
        }
        return tchavi
    }

    private static func read<Value: Decodable>(
        _ json: JSONValue,
        _ type: Value.Type
    ) throws(RequestFailure) -> Value {
        do {
            return try json.decoded()
        } catch {
            throw .invalid("The request body is not valid: \(error.description).")
        }
    }

    static func json(_ json: JSONValue, status: Int = 200) -> TransportResponse {
        TransportResponse(
            status: status,
            headers: ["Content-Type": "application/json"],
            body: TransportBody(json.serializedData())
        )
    }
}

import Foundation

/// The method and path of one of the gateway's calls. All of them stand in this file.
public struct Endpoint: Sendable, Hashable {
    /// The method.
    public let method: TransportMethod

    /// The path below the base URL; `{name}` stands for a parameter, which fills one segment.
    public let path: String

    let retryClass: RetryPolicy.RetryClass

    /// Creates an endpoint for which the client has no method of its own.
    ///
    /// What it does is not known, so that calls of it other than GET are retried only after a 429, or if the gateway was
    /// never reached.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path below the base URL, with `{name}` for each parameter.
    public init(_ method: TransportMethod, _ path: String) {
        self.init(method, path, method == .get ? .billable : .nonRepeatable)
    }

    private init(_ method: TransportMethod, _ path: String, _ retryClass: RetryPolicy.RetryClass) {
        self.method = method
        self.path = path
        self.retryClass = retryClass
    }

    /// Whether two endpoints are the same: by method and path.
    public static func == (lhs: Endpoint, rhs: Endpoint) -> Bool { lhs.method == rhs.method && lhs.path == rhs.path }

    /// Feeds method and path to a hasher.
    ///
    /// - Parameter hasher: The hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(path)
    }

    /// `POST /v1/chat/completions`.
    public static let chatCompletions = Endpoint(.post, "/v1/chat/completions", .billable)
    /// `POST /v1/embeddings`.
    public static let embeddings = Endpoint(.post, "/v1/embeddings", .billable)
    /// `POST /v1/images/generations`.
    public static let imageGenerations = Endpoint(.post, "/v1/images/generations", .billable)
    /// `POST /auth/login`.
    public static let login = Endpoint(.post, "/auth/login", .billable)
    /// `POST /auth/register`.
    public static let register = Endpoint(.post, "/auth/register", .billable)
    /// `POST /auth/refresh`.
    public static let refresh = Endpoint(.post, "/auth/refresh", .billable)
    /// `POST /auth/logout`.
    public static let logout = Endpoint(.post, "/auth/logout", .billable)
    /// `GET /users/me`.
    public static let currentUser = Endpoint(.get, "/users/me", .billable)
    /// `PATCH /users/me`.
    public static let updateCurrentUser = Endpoint(.patch, "/users/me", .billable)
    /// `GET /credits/balance`.
    public static let creditBalance = Endpoint(.get, "/credits/balance", .billable)
    /// `GET /credits/packs`.
    public static let creditPacks = Endpoint(.get, "/credits/packs", .billable)
    /// `GET /api-keys`.
    public static let apiKeys = Endpoint(.get, "/api-keys", .billable)
    /// `POST /api-keys`.
    public static let createAPIKey = Endpoint(.post, "/api-keys", .nonRepeatable)
    /// `GET /api-keys/{id}`.
    public static let apiKey = Endpoint(.get, "/api-keys/{id}", .billable)
    /// `PATCH /api-keys/{id}`.
    public static let updateAPIKey = Endpoint(.patch, "/api-keys/{id}", .billable)
    /// `DELETE /api-keys/{id}`.
    public static let deleteAPIKey = Endpoint(.delete, "/api-keys/{id}", .billable)
    /// `GET /usage/stats`.
    public static let usageStatistics = Endpoint(.get, "/usage/stats", .billable)
    /// `GET /usage/history`.
    public static let usageHistory = Endpoint(.get, "/usage/history", .billable)
    /// `GET /models`.
    public static let models = Endpoint(.get, "/models", .billable)
    /// `POST /payments/initiate`.
    public static let initiatePayment = Endpoint(.post, "/payments/initiate", .nonRepeatable)
    /// `GET /payments/{id}`.
    public static let payment = Endpoint(.get, "/payments/{id}", .billable)
    /// `GET /payments/history`.
    public static let paymentHistory = Endpoint(.get, "/payments/history", .billable)
}

extension Endpoint {
    /// The path with its parameters filled in, each percent-encoded as one segment.
    func path(_ parameters: [String: String]) throws(TchaviError) -> String {
        var filled = ""
        var rest = Substring(path)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            guard let value = parameters[name], !value.isEmpty else {
                throw TchaviError(
                    .invalidRequest,
                    "The parameter `\(name)` of `\(path)` is empty.",
                    advice: "Give it a value."
                )
            }
            filled += rest[..<open] + value.percentEncoded(keeping: .pathSegment)
            rest = rest[rest.index(after: close)...]
        }
        filled += rest
        try Self.refuseDotSegments(filled)
        return filled
    }

    private static func refuseDotSegments(_ path: String) throws(TchaviError) {
        let path = path.prefix { $0 != "?" && $0 != "#" }
        for segment in path.split(separator: "/") {
            let decoded = segment.removingPercentEncoding ?? String(segment)
            guard decoded != ".", decoded != ".." else {
                throw TchaviError(
                    .invalidRequest,
                    "The path `\(path)` has the dot segment `\(segment)`, which would lead to another endpoint.",
                    advice: "Check the id that was given."
                )
            }
        }
    }
}

import Foundation
public import Tchavi

/// Exchanges with a gateway, recorded without their secrets.
///
/// ```swift
/// // Once, against a real gateway:
/// configuration.transport = CassetteRecorder(to: "Fixtures/Gateway/support.json")
/// // From then on, without a network:
/// configuration.transport = try CassettePlayer("Fixtures/Gateway/support.json")
/// ```
public struct Cassette: Codable, Sendable, Hashable {
    /// A request and its response.
    public struct Exchange: Codable, Sendable, Hashable {
        /// A request, as far as it is recorded.
        public struct Request: Codable, Sendable, Hashable {
            /// The method.
            public var method: TransportMethod
            /// The path and query.
            public var target: String
            /// The body: JSON, or a string for anything else.
            public var body: JSONValue?
        }

        /// A response, as far as it is recorded.
        public struct Response: Codable, Sendable, Hashable {
            /// The status.
            public var status: Int
            /// The header fields, by name in lower case.
            public var headers: [String: String]
            /// The body: JSON, or a string for anything else.
            public var body: JSONValue?
        }

        /// The request.
        public var request: Request
        /// The response.
        public var response: Response
    }

    /// The version of the file's format.
    public private(set) var version = 1

    /// The exchanges, in the order in which they ended.
    public var exchanges: [Exchange] = []

    /// An empty cassette.
    public init() {}

    /// The members of JSON bodies that are replaced before anything is written, wherever they stand.
    public static let secretMembers: Set<String> = [
        "password", "currentPassword", "newPassword", "accessToken", "access_token", "refreshToken", "refresh_token",
        "token", "key", "apiKey", "api_key", "secret", "client_secret",
    ]

    /// A body as it may be kept: JSON without its secrets, or a text.
    static func kept(_ data: Data, striking secrets: [String]) -> JSONValue? {
        guard !data.isEmpty else { return nil }
        var text = String(decoding: data, as: UTF8.self)
        for secret in secrets { text = text.replacing(secret, with: Secret.placeholder) }
        guard let json = try? JSONValue(parsing: text), json.string == nil else { return .string(text) }
        return redacted(json)
    }

    private static func redacted(_ json: JSONValue) -> JSONValue {
        switch json {
        case .array(let elements): return .array(elements.map(redacted))
        case .object(let members):
            var kept: [String: JSONValue] = [:]
            for (name, value) in members {
                let isSecret = secretMembers.contains(name) && value.string != nil
                kept[name] = isSecret ? .string(Secret.placeholder) : redacted(value)
            }
            return .object(kept)
        default: return json
        }
    }

    /// The secrets of a body, long enough to be told from other text.
    static func secrets(in json: JSONValue) -> [String] {
        switch json {
        case .array(let elements): return elements.flatMap(secrets)
        case .object(let members):
            return members.flatMap { name, value in
                guard secretMembers.contains(name), let text = value.string else { return secrets(in: value) }
                return text.utf8.count >= 8 && text != Secret.placeholder ? [text] : []
            }
        default: return []
        }
    }

    /// A body as it is given back.
    static func data(_ kept: JSONValue?) -> Data {
        switch kept {
        case nil: Data()
        case .string(let text): Data(text.utf8)
        case .some(let json): json.serializedData()
        }
    }
}

extension TransportRequest {
    /// Path and query, as a server sees them.
    var target: String {
        let path = URLComponents(url: url, resolvingAgainstBaseURL: false)?.percentEncodedPath ?? url.path
        return (path.isEmpty ? "/" : path) + (url.query.map { "?" + $0 } ?? "")
    }

    /// What the request's credential would show of itself in an answer.
    var secrets: [String] {
        let bearer = headers["Authorization"].map { $0.replacing("Bearer ", with: "") }
        let cookies = (headers["Cookie"] ?? "").split(separator: ";").map { cookie in
            cookie.split(separator: "=", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let sent = body.flatMap { try? JSONValue(parsing: $0) }.map(Cassette.secrets) ?? []
        return ([bearer] + cookies).compactMap(\.self).filter { $0.utf8.count >= 8 } + sent
    }
}

import Foundation
public import Tchavi

/// Recorded exchanges with a gateway, with their secrets redacted.
///
/// ```swift
/// // Once, against a real gateway:
/// configuration.transport = CassetteRecorder(to: "Fixtures/Gateway/support.json")
/// // Afterwards, without a network:
/// configuration.transport = try CassettePlayer("Fixtures/Gateway/support.json")
/// ```
public struct Cassette: Codable, Sendable, Hashable {
    /// A request and its response.
    public struct Exchange: Codable, Sendable, Hashable {
        /// The recorded parts of a request.
        public struct Request: Codable, Sendable, Hashable {
            /// The HTTP method.
            public var method: TransportMethod
            /// The path and query of the URL.
            public var target: String
            /// The body as JSON, or as a string if it is not JSON; `nil` if it is empty.
            public var body: JSONValue?
        }

        /// The recorded parts of a response.
        public struct Response: Codable, Sendable, Hashable {
            /// The HTTP status code.
            public var status: Int
            /// The header fields by their lowercased names.
            public var headers: [String: String]
            /// The body as JSON, or as a string if it is not JSON; `nil` if it is empty.
            public var body: JSONValue?
        }

        /// The request as it was sent, with its secrets redacted.
        public var request: Request
        /// The response as it was received, with its secrets redacted.
        public var response: Response
    }

    /// The version of the file format.
    private(set) var version = 1

    /// The exchanges, in the order in which their responses ended.
    public var exchanges: [Exchange] = []

    /// Creates an empty cassette.
    init() {}

    /// The members of JSON bodies that are redacted at any depth before a cassette is written.
    static let secretMembers: Set<String> = [
        "password", "currentPassword", "newPassword", "accessToken", "access_token", "refreshToken", "refresh_token",
        "token", "key", "apiKey", "api_key", "secret", "client_secret",
    ]

    /// Returns a body with its secrets redacted: JSON, or a string if the body is not JSON.
    static func redacted(_ data: Data, removing secrets: [String]) -> JSONValue? {
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
            var redactedMembers: [String: JSONValue] = [:]
            for (name, value) in members {
                let isSecret = secretMembers.contains(name) && value.string != nil
                redactedMembers[name] = isSecret ? .string(Secret.placeholder) : redacted(value)
            }
            return .object(redactedMembers)
        default: return json
        }
    }

    /// The secrets in a body. Strings of less than eight bytes are left out, because they may occur by chance.
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

    /// Returns the bytes of a recorded body.
    static func data(_ body: JSONValue?) -> Data {
        switch body {
        case nil: Data()
        case .string(let text): Data(text.utf8)
        case .some(let json): json.serializedData()
        }
    }
}

extension TransportRequest {
    /// The path and query, as sent to the server.
    var target: String {
        let path = URLComponents(url: url, resolvingAgainstBaseURL: false)?.percentEncodedPath ?? url.path
        return (path.isEmpty ? "/" : path) + (url.query.map { "?" + $0 } ?? "")
    }

    /// The secrets that the request sends and a response may repeat: its credential, cookies and secret members.
    var secrets: [String] {
        let bearer = headers[.authorization].map { $0.replacing("Bearer ", with: "") }
        let cookies = (headers[.cookie] ?? "").split(separator: ";").map { cookie in
            cookie.split(separator: "=", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let sent = body.flatMap { try? JSONValue(parsing: $0) }.map(Cassette.secrets) ?? []
        return ([bearer] + cookies).compactMap(\.self).filter { $0.utf8.count >= 8 } + sent
    }
}

import Foundation
import Tchavi

/// Redacts requests and responses before they are written to a cassette, and requests before they are looked up in one.
///
/// What a member, query item, header field or cookie holds is redacted if its name says that it is a secret
/// (``SecretNames``); the secrets that the client has sent are redacted wherever they are repeated.
struct CassetteRedaction: Sendable {
    private let search: SecretSearch

    /// - Parameter secrets: The secrets to search for.
    init(_ secrets: some Sequence<String>) {
        search = SecretSearch(secrets)
    }

    /// The recorded form of a request.
    func redacted(_ request: TransportRequest) -> Cassette.Exchange.Request {
        Cassette.Exchange.Request(
            method: request.method,
            target: redactedItems(request.target),
            body: redactedBody(request.body ?? Data())
        )
    }

    /// The recorded form of a response's header fields.
    ///
    /// - Parameters:
    ///   - headers: The header fields.
    ///   - now: When the response was received.
    /// - Returns: The fields that do not describe the body on the wire, by their lower-case names.
    func redacted(_ headers: HeaderFields, now: Date) -> [String: String] {
        let wireFields: Set<HeaderFields.Name> = [
            .contentLength, "Content-Encoding", "Transfer-Encoding", "Connection",
        ]
        var redacted = headers.redacted.filter { !wireFields.contains(HeaderFields.Name($0.key)) }
            .mapValues { redactedItems($0) }
        let cookies = headers.fields.filter { $0.name.lowercased() == "set-cookie" }
        if !cookies.isEmpty {
            redacted["set-cookie"] = cookies.map { redactedCookies($0.value, now: now) }.joined(separator: ", ")
        }
        return redacted
    }

    /// Cookies with their names and attributes, so that a client that replays the cassette has them to refresh with. An
    /// expiry date in the future is left out, because it will have passed when the cassette is replayed.
    private func redactedCookies(_ value: String, now: Date) -> String {
        // Without a name, the whole is the value.
        guard value.prefix(while: { $0 != ";" }).contains("=") else { return Secret.placeholder }
        let values = value.replacing(/(^|,)([^=;,]+)=(.*?)(?=;|,[^=;,]+=|$)/) { match in
            "\(match.output.1)\(match.output.2)=\(match.output.3.isEmpty ? "" : Secret.placeholder)"
        }
        return values.replacing(/;\s*(?i:expires)\s*=\s*(\w{3}, [^;,]*)/) { match in
            HTTPDate.date(String(match.output.1)).map { $0 > now } ?? true ? "" : String(match.output.0)
        }
    }

    // MARK: Bodies

    /// Returns a body with its secrets redacted: JSON, or a string if the body is not JSON; `nil` if it is empty.
    func redactedBody(_ data: Data) -> JSONValue? {
        guard !data.isEmpty else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let json = try? JSONValue(parsing: text), json.string == nil else { return .string(redactedLines(text)) }
        return redacted(json)
    }

    private func redacted(_ json: JSONValue) -> JSONValue {
        switch json {
        case .null, .boolean: return json
        case .integer, .unsignedInteger, .double:
            let number = json.serialized()
            return search.redacted(number) == number ? json : .string(Secret.placeholder)
        case .string(let text): return .string(redactedText(text))
        case .array(let elements): return .array(elements.map(redacted))
        case .object(let members):
            var redactedMembers: [String: JSONValue] = [:]
            for (name, value) in members {
                let isText = name == "token" && members.isTokenOfText
                let isSecret = SecretNames.contains(name, with: value) && !isText
                redactedMembers[search.redacted(name)] = isSecret ? hidden(value, name) : redacted(value)
            }
            return .object(redactedMembers)
        }
    }

    /// The value of a member that holds a secret, or several.
    private func hidden(_ value: JSONValue, _ name: String) -> JSONValue {
        switch value {
        case .string(let text): .string(text.isEmpty ? "" : Secret.placeholder)
        case .array(let elements): .array(elements.map { hidden($0, name) })
        case .integer, .unsignedInteger, .double:
            SecretNames.containsNumber(name) ? .string(Secret.placeholder) : redacted(value)
        case .null, .boolean, .object: redacted(value)
        }
    }

    /// A string, which may hold JSON, as a tool call's arguments do, or be a URL.
    private func redactedText(_ text: String) -> String {
        let first = text.first { !$0.isWhitespace }
        if first == "{" || first == "[", let json = try? JSONValue(parsing: text) {
            let redacted = redacted(json)
            return redacted == json ? text : redacted.serialized()
        }
        return text.contains("://") ? redactedItems(text) : search.redacted(text)
    }

    // MARK: Text

    /// A text that is not JSON as a whole: a stream of events with JSON in their data, lines of JSON, or a form.
    private func redactedLines(_ text: String) -> String {
        if !text.contains(where: \.isWhitespace), text.contains("=") {
            return String(redactedItems("?" + text).dropFirst())
        }
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        var result = ""
        var index = 0
        while index < lines.count {
            // An event's data may stand on several lines.
            let data = lines[index...].prefix { $0.hasPrefix("data:") }
            let payload = data.map { $0.dropFirst("data:".count) }.joined(separator: "\n")
            let last: Substring
            if data.count > 1, let json = try? JSONValue(parsing: payload), redacted(json) != json {
                result += "data: " + redacted(json).serialized()
                last = lines[index + data.count - 1]
                index += data.count
            } else {
                last = lines[index]
                result += redactedLine(last)
                index += 1
            }
            if last.endIndex < text.endIndex { result.append(text[last.endIndex]) }
        }
        return result
    }

    private func redactedLine(_ line: Substring) -> String {
        guard line.hasPrefix("data:") else { return redactedText(String(line)) }
        let payload = line.dropFirst("data:".count)
        let space = payload.prefix { $0 == " " }
        return "data:\(space)\(redactedText(String(payload.dropFirst(space.count))))"
    }

    /// A URL, its path and query, or a text with URLs.
    private func redactedItems(_ text: String) -> String {
        let items = text.replacing(/([?&#;])([^=&#;?\s]+)=([^&#\s"<>]*)/) { match in
            let name = String(match.output.2)
            guard !match.output.3.isEmpty, SecretNames.containsItem(name.removingPercentEncoding ?? name) else {
                return String(match.output.0)
            }
            return "\(match.output.1)\(name)=\(Secret.placeholder)"
        }
        // A user's password in a URL.
        let users = items.replacing(/(:\/\/[^\/\s:@]*):([^\/\s@]+)@/) { "\($0.output.1):\(Secret.placeholder)@" }
        return search.redacted(users)
    }
}

extension [String: JSONValue] {
    /// Whether these are the members of a token with its log probability, whose `token` is text.
    fileprivate var isTokenOfText: Bool { self["logprob"] != nil && self["token"]?.string != nil }
}

extension TransportRequest {
    /// The path and query, as sent to the server.
    var target: String {
        let path = URLComponents(url: url, resolvingAgainstBaseURL: false)?.percentEncodedPath ?? url.path
        return (path.isEmpty ? "/" : path) + (url.query.map { "?" + $0 } ?? "")
    }

    /// The secrets that the request sends and its response may repeat.
    var secrets: [String] {
        let items = URLComponents(url: url, resolvingAgainstBaseURL: false)?.queryItems ?? []
        let query = items.compactMap { SecretNames.containsItem($0.name) ? $0.value : nil }
        let members = body.flatMap { try? JSONValue(parsing: $0) }.map(Self.secrets) ?? []
        return headers.secrets + query + members
    }

    private static func secrets(in json: JSONValue) -> [String] {
        switch json {
        case .array(let elements): elements.flatMap(secrets)
        case .object(let members):
            members.flatMap { name, value in
                SecretNames.contains(name, with: value) ? secrets(in: value, of: name) : secrets(in: value)
            }
        default: []
        }
    }

    /// The secrets in the value of a member that holds them.
    private static func secrets(in value: JSONValue, of name: String) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap { secrets(in: $0, of: name) }
        case .integer, .unsignedInteger, .double: SecretNames.containsNumber(name) ? [value.serialized()] : []
        case .null, .boolean, .object: secrets(in: value)
        }
    }
}

package import Foundation

/// An absolute URL in which `{name}` stands for a value: in the path for one segment or a part of one, in the query for a
/// component.
///
/// Values change neither the scheme, host and port nor the number of the path's segments.
package struct URLTemplate: Sendable {
    private struct Placeholder {
        /// The text between the previous placeholder and this one.
        let prefix: String
        let name: String
        let component: URLComponentKind
    }

    /// How often a server and the proxies in front of it may decode a path.
    private static let maximumDecodings = 4

    /// Everything before the path.
    private let origin: String
    private let placeholders: [Placeholder]
    private let suffix: String
    /// The names of the query's components that the template sets itself.
    private let queryNames: Set<String>

    /// The names of the placeholders.
    package var names: Set<String> { Set(placeholders.map(\.name)) }

    /// Creates a template.
    ///
    /// - Parameters:
    ///   - text: The template.
    ///   - allowsInsecureHTTP: Whether it may be an http URL whose host is not this computer.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/invalidRequest``.
    package init(_ text: String, allowsInsecureHTTP: Bool) throws(TchaviError) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("\\"), !text.contains("#") else {
            throw Self.invalid(text, "has a character that a URL does not have, or a fragment", "Percent-encode it.")
        }
        let authority = text.range(of: "://")?.upperBound ?? text.endIndex
        let end = text[authority...].firstIndex { "/?".contains($0) } ?? text.endIndex
        origin = String(text[..<end])
        guard !origin.contains("{"), !origin.contains("}"), !origin.contains("@") else {
            throw Self.invalid(
                text,
                "has a placeholder or a user before the path",
                "Write scheme, host and port out, send credentials in a header, and begin the path with a slash."
            )
        }
        (placeholders, suffix) = try Self.parse(text, from: end)
        queryNames = Set(
            text[end...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().joined()
                .split(separator: "&").compactMap { $0.prefix { $0 != "=" }.removingPercentEncoding }
        )

        let sample: URL
        do {
            sample = try url(Dictionary(names.map { ($0, "x") }) { $1 })
        } catch {
            throw Self.invalid(text, "is not a valid URL, or has dot segments", "Check it.")
        }
        let scheme = sample.scheme?.lowercased()
        guard scheme == "https" || scheme == "http", let host = sample.host, !host.isEmpty else {
            throw Self.invalid(text, "is not an http or https URL with a host", "Check it.")
        }
        guard scheme == "https" || allowsInsecureHTTP || BaseURL.isLoopback(host) else {
            throw Self.invalid(text, "would be called over plain http", "Use https, or set allowsInsecureHTTP.")
        }
    }

    private static func parse(
        _ text: String,
        from start: String.Index
    ) throws(TchaviError) -> (placeholders: [Placeholder], suffix: String) {
        var placeholders: [Placeholder] = []
        var rest = text[start...]
        var component = URLComponentKind.pathSegment
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let prefix = rest[..<open]
            let name = rest[open...].dropFirst().prefix { $0 != "}" }
            guard !prefix.contains("}"), !name.isEmpty, !name.contains(where: { "{/?&=".contains($0) }) else { break }
            if prefix.contains("?") { component = .query }
            placeholders.append(Placeholder(prefix: String(prefix), name: String(name), component: component))
            rest = rest[rest.index(after: close)...]
        }
        guard !rest.contains("{"), !rest.contains("}") else {
            throw invalid(text, "has a placeholder that is not a name in braces", "Write it as {name}.")
        }
        return (placeholders, String(rest))
    }

    /// Returns the URL with values in place of the placeholders.
    ///
    /// - Parameters:
    ///   - values: The values by the names of the placeholders.
    ///   - query: Components to add to the query.
    /// - Returns: The URL.
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/invalidRequest``, with a message that names the argument and
    ///   nothing of the template but its placeholders.
    package func url(_ values: [String: String], query: [(name: String, value: String)] = []) throws(TchaviError) -> URL
    {
        var text = origin
        for placeholder in placeholders {
            guard let value = values[placeholder.name] else {
                throw TchaviError(.invalidRequest, "The argument `\(placeholder.name)` is missing.")
            }
            guard placeholder.component == .query || !value.isEmpty else {
                throw TchaviError(.invalidRequest, "The argument `\(placeholder.name)` is empty.")
            }
            text += placeholder.prefix + value.percentEncoded(keeping: placeholder.component)
        }
        text += suffix
        guard !Self.hasDotSegment(text.dropFirst(origin.count).prefix { $0 != "?" }) else {
            let names = placeholders.filter { $0.component == .pathSegment }.map { "`\($0.name)`" }
            throw TchaviError(
                .invalidRequest,
                "The argument \(names.joined(separator: " or ")) has a `.` or `..` where a path has its segments."
            )
        }
        for item in query {
            guard !queryNames.contains(item.name) else {
                throw TchaviError(.invalidRequest, "The argument `\(item.name)` is not allowed.")
            }
            text += text.contains("?") ? "&" : "?"
            text += "\(item.name.percentEncoded(keeping: .query))=\(item.value.percentEncoded(keeping: .query))"
        }
        guard let url = URL(string: text) else {
            throw TchaviError(.invalidRequest, "The arguments do not result in a valid URL.")
        }
        return url
    }

    /// Whether a path has a segment `.` or `..`, also for a server that decodes the path more than once, takes a backslash for
    /// a slash, or ignores what follows a semicolon, a question mark, a number sign, white space or a control character.
    private static func hasDotSegment(_ path: Substring) -> Bool {
        var path = String(path)
        for _ in 0...maximumDecodings {
            let segments = path.utf8.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
            let dots: [Substring.UTF8View] = [Substring(".").utf8, Substring("..").utf8]
            for segment in segments {
                let name = segment.prefix { $0 > UInt8(ascii: " ") && !";?#".utf8.contains($0) }
                if dots.contains(where: { $0.elementsEqual(name) }) { return true }
            }
            path = path.percentDecodedASCII
        }
        return false
    }

    private static func invalid(_ text: String, _ reason: String, _ advice: String) -> TchaviError {
        // What precedes an @ and what follows a question mark may hold a secret.
        let shown = text.contains("@") ? Secret.placeholder : String(text.prefix { $0 != "?" })
        return TchaviError(.invalidRequest, "The URL template `\(shown)` \(reason).", advice: advice)
    }
}

extension TransportRequest {
    /// Creates a request to a server other than the gateway: without the gateway's credential, headers and cookies.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - url: The URL.
    ///   - headers: The headers; without a `User-Agent`, the package's is added.
    ///   - body: The body, if there is one.
    ///   - maximumBytes: The largest response body that will be read.
    /// - Returns: The request.
    package static func external(
        _ method: TransportMethod,
        _ url: URL,
        headers: HeaderFields,
        body: Data?,
        maximumBytes: Int
    ) -> TransportRequest {
        var headers = headers
        if headers[.userAgent] == nil { headers[.userAgent] = TchaviClient.userAgent }
        return TransportRequest(
            method: method,
            url: url,
            headers: headers,
            body: body,
            maximumBufferedBytes: max(maximumBytes, 1 << 20)
        )
    }
}

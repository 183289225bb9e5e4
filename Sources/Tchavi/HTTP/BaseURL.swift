package import Foundation

/// The gateway's URL, checked, without what every path brings itself (`/v1`, a slash at the end).
struct BaseURL: Sendable {
    private let text: String

    /// Stands for a string that is not a URL, so that the first call reports it.
    static var invalid: URL {
        var components = URLComponents()
        components.scheme = "about"
        components.path = "invalid"
        return components.url ?? URL(fileURLWithPath: "/")
    }

    init(_ url: URL, allowsInsecureHTTP: Bool) throws(TchaviError) {
        guard url != Self.invalid else {
            // The string is not repeated: it may contain a password.
            throw TchaviError(
                .invalidRequest,
                "The base URL is not a valid URL.",
                advice: "Set it to something like https://gateway.example."
            )
        }
        let scheme = url.scheme?.lowercased()
        guard scheme == "https" || scheme == "http", let host = url.host, !host.isEmpty else {
            throw TchaviError(
                .invalidRequest,
                "The base URL `\(url.withoutCredentials)` is not an http or https URL with a host.",
                advice: "Set baseURL or TCHAVI_BASE_URL to something like https://gateway.example."
            )
        }
        guard scheme == "https" || allowsInsecureHTTP || Self.isLoopback(host) else {
            throw TchaviError(
                .invalidRequest,
                "The base URL `\(url.withoutCredentials)` would send the key over plain http.",
                advice: "Use https, or set allowsInsecureHTTP (TCHAVI_ALLOW_INSECURE_HTTP=1) if the network is trusted."
            )
        }
        guard url.query == nil, url.fragment == nil, url.user == nil, url.password == nil else {
            throw TchaviError(
                .invalidRequest,
                "The base URL `\(url.withoutCredentials)` has a user, a query or a fragment.",
                advice: "Set the credential with `.apiKey(…)`, and remove those from the base URL."
            )
        }
        var text = url.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        if text.hasSuffix("/v1") { text.removeLast(3) }
        self.text = text
    }

    func url(path: String, query: [(name: String, value: String)]) throws(TchaviError) -> URL {
        let query = query.map {
            "\($0.name.percentEncoded(keeping: .query))=\($0.value.percentEncoded(keeping: .query))"
        }
        let separator = path.hasPrefix("/") ? "" : "/"
        let text = text + separator + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        guard let url = URL(string: text) else {
            throw TchaviError(
                .invalidRequest,
                "`\(text)` is not a valid URL.",
                advice: "Check the base URL and the path."
            )
        }
        return url
    }

    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension URL {
    /// The port, also where it is the scheme's default.
    var effectivePort: Int { port ?? defaultPort }

    private var defaultPort: Int { scheme?.lowercased() == "https" ? 443 : 80 }

    /// The host, with the port where it is not the scheme's default; empty without a host.
    var hostAndPort: String {
        guard let host, !host.isEmpty else { return "" }
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return effectivePort == defaultPort ? name : "\(name):\(effectivePort)"
    }

    /// The scheme, host and port; `nil` without a scheme or host.
    var origin: String? {
        guard let scheme, !hostAndPort.isEmpty else { return nil }
        return "\(scheme.lowercased())://\(hostAndPort)"
    }

    /// The URL for a message: without what may hold a secret.
    package var withoutCredentials: String {
        guard var components = URLComponents(url: self, resolvingAgainstBaseURL: false) else {
            return Secret.placeholder
        }
        components.user = nil
        components.password = nil
        components.query = nil
        components.fragment = nil
        return components.string ?? Secret.placeholder
    }
}

import Foundation

/// The proxy that libcurl, and so `URLSession` on Linux, uses because of the environment, whatever the session says.
enum EnvironmentProxy {
    /// Refuses a request that a proxy would receive although it is meant for this computer, with its credential in plain
    /// text.
    ///
    /// - Parameters:
    ///   - url: The request's URL.
    ///   - variable: Returns an environment variable.
    /// - Returns: The error of the request; `nil` if no proxy receives it.
    static func refusal(
        of url: URL,
        environment variable: (String) -> String? = { getenv($0).map { String(cString: $0) } }
    ) -> TchaviError? {
        guard url.scheme?.lowercased() == "http", let host = url.host, BaseURL.isLoopback(host) else { return nil }
        // For plain http, libcurl ignores HTTP_PROXY in capital letters.
        let names = ["http_proxy", "all_proxy", "ALL_PROXY"]
        guard let name = names.first(where: { variable($0)?.isEmpty == false }) else { return nil }
        let exceptions = variable("no_proxy") ?? variable("NO_PROXY") ?? ""
        guard !isExcepted(host.lowercased(), by: exceptions.lowercased()) else { return nil }
        return TchaviError(
            .invalidRequest,
            "\(name) is set, so that a proxy would receive the request to \(host), with its credential.",
            advice: "Add \(host) to no_proxy, or use a transport that reads no environment variables."
        )
    }

    /// Whether a list such as `localhost,.example.org` excepts a host. Address ranges are not understood.
    private static func isExcepted(_ host: String, by list: String) -> Bool {
        let host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        return list.split { $0 == "," || $0 == " " }.contains { entry in
            let domain = entry.trimmingCharacters(in: CharacterSet(charactersIn: ".[]"))
            return entry == "*" || host == domain || !domain.isEmpty && host.hasSuffix("." + domain)
        }
    }
}

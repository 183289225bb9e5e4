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
        // For plain http, libcurl ignores HTTP_PROXY in capital letters. A variable that is empty counts as not set.
        func value(_ names: String...) -> (name: String, value: String)? {
            names.compactMap { name in variable(name).map { (name, $0) } }.first { !$0.1.isEmpty }
        }
        guard let (name, _) = value("http_proxy", "all_proxy", "ALL_PROXY") else { return nil }
        let exceptions = value("no_proxy", "NO_PROXY")?.value ?? ""
        guard !isExcepted(host.lowercased(), by: exceptions.lowercased()) else { return nil }
        return TchaviError(
            .invalidRequest,
            "\(name) is set, so that a proxy would receive the request to \(host), with its credential.",
            advice: "Add \(host) to no_proxy, or use a transport that reads no environment variables."
        )
    }

    /// Whether a list such as `localhost,.example.org` excepts a host, by the rules of libcurl, or by stricter ones: ranges
    /// of addresses are not understood.
    private static func isExcepted(_ host: String, by list: String) -> Bool {
        if list == "*" { return true }
        let host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        let isAddress = host.contains(":") || host.utf8.allSatisfy { $0 < 0x3A }
        return list.split { $0 == "," || $0 == " " }.contains { entry in
            let domain = entry.hasPrefix(".") ? entry.dropFirst() : entry
            return host == domain || !isAddress && !domain.isEmpty && host.hasSuffix("." + domain)
        }
    }
}

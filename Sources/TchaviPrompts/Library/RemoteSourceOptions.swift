public import Foundation
public import Tchavi

/// How a source fetches prompts from a server: limits, redirects and headers.
///
/// A source sends neither the gateway's credential nor its headers or cookies.
public struct RemoteSourceOptions: Sendable {
    /// Headers of every request, such as a token for a private store. A host to which the server redirects does not get them.
    public var headers = HeaderFields()
    /// The hosts to which the server may redirect, beside its own; none by default.
    public var redirectHosts: Set<String> = []
    /// Whether plain `http` is allowed to hosts other than loopback. `false` by default: over plain http, anybody on the way
    /// can change the prompts.
    public var allowsInsecureHTTP = false
    /// The limit on the time from a request to the end of its response; 30 s by default.
    public var timeout: Duration = .seconds(30)
    /// The largest response that is read, in bytes; 64 MiB by default.
    public var maximumBytes = 64 << 20
    /// The interval at which a library refreshes the source; 60 s by default, and `nil` only when it is asked to.
    public var refreshInterval: Duration? = .seconds(60)
    /// The transport that sends the requests.
    public var transport: any HTTPTransport = URLSessionTransport.shared
    /// The clock of the timeout.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// The current date, for dates in `Retry-After`.
    public var now: @Sendable () -> Date = { Date() }

    /// Creates the default options.
    public init() {}

    /// Fetches a document as a source does.
    ///
    /// - Parameter url: The URL of the document.
    /// - Returns: Its bytes.
    /// - Throws: `TchaviError` if it cannot be fetched; `CancellationError`.
    package func document(at url: URL) async throws -> Data { try await fetcher.get(url, headers: headers).body }

    var fetcher: DocumentFetcher {
        var fetcher = DocumentFetcher(
            transport: transport,
            timeout: timeout,
            maximumBytes: maximumBytes,
            clock: clock,
            now: now
        )
        fetcher.allowsInsecureHTTP = allowsInsecureHTTP
        fetcher.redirectHosts = redirectHosts
        return fetcher
    }
}

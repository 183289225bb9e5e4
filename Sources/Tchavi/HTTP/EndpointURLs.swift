import Foundation

/// The URLs of a client's calls. The base URL is checked once, and the URL of a call without parameters built once.
final class EndpointURLs: Sendable {
    /// How many URLs are kept; a program that creates endpoints as it goes must not fill the memory with them.
    private static let capacity = 64

    private let base: Result<BaseURL, TchaviError>
    private let replacements: [Endpoint: Endpoint]
    private let urls = Locked<[Endpoint: URL]>([:])

    init(_ configuration: TchaviClient.Configuration) {
        base = Result { () throws(TchaviError) in
            try BaseURL(configuration.baseURL, allowsInsecureHTTP: configuration.allowsInsecureHTTP)
        }
        replacements = configuration.endpoints
    }

    /// The method and URL of a call, at the endpoint that the configuration puts in place of the call's.
    func target(of call: HTTPPipeline.Call) throws(TchaviError) -> (method: TransportMethod, url: URL) {
        let base = try base.get()
        let endpoint = replacements.isEmpty ? call.endpoint : replacements[call.endpoint] ?? call.endpoint
        guard call.query.isEmpty, call.parameters.isEmpty else {
            return (endpoint.method, try base.url(path: endpoint.path(call.parameters), query: call.query))
        }
        if let url = urls.withLock({ $0[endpoint] }) { return (endpoint.method, url) }
        let url = try base.url(path: endpoint.path([:]), query: [])
        urls.withLock { urls in
            if urls.count < Self.capacity { urls[endpoint] = url }
        }
        return (endpoint.method, url)
    }
}

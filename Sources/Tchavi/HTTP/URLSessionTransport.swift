import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends requests through Foundation's `URLSession`, on every platform.
///
/// One session serves every request of a transport: no cache, no cookies, no redirect to another origin. On Linux it
/// has no back-pressure: what arrives faster than it is read waits in memory, up to
/// ``TchaviClient/Configuration/streamBufferBytes``. There, it also uses the proxy that `http_proxy` names; a request to
/// this computer that a proxy would receive is refused, unless `no_proxy` excepts it.
public final class URLSessionTransport: HTTPTransport {
    /// Which redirects are followed.
    public enum RedirectPolicy: Sendable {
        /// None: the redirect itself is the response.
        case none
        /// Those with the same scheme, host and port; on Linux only those that lead to a GET.
        case sameOrigin
    }

    /// The transport that clients use unless told otherwise.
    public static let shared = URLSessionTransport()

    private let delegate: URLSessionTransportDelegate
    private let session: URLSession
    private let queue: OperationQueue

    /// Opens a session of its own. A program needs few: each keeps its connections to itself.
    ///
    /// - Parameters:
    ///   - maximumConnectionsPerHost: How many requests to one host run at a time; a further one waits.
    ///   - redirects: Which redirects are followed.
    public init(maximumConnectionsPerHost: Int = 256, redirects: RedirectPolicy = .none) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCredentialStorage = nil
        configuration.httpMaximumConnectionsPerHost = maximumConnectionsPerHost
        // Deadlines are the client's own; the session's idle timer must never come first.
        configuration.timeoutIntervalForRequest = 7 * 86400
        delegate = URLSessionTransportDelegate(redirects: redirects)
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: queue)
    }

    /// How many requests are in progress, including those that were cancelled and have not ended yet.
    package var runningRequests: Int { delegate.runningRequests }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Sends a request and waits for the response headers.
    ///
    /// - Parameter request: The request, complete.
    /// - Returns: The response, its body to be read as it arrives.
    /// - Throws: `CancellationError`, or ``TchaviError`` of code ``TchaviError/Code/transport``.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        #if canImport(FoundationNetworking)
        if let refusal = EnvironmentProxy.refusal(of: request.url) { throw refusal }
        #endif
        var urlRequest = URLRequest(url: request.url)
        urlRequest.httpMethod = request.method.rawValue
        for (name, value) in request.headers.fields { urlRequest.addValue(value, forHTTPHeaderField: name) }
        urlRequest.httpBody = request.body
        urlRequest.timeoutInterval = 7 * 86400

        let task = session.dataTask(with: urlRequest)
        // Cancelling anywhere but on the delegate's queue, or after completion, traps on Linux.
        let exchange = URLSessionExchange(limit: request.maximumBufferedBytes) { [delegate, queue] in
            queue.addOperation { delegate.cancelIfRunning(task) }
        }
        delegate.register(exchange, for: task)
        let response = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchange.begin(continuation)
                task.resume()
                exchange.didResume()
            }
        } onCancel: {
            exchange.cancel()
        }
        exchange.synchronize()
        return response
    }
}

import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Passes what the session reports on to the exchange it belongs to. Tasks have no delegates of their own: on Linux
/// those are never called.
final class URLSessionTransportDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private let exchanges = Locked<[Int: URLSessionExchange]>([:])
    private let redirects: URLSessionTransport.RedirectPolicy

    init(redirects: URLSessionTransport.RedirectPolicy) {
        self.redirects = redirects
    }

    func register(_ exchange: URLSessionExchange, for task: URLSessionTask) {
        exchanges.withLock { $0[task.taskIdentifier] = exchange }
    }

    var runningRequests: Int { exchanges.withLock { $0.count } }

    private func exchange(of task: URLSessionTask) -> URLSessionExchange? {
        exchanges.withLock { $0[task.taskIdentifier] }
    }

    /// Called on the delegate's queue, where a task that is still in the table cannot complete meanwhile.
    func cancelIfRunning(_ task: URLSessionTask) {
        if exchange(of: task) != nil { task.cancel() }
    }

    func urlSession(
        _ session: URLSession,
        dataTask: URLSessionDataTask,
        didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse {
            var headers = HeaderFields()
            for (name, value) in response.allHeaderFields {
                if let name = name as? String, let value = value as? String { headers.add(name, value) }
            }
            exchange(of: dataTask)?.receive(status: response.statusCode, headers: headers)
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard let exchange = exchange(of: dataTask), !exchange.receive(data) else { return }
        cancelIfRunning(dataTask)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        exchange?.complete(error.map(Self.failure))
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        let isFollowed =
            switch redirects {
            case .none: false
            case .sameOrigin: Self.isSameOrigin(task.currentRequest?.url, request.url)
            }
        completionHandler(isFollowed ? request : nil)
    }

    /// Asked for when a kept-alive connection closed after it had read the request. To retry it is the client's
    /// decision, not the session's. On Linux this is called on a queue of the session's own, where to cancel a task,
    /// or only to ask for its state, deadlocks.
    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        needNewBodyStream completionHandler: @escaping @Sendable (InputStream?) -> Void
    ) {
        exchange(of: task)?.fail(with: .connectionLost("The connection closed after the request was sent."))
        completionHandler(nil)
        session.delegateQueue.addOperation { self.cancelIfRunning(task) }
    }

    private static func isSameOrigin(_ first: URL?, _ second: URL?) -> Bool {
        guard let first, let second else { return false }
        return first.scheme == second.scheme && first.host == second.host && first.effectivePort == second.effectivePort
    }

    private static func failure(_ error: any Error) -> TchaviError {
        let error = error as NSError
        let reason = "The network failed: \(error.localizedDescription) (\(error.domain) \(error.code))."
        guard error.domain == NSURLErrorDomain else { return .connectionLost(reason) }
        switch URLError.Code(rawValue: error.code) {
        case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet:
            return .couldNotConnect(reason)
        case .badURL, .unsupportedURL, .secureConnectionFailed, .serverCertificateUntrusted,
            .serverCertificateHasBadDate, .serverCertificateNotYetValid, .serverCertificateHasUnknownRoot:
            var failure = TchaviError(
                .transport,
                reason,
                advice: "Nothing was sent. Check the base URL, and the server's certificate."
            )
            failure.isRepeatable = false
            return failure
        default: return .connectionLost(reason)
        }
    }
}

extension URL {
    fileprivate var effectivePort: Int {
        port ?? (scheme?.lowercased() == "https" ? 443 : 80)
    }
}

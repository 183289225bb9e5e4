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
        exchange(of: dataTask)?.receive(response)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard let exchange = exchange(of: dataTask), !exchange.receive(data) else { return }
        cancelIfRunning(dataTask)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        if error == nil { exchange?.receive(task.response) }
        exchange?.complete(error.map { Self.failure($0, of: task) })
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
        #if canImport(FoundationNetworking)
        // Another method than GET would be sent without its body, and again if its connection closes.
        completionHandler(isFollowed && request.httpMethod == "GET" ? request : nil)
        #else
        completionHandler(isFollowed ? request : nil)
        #endif
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

    #if canImport(FoundationNetworking)
    /// Asked for when a 401 names an authentication scheme that the session knows, after its body has arrived. The 401
    /// is the response. On Linux, the default handling never completes the task, and no credential traps.
    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        let exchange = exchange(of: task)
        exchange?.receive(task.response)
        exchange?.complete(nil)
        completionHandler(.cancelAuthenticationChallenge, nil)
    }
    #endif

    private static func isSameOrigin(_ first: URL?, _ second: URL?) -> Bool {
        guard let first, let second else { return false }
        return first.scheme == second.scheme && first.host == second.host && first.effectivePort == second.effectivePort
    }

    private static func failure(_ error: any Error, of task: URLSessionTask) -> TchaviError {
        let error = error as NSError
        let reason = "The network failed: \(error.localizedDescription) (\(error.domain) \(error.code))."
        guard error.domain == NSURLErrorDomain, !isPossiblyReceived(task, error) else { return .connectionLost(reason) }
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

    /// Whether the server may have received the request.
    ///
    /// The error's code does not tell: once one address of a host has refused the connection, Foundation reports any
    /// later failure at another address as `cannotConnectToHost` on Linux, also after a response has begun.
    private static func isPossiblyReceived(_ task: URLSessionTask, _ error: NSError) -> Bool {
        if task.response != nil || task.countOfBytesSent > 0 { return true }
        #if canImport(FoundationNetworking)
        // A request without a body has no bytes that are counted. What is left is the message, which is libcurl's.
        let isConnectFailure = URLError.Code(rawValue: error.code) == .cannotConnectToHost
        let hasBody = task.originalRequest?.httpBody?.isEmpty == false
        return isConnectFailure && !hasBody && !error.localizedDescription.hasPrefix("Failed to connect")
        #else
        return false
        #endif
    }
}

extension URLSessionExchange {
    /// Receives a response, unless it is an interim one, such as 103 (Early Hints), or was received before.
    ///
    /// On Linux, a redirect without a usable location is known only once its task is complete, and has no body.
    fileprivate func receive(_ response: URLResponse?) {
        guard let response = response as? HTTPURLResponse, response.statusCode >= 200 else { return }
        var headers = HeaderFields()
        for (name, value) in response.allHeaderFields {
            if let name = name as? String, let value = value as? String { headers.add(name, value) }
        }
        receive(status: response.statusCode, headers: headers)
    }
}

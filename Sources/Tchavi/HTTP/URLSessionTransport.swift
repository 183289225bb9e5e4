import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends requests through Foundation's `URLSession`, on every platform.
///
/// One session serves every request of a transport: no cache, no cookies, no redirect to another origin. On Linux it
/// has no back-pressure: what arrives faster than it is read waits in memory, up to
/// ``TchaviClient/Configuration/streamBufferBytes``.
public final class URLSessionTransport: HTTPTransport {
    /// Which redirects are followed.
    public enum RedirectPolicy: Sendable {
        /// None: the redirect itself is the response.
        case none
        /// Those with the same scheme, host and port.
        case sameOrigin
    }

    /// The transport that clients use unless told otherwise.
    public static let shared = URLSessionTransport()

    private let delegate: SessionDelegate
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
        delegate = SessionDelegate(redirects: redirects)
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
        var urlRequest = URLRequest(url: request.url)
        urlRequest.httpMethod = request.method.rawValue
        for (name, value) in request.headers.fields { urlRequest.addValue(value, forHTTPHeaderField: name) }
        urlRequest.httpBody = request.body
        urlRequest.timeoutInterval = 7 * 86400

        let task = session.dataTask(with: urlRequest)
        // Cancelling anywhere but on the delegate's queue, or after completion, traps on Linux.
        let exchange = Exchange(limit: request.maximumBufferedBytes) { [delegate, queue] in
            queue.addOperation { delegate.cancelIfRunning(task) }
        }
        delegate.register(exchange, for: task)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchange.begin(continuation)
                task.resume()
                exchange.didResume()
            }
        } onCancel: {
            exchange.cancel()
        }
    }
}

/// One request in progress: who waits for the response headers, and where the body goes.
private final class Exchange: Sendable {
    private enum State {
        case idle
        case awaitingHeaders(CheckedContinuation<TransportResponse, any Error>)
        case receiving(TransportBody.Writer)
        case ended
    }

    private struct Guarded {
        var state = State.idle
        /// A task that was never resumed must not be cancelled.
        var isResumed = false
        /// Why the request is about to be cancelled, to be told instead of the cancellation.
        var failure: TchaviError?
    }

    private let guarded = Locked(Guarded())
    private let limit: Int
    private let endRequest: @Sendable () -> Void

    init(limit: Int, endRequest: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.endRequest = endRequest
    }

    func begin(_ continuation: CheckedContinuation<TransportResponse, any Error>) {
        let isCancelled = guarded.withLock { guarded in
            if case .ended = guarded.state { return true }
            guarded.state = .awaitingHeaders(continuation)
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    func didResume() {
        let isCancelled = guarded.withLock { guarded in
            guarded.isResumed = true
            if case .ended = guarded.state { return true }
            return false
        }
        if isCancelled { endRequest() }
    }

    func cancel() {
        let (continuation, isResumed) = guarded.withLock { guarded in
            switch guarded.state {
            case .awaitingHeaders(let continuation):
                guarded.state = .ended
                return (CheckedContinuation<TransportResponse, any Error>?.some(continuation), guarded.isResumed)
            case .idle:
                guarded.state = .ended
                return (nil, false)
            case .receiving, .ended:
                return (nil, false)
            }
        }
        continuation?.resume(throwing: CancellationError())
        if isResumed { endRequest() }
    }

    func receive(status: Int, headers: HeaderFields) {
        let continuation = guarded.withLock { guarded -> CheckedContinuation<TransportResponse, any Error>? in
            guard case .awaitingHeaders(let continuation) = guarded.state else { return nil }
            return continuation
        }
        guard let continuation else { return }
        let (body, writer) = TransportBody.buffered(limit: limit, onCancel: endRequest)
        let isCurrent = guarded.withLock { guarded in
            guard case .awaitingHeaders = guarded.state else { return false }
            guarded.state = .receiving(writer)
            return true
        }
        // Otherwise a cancellation came in between, and has resumed the continuation.
        if isCurrent { continuation.resume(returning: TransportResponse(status: status, headers: headers, body: body)) }
    }

    /// Whether the body takes more.
    func receive(_ data: Data) -> Bool {
        let writer = guarded.withLock { guarded -> TransportBody.Writer? in
            if case .receiving(let writer) = guarded.state { writer } else { nil }
        }
        return writer?.write(data) ?? false
    }

    func fail(with failure: TchaviError) {
        guarded.withLock { $0.failure = $0.failure ?? failure }
    }

    func complete(_ error: TchaviError?) {
        let (state, failure) = guarded.withLock { guarded in
            defer { guarded.state = .ended }
            return (guarded.state, guarded.failure ?? error)
        }
        switch state {
        case .awaitingHeaders(let continuation):
            continuation.resume(
                throwing: failure ?? .connectionLost("The connection closed before a response arrived.")
            )
        case .receiving(let writer): writer.finish(throwing: failure)
        case .idle, .ended: break
        }
    }
}

/// Passes what the session reports on to the exchange it belongs to. Tasks have no delegates of their own: on Linux
/// those are never called.
private final class SessionDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private let exchanges = Locked<[Int: Exchange]>([:])
    private let redirects: URLSessionTransport.RedirectPolicy

    init(redirects: URLSessionTransport.RedirectPolicy) {
        self.redirects = redirects
    }

    func register(_ exchange: Exchange, for task: URLSessionTask) {
        exchanges.withLock { $0[task.taskIdentifier] = exchange }
    }

    var runningRequests: Int { exchanges.withLock { $0.count } }

    private func exchange(of task: URLSessionTask) -> Exchange? {
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
    package var effectivePort: Int {
        port ?? (scheme?.lowercased() == "https" ? 443 : 80)
    }
}

/// Sends a request to a server and returns the response.
///
/// The package brings ``URLSessionTransport``. Write one of your own to use another HTTP library, or to respond without
/// a network. A transport sends one request once: retries, deadlines, credentials and the reading of errors are the
/// client's.
///
/// A conforming type
/// - returns when the response headers are there, its body still to come;
/// - skips interim responses, such as 103 (Early Hints);
/// - returns every other response with its status and body, also a 401 that asks for a password and a redirect without
///   a `Location` (of the latter, the body may be missing);
/// - follows no redirect to another origin;
/// - throws `CancellationError` promptly when the task is cancelled, also while it waits for the headers, and ends the
///   request when the body's iterator is dropped;
/// - throws ``TchaviError/couldNotConnect(_:)`` if the server was never reached, and a ``TchaviError`` of code
///   ``TchaviError/Code/transport`` for any other failure of the network.
public protocol HTTPTransport: Sendable {
    /// Sends a request and waits for the response headers.
    ///
    /// - Parameter request: The request, complete.
    /// - Returns: The response, its body to be read as it arrives.
    /// - Throws: `CancellationError`, or ``TchaviError`` of code ``TchaviError/Code/transport``.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

extension TchaviError {
    /// The server was never reached, so that a retry repeats no work.
    ///
    /// - Parameter reason: Why, in one sentence.
    /// - Returns: An error of code ``Code/transport`` that retry policies may act upon.
    public static func couldNotConnect(_ reason: String) -> TchaviError {
        var error = TchaviError(.transport, reason, advice: connectAdvice)
        error.isConnectFailure = true
        return error
    }

    /// What a client replaces by an advice that names its base URL, unless the transport has given one of its own.
    static let connectAdvice = "Check the base URL, and that the gateway runs and can be reached from here."

    /// The connection was lost after the request may have reached the server.
    ///
    /// - Parameter reason: Why, in one sentence.
    /// - Returns: An error of code ``Code/transport`` that is not retried unless the gateway honours idempotency keys.
    public static func connectionLost(_ reason: String) -> TchaviError {
        TchaviError(
            .transport,
            reason,
            advice: "The request may have been carried out: look at the usage history before you retry it."
        )
    }

    /// A response that is larger than what the client accepts.
    package static func tooLarge(_ limit: Int, _ setting: String) -> TchaviError {
        var error = TchaviError(
            .transport,
            "The response is larger than the \(limit) bytes that \(setting) allows.",
            advice: "Raise \(setting) if responses of this size are expected."
        )
        error.isRepeatable = false
        return error
    }
}

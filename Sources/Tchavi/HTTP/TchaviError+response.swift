import Foundation

extension TchaviError {
    /// A response that is JSON, but not of the shape that the call promises.
    package static func unreadable(_ error: JSONError, as expectation: String) -> TchaviError {
        TchaviError(
            .decoding,
            "The response cannot be read as \(expectation): \(error.description).",
            advice: "Check that the base URL is a gateway's."
        )
    }

    /// The error itself, or what stands for an error of a transport's own type.
    static func transportFailure(_ error: any Error) -> TchaviError {
        error as? TchaviError ?? .connectionLost("The transport failed: \(error)")
    }

    /// The error with the headers of the response that it is about, redacted, and the request id among them.
    func attributed(to headers: HeaderFields) -> TchaviError {
        var error = self
        error.headers = headers.redacted
        error.requestID = headers.requestID
        return error
    }

    /// The error with the base URL in its advice, if the server was never reached.
    func naming(_ baseURL: URL) -> TchaviError {
        guard isConnectFailure, advice == Self.connectAdvice, let origin = baseURL.origin else { return self }
        var error = self
        error.advice =
            origin == TchaviClient.Configuration.defaultBaseURL.origin
            ? "\(origin) is the default base URL: start a gateway there, or set the URL of yours with `baseURL` or "
                + "TCHAVI_BASE_URL."
            : "Check the base URL \(origin), and that the gateway runs and can be reached from here."
        return error
    }

    /// The error without a credential that a server echoed.
    func redacting(_ secret: String) -> TchaviError {
        guard !secret.isEmpty else { return self }
        let redaction = SecretRedaction([secret], minimumBytes: 1)
        var error = self
        error.requestID = requestID.map { redaction.redacted($0) }
        error.message = redaction.redacted(message)
        error.errorCode = errorCode.map { redaction.redacted($0) }
        error.body = body.map { redaction.redacted($0) }
        error.headers = headers.mapValues { redaction.redacted($0) }
        error.details = details.map { redaction.redacted($0) }
        return error
    }
}

extension HeaderFields {
    /// The server's id of the request.
    var requestID: String? { self[.requestID] ?? self["request-id"] }
}

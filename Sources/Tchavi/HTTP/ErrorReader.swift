import Foundation

/// Reads the gateway's errors, and those of OpenAI-like servers, from a response's status, headers and body.
enum ErrorReader {
    static let maximumBodyBytes = 4096
    private static let redirects: Set<Int> = [301, 302, 303, 307, 308]
    private static let noMessage = "The server reported an error without a message."

    /// The error of a response whose status is not a success.
    static func error(status: Int, headers: HeaderFields, body: Data, now: Date) async -> TchaviError {
        var error = await LargeData.process(body, bytes: body.count) { body in
            let json = try? JSONValue(parsing: body)
            return json.flatMap { reported(in: $0, status: status) } ?? unread(status: status, body: body)
        }
        error = error.attributed(to: headers)
        error.retryAfter = RetryAfter.duration(headers, now: now)
        error.advice = advice(error)
        if redirects.contains(status), headers["Location"].flatMap({ URL(string: $0) }) == nil {
            error.advice = "The server redirects without saying where to: check the base URL and the path."
        }
        return error
    }

    /// The error that a JSON value reports, if it does: also in a response of status 200, or in a stream's event.
    static func reported(in json: JSONValue, status: Int?) -> TchaviError? {
        guard case .object(let members) = json, let reported = members["error"], !reported.isNull else { return nil }
        // In a response that is no error by its status, the member may be anything.
        let isErrorByStatus = status.map { $0 >= 300 } ?? false
        switch reported {
        case .object(let error) where isErrorByStatus || isError(error): return openAI(error, status: status)
        case .string(let name) where isErrorByStatus || !name.isEmpty: return tchavi(name, members, status: status)
        default: return nil
        }
    }

    /// The error that a stream's event reports as text.
    static func reported(text: String) -> TchaviError {
        var error = TchaviError(.api, text.isEmpty ? noMessage : text)
        error.advice = advice(error)
        return error
    }

    /// `{error, message, statusCode, details?}`.
    private static func tchavi(_ name: String, _ members: [String: JSONValue], status: Int?) -> TchaviError {
        let status = status.flatMap { $0 >= 300 ? $0 : nil } ?? members["statusCode"]?.integer ?? status
        var error = TchaviError(code(status), members["message"]?.string ?? name, statusCode: status)
        error.errorCode = name
        error.details = members["details"]
        if error.code == .insufficientCredits {
            error.creditsRemaining =
                ["creditsRemaining", "credits_remaining"].lazy
                .compactMap { members[$0] ?? members["details"]?[$0] }
                .compactMap { Decimal(scalar: $0) }
                .first
        }
        error.advice = advice(error)
        return error
    }

    /// Whether an object describes an error: it has a message, or says of which kind the error is.
    private static func isError(_ members: [String: JSONValue]) -> Bool {
        if let message = members["message"]?.string, !message.isEmpty { return true }
        return ["code", "type"].contains { members[$0].map { !$0.isNull } ?? false }
    }

    /// `{error: {message, type, param, code}}`.
    private static func openAI(_ members: [String: JSONValue], status: Int?) -> TchaviError {
        let numeric = members["code"]?.integer.flatMap { (400...599).contains($0) ? $0 : nil }
        let status = status.flatMap { $0 >= 300 ? $0 : nil } ?? numeric ?? status
        let message = members["message"]?.string ?? noMessage
        var error = TchaviError(code(status), message, statusCode: status)
        error.errorCode = members["code"]?.string ?? members["type"]?.string
        let rest = members.filter { $0.key != "message" && $0.value != .null }
        error.details = rest.isEmpty ? nil : .object(rest)
        error.advice = advice(error)
        return error
    }

    private static func unread(status: Int, body: Data) -> TchaviError {
        var error = TchaviError(code(status), "The server responded with status \(status).", statusCode: status)
        error.body = text(body)
        return error
    }

    /// The beginning of a body, with room for what is redacted in it before it is truncated.
    static func text(_ body: Data) -> String { String(decoding: body.prefix(2 * maximumBodyBytes), as: UTF8.self) }

    /// Removes the beginning of a secret from the end of a text that was cut, where a whole one would be redacted.
    static func withoutCutSecret(_ text: String, _ secrets: [String]) -> String {
        guard text.utf8.count >= 2 * maximumBodyBytes else { return text }
        let bytes = Array(text.utf8)
        let length = secrets.map { Array($0.utf8) }.map { secret in
            (1..<max(secret.count, 1)).last { bytes.suffix($0).elementsEqual(secret.prefix($0)) } ?? 0
        }
        return String(decoding: bytes.dropLast(length.max() ?? 0), as: UTF8.self)
    }

    /// The beginning of a body or message, as an error keeps it.
    static func truncated(_ text: String) -> String {
        String(decoding: text.utf8.prefix(maximumBodyBytes), as: UTF8.self)
    }

    private static func code(_ status: Int?) -> TchaviError.Code {
        switch status {
        case 401: .authentication
        case 402: .insufficientCredits
        case 429: .rateLimited
        default: .api
        }
    }

    private static func advice(_ error: TchaviError) -> String? {
        switch error.statusCode {
        case 401: return "Check the API key and that it belongs to this gateway (TCHAVI_API_KEY, TCHAVI_BASE_URL)."
        case 402: return "Buy credits, or choose a cheaper model or a smaller max_tokens."
        case 403: return "The key may not use this endpoint or address: see its allowed endpoints and IPs."
        case 404: return "Check the base URL, the model's name and the id."
        case 429:
            guard let wait = error.retryAfter, wait > .zero else {
                return "Send fewer requests at a time, or raise the key's limit."
            }
            return "Wait \(Int(min(wait.seconds, 1e9).rounded(.up))) s, then try again."
        case .some(300..<400):
            return "Redirects are not followed, so that the key stays here: set the base URL that it leads to."
        case 408, 409, 425: return "Try again later."
        case .some(400..<500): return "Correct the request: the gateway will refuse it again."
        case .some(500...):
            return
                "The fault is the gateway's. The request may have been carried out: look at the usage history before "
                + "you send it again."
        default:
            return "The server reported this in a successful response or a stream: what it has generated by then may "
                + "have been charged."
        }
    }
}

import Foundation
public import Tchavi

/// Replays recorded responses, without a network.
///
/// A request is answered by the first unused exchange with the same method, path, query and body. Each exchange is used
/// once. If no exchange matches, the error says how the request differs from the next unused exchange.
///
/// Secrets are redacted in the request before it is looked up, so a client with any credential of the same kind can
/// replay a cassette, also one that logs in and refreshes its session: the tokens and cookies that it gets are
/// placeholders. Such a token is treated as valid for 15 minutes, so a refresh is replayed where a 401 was recorded
/// before it, and not where the client refreshed because the token was about to expire.
public final class CassettePlayer: HTTPTransport {
    private let unused: Locked<[Cassette.Exchange]>
    /// The credentials sent so far, which were redacted in later requests too.
    private let credentials = Locked<Set<String>>([])

    /// Creates a player from a recorded file.
    ///
    /// - Parameter path: The path of the file.
    /// - Throws: `JSONError` if the file is not a valid cassette, or the system's error if it cannot be read.
    public convenience init(_ path: String) throws {
        let json = try JSONValue(parsing: try Data(contentsOf: URL(fileURLWithPath: path)))
        self.init(try json.decoded(as: Cassette.self))
    }

    /// Creates a player from a cassette in memory.
    ///
    /// - Parameter cassette: The cassette to replay.
    public init(_ cassette: Cassette) {
        unused = Locked(cassette.exchanges)
    }

    /// The number of exchanges that have not been used yet. A test that is meant to make every recorded call ends with
    /// `#expect(player.remaining == 0)`.
    public var remaining: Int { unused.withLock { $0.count } }

    /// Returns the recorded response to a request.
    ///
    /// - Parameter request: The request to look up.
    /// - Returns: The response of the first matching exchange.
    /// - Throws: `TchaviError` with the code `invalidRequest` if no unused exchange matches; `CancellationError`.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        let credentials = credentials.withLock { credentials in
            credentials.formUnion(request.headers.secrets)
            return credentials
        }
        let sent = CassetteRedaction(credentials.union(request.secrets)).redacted(request)
        let exchange = unused.withLock { unused -> Cassette.Exchange? in
            let index = unused.firstIndex { $0.request == sent }
            return index.map { unused.remove(at: $0) }
        }
        guard let exchange else { throw mismatch(sent) }
        var headers = HeaderFields()
        for (name, value) in exchange.response.headers.sorted(by: { $0.key < $1.key }) { headers.add(name, value) }
        let data = Cassette.data(exchange.response.body)
        return TransportResponse(status: exchange.response.status, headers: headers, body: TransportBody(data))
    }

    private func mismatch(_ sent: Cassette.Exchange.Request) -> TchaviError {
        let call = "\(sent.method) \(sent.target)"
        guard let next = unused.withLock({ $0.first?.request }) else {
            return TchaviError(
                .invalidRequest,
                "The cassette has no exchange left for \(call): all of them have been used.",
                advice: "Record the cassette again with this call."
            )
        }
        var differences: [String] = []
        if next.method != sent.method || next.target != sent.target {
            differences.append("the next recorded request is \(next.method) \(next.target)")
        } else {
            Self.compare(next.body ?? .null, sent.body ?? .null, at: "$", &differences)
        }
        return TchaviError(
            .invalidRequest,
            "No recorded exchange matches \(call): \(differences.prefix(5).joined(separator: "; ")).",
            advice: "Record the cassette again if the call has changed on purpose."
        )
    }

    private static func compare(_ recorded: JSONValue, _ sent: JSONValue, at path: String, _ found: inout [String]) {
        switch (recorded, sent) {
        case (.object(let recorded), .object(let sent)):
            for name in Set(recorded.keys).union(sent.keys).sorted() {
                compare(recorded[name] ?? .null, sent[name] ?? .null, at: "\(path).\(name)", &found)
            }
        case (.array(let recorded), .array(let sent)) where recorded.count == sent.count:
            for index in recorded.indices { compare(recorded[index], sent[index], at: "\(path)[\(index)]", &found) }
        case _ where recorded == sent: return
        default: found.append("at \(path), \(short(recorded)) was recorded and \(short(sent)) was sent")
        }
    }

    private static func short(_ json: JSONValue) -> String {
        let text = json.serialized()
        return text.count > 60 ? text.prefix(60) + "…" : text
    }
}

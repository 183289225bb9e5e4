import Foundation
public import Tchavi

/// Answers from a recording, without a network.
///
/// Each exchange answers once: the first that was not used yet whose method, target and body are those of the request.
/// Where none is, the error says how the request differs from the next one on the recording.
public final class CassettePlayer: HTTPTransport {
    private let unused: Locked<[Cassette.Exchange]>

    /// Reads a recording.
    ///
    /// - Parameter path: The file.
    /// - Throws: `JSONError` where it is no recording, or the system's error where it cannot be read.
    public convenience init(_ path: String) throws {
        let json = try JSONValue(parsing: try Data(contentsOf: URL(fileURLWithPath: path)))
        self.init(try json.decoded(as: Cassette.self))
    }

    /// Plays a recording that is at hand.
    ///
    /// - Parameter cassette: The recording.
    public init(_ cassette: Cassette) {
        unused = Locked(cassette.exchanges)
    }

    /// How many exchanges were not used yet.
    public var remaining: Int { unused.withLock { $0.count } }

    /// Answers a request from the recording.
    ///
    /// - Parameter request: The request.
    /// - Returns: The recorded answer.
    /// - Throws: `TchaviError` of code `invalidRequest` where the recording has no such request; `CancellationError`.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        let body = Cassette.kept(request.body ?? Data(), striking: request.secrets)
        let exchange = unused.withLock { unused -> Cassette.Exchange? in
            let index = unused.firstIndex {
                let recorded = $0.request
                return recorded.method == request.method && recorded.target == request.target && recorded.body == body
            }
            return index.map { unused.remove(at: $0) }
        }
        guard let exchange else { throw mismatch(request, body) }
        var headers = HeaderFields()
        for (name, value) in exchange.response.headers.sorted(by: { $0.key < $1.key }) { headers.add(name, value) }
        let data = Cassette.data(exchange.response.body)
        return TransportResponse(status: exchange.response.status, headers: headers, body: TransportBody(data))
    }

    private func mismatch(_ request: TransportRequest, _ body: JSONValue?) -> TchaviError {
        let call = "\(request.method) \(request.target)"
        guard let next = unused.withLock({ $0.first?.request }) else {
            return TchaviError(
                .invalidRequest,
                "The recording is used up, and \(call) is asked for.",
                advice: "Record again."
            )
        }
        var differences: [String] = []
        if next.method != request.method || next.target != request.target {
            differences.append("\(next.method) \(next.target) was recorded")
        } else {
            Self.compare(next.body ?? .null, body ?? .null, at: "$", &differences)
        }
        return TchaviError(
            .invalidRequest,
            "The recording has no such call as \(call): \(differences.prefix(5).joined(separator: "; ")).",
            advice: "Record again if the call is meant to differ."
        )
    }

    private static func compare(_ recorded: JSONValue, _ given: JSONValue, at path: String, _ found: inout [String]) {
        switch (recorded, given) {
        case (.object(let recorded), .object(let given)):
            for name in Set(recorded.keys).union(given.keys).sorted() {
                compare(recorded[name] ?? .null, given[name] ?? .null, at: "\(path).\(name)", &found)
            }
        case (.array(let recorded), .array(let given)) where recorded.count == given.count:
            for index in recorded.indices { compare(recorded[index], given[index], at: "\(path)[\(index)]", &found) }
        case _ where recorded == given: return
        default: found.append("at \(path) \(short(recorded)) was recorded, \(short(given)) is given")
        }
    }

    private static func short(_ json: JSONValue) -> String {
        let text = json.serialized()
        return text.count > 60 ? text.prefix(60) + "…" : text
    }
}

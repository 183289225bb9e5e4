import Foundation
import Synchronization
import Tchavi
import TchaviTesting

/// A call as the server sees it. A header field, which also a request without a body has, says what the server is to do.
struct ReceivedCall {
    let number: Int
    /// `nil` for a call that is to be answered properly.
    let fault: Fault?
    /// Whether the server is to announce that it closes the connection after a proper response.
    let closes: Bool
    let kind: CallKind

    var type: String { kind == .stream ? Response.streamType : Response.jsonType }

    /// The header fields of a call.
    static func headers(number: Int, fault: Fault?, closes: Bool) -> HeaderFields {
        ["X-Call": "\(number) \(fault?.rawValue ?? "none") \(closes)"]
    }

    init?(_ request: ReceivedRequest) {
        let parts = (request.headers["X-Call"] ?? "").split(separator: " ")
        guard parts.count == 3, let number = Int(parts[0]) else { return nil }
        self.number = number
        fault = Fault(rawValue: String(parts[1]))
        closes = parts[2] == "true"
        kind =
            switch request.path {
            case "/payments/initiate": .payment
            case "/v1/chat/completions": request.json?["stream"]?.boolean ?? false ? .stream : .completion
            default: .deletion
            }
    }
}

/// A gateway on 127.0.0.1 that responds with faults, and counts how often it has received each call.
final class DisorderlyServer: Sendable {
    /// The requests of one call.
    struct Received: Sendable {
        var requests = 0
        var keys: Set<String> = []
    }

    private let received: Counts
    private let server: LoopbackServer

    /// Shared with the server's threads.
    private final class Counts: Sendable {
        let calls = Mutex<[Int: Received]>([:])

        /// How often the call has been received before.
        func add(_ call: ReceivedCall, key: String) -> Int {
            calls.withLock { calls in
                let before = calls[call.number, default: Received()].requests
                calls[call.number, default: Received()].requests += 1
                calls[call.number, default: Received()].keys.insert(key)
                return before
            }
        }
    }

    init() throws {
        let counts = Counts()
        received = counts
        server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                guard let call = ReceivedCall(request) else { return }
                let before = counts.add(call, key: request.headers[.idempotencyKey] ?? "none")
                // After a fault that is retried, the retry is answered properly.
                guard let fault = call.fault, before == 0 || !fault.isRetried(call.kind) else {
                    try connection.send(Response.proper(to: call, closing: call.closes))
                    if call.closes { return }
                    continue
                }
                guard try Response.write(fault, to: call, on: connection) else { return }
            }
        }
    }

    var port: Int { server.port }

    func received(_ number: Int) -> Received { received.calls.withLock { $0[number] ?? Received() } }
}

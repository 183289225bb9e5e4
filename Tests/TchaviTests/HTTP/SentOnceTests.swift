import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// Responses that `URLSession` reports wrongly, over a real socket.
///
/// `localhost` may resolve to `::1`, which refuses, before 127.0.0.1. Where it does not, `TCHAVI_TEST_HOST` can name a host
/// whose first address refuses: `.ci/with-refusing-host` runs a command with one.
@Suite(.timeLimit(.minutes(10)))
struct SentOnceTests {
    private static let hosts = [
        "127.0.0.1", ProcessInfo.processInfo.environment["TCHAVI_TEST_HOST"] ?? "localhost",
    ]

    private let transport = URLSessionTransport()

    private func client(_ server: LoopbackServer, host: String = "127.0.0.1") throws -> TchaviClient {
        try client(port: server.port, host: host)
    }

    private func client(port: Int, host: String) throws -> TchaviClient {
        let baseURL = try #require(URL(string: "http://\(host):\(port)"))
        var configuration = TchaviClient.Configuration(baseURL: baseURL)
        configuration.allowsInsecureHTTP = true
        configuration.transport = transport
        configuration.retryPolicy.initialDelay = .milliseconds(1)
        return TchaviClient(.apiKey("sk-tch-sent-once"), configuration: configuration)
    }

    enum Fault: CaseIterable {
        case closed, reset, invalidChunk, invalidChunkAfterData, headerNotUTF8, truncated
        case interimAndClosed, notHTTP

        func happen(_ connection: LoopbackServer.Connection) throws {
            let chunked = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            switch self {
            case .closed: break
            case .reset: connection.reset()
            case .invalidChunk: try connection.send(chunked + "zz\r\n")
            case .invalidChunkAfterData: try connection.send(chunked + "1\r\n{\r\nzz\r\n")
            case .headerNotUTF8:
                try connection.send(Data("HTTP/1.1 200 OK\r\nX-A: ".utf8) + [0xFF, 0xFE] + Data("\r\n\r\n".utf8))
            case .truncated: try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            case .interimAndClosed: try connection.send("HTTP/1.1 103 Early Hints\r\n\r\n")
            case .notHTTP: try connection.send("220 mail.example ESMTP\r\n")
            }
        }
    }

    @Test(arguments: Fault.allCases, hosts)
    func `A request that was received is not sent again`(fault: Fault, host: String) async throws {
        let received = Locked<[String]>([])
        let server = try LoopbackServer { connection in
            guard let request = try connection.receiveRequest() else { return }
            received.withLock { $0.append(request.headers[.idempotencyKey] ?? "none") }
            try fault.happen(connection)
        }
        let client = try client(server, host: host)
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await client.chat.complete(.hello) },
            { _ = try await client.chat.stream(.hello).collect() },
            { _ = try await client.payments.initiate(PaymentParameters(packID: "p", phone: "+22900000000")) },
            { _ = try await client.apiKeys.delete("k") },
        ]
        for (index, call) in calls.enumerated() {
            let error = await #expect(throws: TchaviError.self) { try await call() }
            #expect(error?.isConnectFailure == false)
            #expect(received.withLock { $0.count } == index + 1)
        }
    }

    @Test(arguments: hosts)
    func `A host that refuses at all its addresses is a failure to connect, for every method`(host: String) async throws
    {
        let client = try client(port: .unusedPort, host: host)
        for method in [TransportMethod.get, .post, .delete, .patch] {
            let error = await #expect(throws: TchaviError.self) { _ = try await client.send(Endpoint(method, "/x")) }
            #expect(error?.code == .transport)
            #expect(error?.isConnectFailure == true)
            #expect(error?.attempts == 3)
        }
    }

    @Test(arguments: hosts)
    func `Interim responses are skipped`(host: String) async throws {
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                for interim in ["100 Continue", "102 Processing", "103 Early Hints\r\nLink: </a>; rel=preload"] {
                    try connection.send("HTTP/1.1 \(interim)\r\n\r\n")
                }
                try connection.respond(
                    headers: ["Content-Type": "application/json"],
                    body: JSONValue.completion.serializedData()
                )
            }
        }
        let client = try client(server, host: host)
        for _ in 0..<3 { #expect(try await client.chat.complete(.hello).text == "Hi") }
        #expect(server.acceptedConnections == 1)
    }

    @Test(arguments: ["Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"1\"", "Negotiate", "Bearer"])
    func `A 401 is an authentication error at once, whatever it challenges for`(challenge: String) async throws {
        let received = Counter()
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                received.add()
                try connection.respond(
                    status: 401,
                    headers: ["WWW-Authenticate": challenge, "Content-Type": "application/json"],
                    body: Data(#"{"error": "unauthorized", "message": "No such key.", "statusCode": 401}"#.utf8)
                )
            }
        }
        let client = try client(server)
        for call in 1...3 {
            let error = await #expect(throws: TchaviError.self) {
                _ = try await client.chat.complete(.hello, options: RequestOptions(timeout: .seconds(30)))
            }
            #expect(error?.code == .authentication)
            #expect(error?.message == "No such key.")
            #expect(received.value == call)
        }
        while transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test(arguments: [String?.none, "http://[", ""])
    func `A redirect without a usable location is told as what it is`(location: String?) async throws {
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                var headers = HeaderFields()
                headers["Location"] = location
                try connection.respond(status: 302, headers: headers, body: Data("moved".utf8))
            }
        }
        let client = try client(server)
        for _ in 0..<2 {
            let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
            #expect(error?.code == .api)
            #expect(error?.statusCode == 302)
            #expect(error?.advice?.contains("without saying where to") == true)
        }
    }

    @Test func `An error whose body is cut off is still told by its status, and retried`() async throws {
        let received = Counter()
        let server = try LoopbackServer { connection in
            guard try connection.receiveRequest() != nil else { return }
            received.add()
            try connection.send("HTTP/1.1 429 No\r\nContent-Length: 100\r\nRetry-After: 0\r\n\r\n{")
        }
        let client = try client(server)
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .rateLimited)
        #expect(received.value == 3)
    }

    @Test func `A proxy of the environment does not receive what is meant for this computer`() throws {
        func refusal(_ url: String, _ environment: [String: String]) throws -> TchaviError? {
            EnvironmentProxy.refusal(of: try #require(URL(string: url))) { environment[$0] }
        }
        let proxy = ["http_proxy": "http://proxy.example:3128"]
        for url in ["http://localhost:3001/v1", "http://127.0.0.1/", "http://[::1]:80/", "HTTP://gateway.localhost/"] {
            let error = try #require(try refusal(url, proxy))
            #expect(error.code == .invalidRequest)
            #expect(error.advice?.contains("no_proxy") == true)
            #expect(!error.description.contains("proxy.example"))
            #expect(try refusal(url, [:]) == nil)
            #expect(try refusal(url, ["HTTP_PROXY": "http://proxy.example", "http_proxy": ""]) == nil)
            #expect(try refusal(url, ["ALL_PROXY": "socks5://proxy.example"]) != nil)
            #expect(try refusal(url, proxy.merging(["NO_PROXY": "*"]) { $1 }) == nil)
        }
        let exceptions = "example.org, .localhost,127.0.0.1,::1"
        for url in ["http://localhost:3001/v1", "http://gateway.localhost", "http://127.0.0.1", "http://[::1]"] {
            #expect(try refusal(url, proxy.merging(["no_proxy": exceptions]) { $1 }) == nil)
        }
        #expect(try refusal("http://127.0.0.2/", proxy.merging(["no_proxy": exceptions]) { $1 }) != nil)
        // As libcurl reads such a list: `*` only alone, suffixes only of names, addresses without brackets.
        #expect(try refusal("http://localhost/", proxy.merging(["no_proxy": "a,*"]) { $1 }) != nil)
        #expect(try refusal("http://127.0.0.1/", proxy.merging(["no_proxy": "0.0.1"]) { $1 }) != nil)
        #expect(try refusal("http://[::1]/", proxy.merging(["no_proxy": "[::1]"]) { $1 }) != nil)
        // A tunnel keeps the credential from the proxy, and other hosts are the program's decision.
        #expect(try refusal("https://localhost/", proxy) == nil)
        #expect(try refusal("http://gateway.example/", proxy) == nil)
    }
}

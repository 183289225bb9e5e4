import Foundation
import Tchavi
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct TransportConformanceTests {
    @Test func `URLSessionTransport conforms`() async throws {
        let peer = try TransportConformance.Peer()
        #expect(await TransportConformance.violations(of: URLSessionTransport(), against: peer) == [])
    }

    /// Two local gateways behind one transport: one that never responds, and one that returns long responses.
    private struct Gateways: HTTPTransport {
        let silent: LocalGateway
        let talkative: LocalGateway

        init() {
            var configuration = LocalGateway.Configuration()
            configuration.latency = .seconds(3600)
            silent = LocalGateway(configuration: configuration)
            configuration.latency = .zero
            configuration.credits = 1_000_000_000
            talkative = LocalGateway(configuration: configuration) { request in
                .text(
                    request.model == "many-words"
                        ? String(repeating: "word ", count: 20_000) : String(repeating: "x", count: 5 << 20)
                )
            }
        }

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            try await (request.url.host == "silent" ? silent : talkative).send(request)
        }

        static func request(_ host: String, stream: Bool) throws -> TransportRequest {
            TransportRequest(
                method: .post,
                url: try #require(URL(string: "http://\(host)/v1/chat/completions")),
                headers: ["Authorization": "Bearer \(LocalGateway.defaultAPIKey)"],
                body: ([
                    "model": .string(stream ? "many-words" : "long-word"),
                    "messages": [["role": "user", "content": "?"]], "stream": .boolean(stream),
                ] as JSONValue).serializedData()
            )
        }
    }

    @Test func `LocalGateway conforms`() async throws {
        let peer = TransportConformance.Peer(
            silent: try Gateways.request("silent", stream: false),
            endless: try Gateways.request("talkative", stream: true),
            large: try Gateways.request("talkative", stream: false)
        )
        #expect(await TransportConformance.violations(of: Gateways(), against: peer) == [])
    }

    /// Follows redirects, reports failures to connect as lost connections, and ignores cancellation. Takes an interim
    /// response for the response, and a challenge or a redirect that leads nowhere for an error.
    private struct Careless: HTTPTransport {
        let transport = URLSessionTransport()

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            // URLSessionTransport skips interim responses: this one takes their place.
            guard request.url.lastPathComponent != "interim" else {
                return TransportResponse(status: 103, headers: ["Link": "</style.css>"])
            }
            do {
                let response = try await Task { try await transport.send(request) }.value
                if response.headers["www-authenticate"] != nil {
                    throw TchaviError.connectionLost("A password is asked for.")
                }
                if response.status == 302, response.headers["location"] == nil {
                    throw TchaviError.connectionLost("The redirect leads nowhere.")
                }
                guard let location = response.headers["location"], let url = URL(string: location) else {
                    return response
                }
                return try await transport.send(TransportRequest(url: url))
            } catch let error as TchaviError {
                throw TchaviError.connectionLost(error.message)
            }
        }
    }

    @Test func `Violations of a careless transport are found`() async throws {
        var peer = try TransportConformance.Peer()
        // Otherwise the test waits for the checks' time limit.
        peer.silent = peer.refused ?? peer.silent
        let rules = await TransportConformance.violations(of: Careless(), against: peer).map(\.rule)
        #expect(rules.contains("A redirect to another origin is not followed"))
        #expect(rules.contains("A redirect without a location is a response"))
        #expect(rules.contains("An interim response is skipped"))
        #expect(rules.contains("A 401 with a challenge is a response"))
        #expect(rules.contains("A refused connection is a failure to connect"))
        #expect(rules.contains("A call that is cancelled before it begins is not sent"))
    }
}

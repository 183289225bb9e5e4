import AsyncHTTPClient
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import TchaviTesting
import Testing

/// Over a loopback socket: when text arrives, and what ends a run.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    private static func request(_ port: Int?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://localhost:\(port ?? 0)/run")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: #"{"prompt": "tone", "input": "Hello"}"#))
        return request
    }

    private static func server(holdingAt point: HeldGateway.Point) -> (ServerUnderTest, HeldGateway) {
        var server = ServerUnderTest()
        server.gateway.enqueue(.text("Your order was shipped."))
        let gateway = HeldGateway(server.gateway, holdingAt: point)
        server.transport = gateway
        return (server, gateway)
    }

    @Test func `Text arrives while the run goes on`() async throws {
        let (server, gateway) = Self.server(holdingAt: .after("Your"))
        try await server.application.test(.live) { client in
            let response = try await HTTPClient.shared.execute(Self.request(client.port), timeout: .seconds(30))
            var text = ""
            var isHeld = true
            for try await chunk in response.body {
                text += String(buffer: chunk)
                if isHeld, text.contains("Your") {
                    isHeld = false
                    #expect(!text.contains("shipped"))
                    gateway.release()
                }
            }
            #expect(text.contains("shipped"))
            #expect(text.contains("event: response"))
        }
    }

    @Test func `A run is cancelled when the client disconnects in its midst`() async throws {
        let (server, gateway) = Self.server(holdingAt: .after("Your"))
        try await server.application.test(.live) { client in
            let call = Task {
                let response = try await HTTPClient.shared.execute(Self.request(client.port), timeout: .seconds(30))
                for try await _ in response.body {}
            }
            await gateway.waitUntilHeld()
            call.cancel()
            await gateway.waitUntilCancelled()
        }
    }

    @Test func `A run is cancelled when the client disconnects before its first text`() async throws {
        let (server, gateway) = Self.server(holdingAt: .beforeTheResponse)
        try await server.application.test(.live) { client in
            let call = Task {
                try await HTTPClient.shared.execute(Self.request(client.port), timeout: .seconds(30))
            }
            await gateway.waitUntilHeld()
            call.cancel()
            await gateway.waitUntilCancelled()
        }
    }

    @Test func `The server goes on after a client has disconnected`() async throws {
        let (server, gateway) = Self.server(holdingAt: .beforeTheResponse)
        try await server.application.test(.live) { client in
            let call = Task {
                try await HTTPClient.shared.execute(Self.request(client.port), timeout: .seconds(30))
            }
            await gateway.waitUntilHeld()
            call.cancel()
            await gateway.waitUntilCancelled()
            let response = try await client.execute(uri: "/health", method: .get)
            #expect(response.status == .ok)
        }
    }
}

import Foundation
import Tchavi
import TchaviTesting
import Testing

struct CassetteTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent("cassette-\(UUID()).json").path

    private func client(_ transport: any HTTPTransport, _ credential: Credential? = nil) -> TchaviClient {
        var configuration = TchaviClient.Configuration()
        configuration.transport = transport
        return TchaviClient(credential ?? .apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
    }

    private let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("Grüße")])

    @Test func `Recorded calls are replayed, with and without streams`() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let recorder = CassetteRecorder(to: file, transport: LocalGateway())
        let plain = try await client(recorder).chat.complete(request)
        let streamed = try await client(recorder).chat.stream(request).collect()
        let balance = try await client(recorder).credits.balance()
        #expect(recorder.writeError == nil)

        let player = try CassettePlayer(file)
        #expect(try await client(player).chat.stream(request).collect() == streamed)
        #expect(try await client(player).chat.complete(request) == plain)
        #expect(try await client(player).credits.balance() == balance)
        #expect(player.remaining == 0)
    }

    @Test func `No secret is written, and only the owner can access the file`() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let recorder = CassetteRecorder(to: file, transport: LocalGateway())
        let account = Credential.account(
            email: LocalGateway.defaultEmail,
            password: Secret(LocalGateway.defaultPassword)
        )
        let session = client(recorder, account)
        let key = try await session.apiKeys.create(APIKeyParameters(label: "ci"))
        let withKey = client(recorder)
        _ = try await withKey.users.me()
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var dumped = ""
        dump(key, to: &dumped)
        for secret in [
            LocalGateway.defaultPassword, LocalGateway.defaultAPIKey, "eyJ", "refresh-local", "sk-tch-key-local",
        ] {
            #expect(!text.contains(secret), "\(secret)")
            #expect(!dumped.contains(secret))
        }
        #expect(text.contains("<redacted>"))
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        // What was recorded with a session is replayed with one.
        let replayed = client(try CassettePlayer(file), account)
        #expect(try await replayed.apiKeys.create(APIKeyParameters(label: "ci")).apiKey == key.apiKey)
    }

    @Test(arguments: [false, true])
    func `A recorded refresh after a 401 is replayed`(isServed: Bool) async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let start = Date(timeIntervalSince1970: 1_750_000_000)
        let serverTime = Locked(start)
        var settings = LocalGateway.Configuration()
        settings.now = { serverTime.withLock { $0 } }
        let gateway = LocalGateway(configuration: settings)
        let server = isServed ? try gateway.serve() : nil

        /// Logs in, and lets the access token expire at the gateway, whose clock is ahead, before the second call.
        func calls(_ transport: any HTTPTransport) async throws -> [Decimal] {
            var configuration = TchaviClient.Configuration()
            if let server { configuration.baseURL = server.baseURL }
            configuration.transport = transport
            configuration.now = { start }
            let client = TchaviClient(
                .account(email: LocalGateway.defaultEmail, password: Secret(LocalGateway.defaultPassword)),
                configuration: configuration
            )
            let first = try await client.credits.balance()
            serverTime.withLock { $0 += 20 * 60 }
            return [first, try await client.credits.balance()]
        }

        let recorder = CassetteRecorder(to: file, transport: isServed ? URLSessionTransport.shared : gateway)
        let balances = try await calls(recorder)
        let cassette = try JSONValue(parsing: try Data(contentsOf: URL(fileURLWithPath: file))).decoded(
            as: Cassette.self
        )
        #expect(
            cassette.exchanges.map { "\($0.request.target) \($0.response.status)" } == [
                "/auth/login 200", "/credits/balance 200", "/credits/balance 401", "/auth/refresh 200",
                "/credits/balance 200",
            ]
        )
        #expect(
            cassette.exchanges[0].response.headers["set-cookie"]
                == "refreshToken=<redacted>; Path=/auth; HttpOnly; SameSite=Strict"
        )
        let player = CassettePlayer(cassette)
        #expect(try await calls(player) == balances)
        #expect(player.remaining == 0)
    }

    @Test func `The error of a call without a match says how it differs`() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let recorder = CassetteRecorder(to: file, transport: LocalGateway())
        _ = try await client(recorder).chat.complete(request)
        let player = try CassettePlayer(file)
        var other = request
        other.messages[0] = .user("Hello")
        other.temperature = 0.5
        let body = await #expect(throws: TchaviError.self) { _ = try await client(player).chat.complete(other) }
        #expect(body?.message.contains(#"at $.messages[0].content, "Grüße" was recorded and "Hello" was sent"#) == true)
        #expect(body?.message.contains("at $.temperature, null was recorded and 0.5 was sent") == true)
        let target = await #expect(throws: TchaviError.self) { _ = try await client(player).credits.balance() }
        #expect(target?.message.contains("the next recorded request is POST /v1/chat/completions") == true)
        _ = try await client(player).chat.complete(request)
        let end = await #expect(throws: TchaviError.self) { _ = try await client(player).chat.complete(request) }
        #expect(end?.message.contains("has no exchange left") == true)
    }
}

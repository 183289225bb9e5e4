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

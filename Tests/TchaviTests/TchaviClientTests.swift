import Foundation
import Tchavi
import TchaviTesting
import Testing

/// How a client is created, and what it says about the settings that it was created with.
struct TchaviClientTests {
    private let key = "sk-tch-string"

    private func configuration(_ transport: StubTransport) -> TchaviClient.Configuration {
        var configuration = TchaviClient.Configuration()
        configuration.transport = transport
        configuration.retryPolicy.maxRetries = 0
        return configuration
    }

    @Test func `A client is created from strings, which it does not print`() async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        let configuration = configuration(transport)
        let address = "https://gateway.example/v1"
        let client = TchaviClient(apiKey: key, baseURL: address, configuration: configuration)
        _ = try await client.chat.complete(.hello)
        #expect(transport.requests.first?.url.absoluteString == "https://gateway.example/v1/chat/completions")
        #expect(transport.requests.first?.headers[.authorization] == "Bearer sk-tch-string")
        var dumped = ""
        dump(client, to: &dumped)
        #expect(!dumped.contains(key))
        #expect(TchaviClient(apiKey: "k").configuration.baseURL.absoluteString == "http://localhost:3001")
        var elsewhere = configuration
        elsewhere.baseURL = try #require(URL(string: address))
        #expect(TchaviClient(apiKey: key, configuration: elsewhere).configuration.baseURL.absoluteString == address)
    }

    @Test(arguments: ["", "http://ada:pass-word@[gateway", "gateway.example", "localhost:3001", "file:///tmp"])
    func `An invalid base URL is reported by the first call`(address: String) async {
        let transport = StubTransport { _, _ in .json(.completion) }
        let client = TchaviClient(apiKey: key, baseURL: address, configuration: configuration(transport))
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("base URL") == true)
        #expect(error?.description.contains("https://gateway.example.") == true)
        #expect(error?.description.contains("pass-word") == false)
        #expect(transport.requests.isEmpty)
    }

    @Test func `Keys and passwords are given as literals, strings or secrets`() async throws {
        let password = "open sesame"
        let credentials: [Credential] = [
            .apiKey("sk-tch-string"), .apiKey(key), .apiKey(Secret(key)),
            .account(email: "a@b", password: "open sesame"),
            .account(email: "a@b", password: password), .account(email: "a@b", password: Secret(password)),
        ]
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!dumped.contains(key) && !dumped.contains(password))

        let registrations = [
            Registration(email: "a@b", password: "open sesame"), Registration(email: "a@b", password: password),
            Registration(email: "a@b", password: Secret(password)),
        ]
        #expect(Set(registrations).count == 1)
        let secret = Secret(password)
        let changes = [
            AccountChanges(currentPassword: key, newPassword: password),
            AccountChanges(currentPassword: "sk-tch-string", newPassword: "open sesame"),
            AccountChanges(currentPassword: Secret(key), newPassword: secret),
        ]
        #expect(Set(changes).count == 1)
        #expect(AccountChanges(newPassword: "open sesame").newPassword == secret)
        #expect(AccountChanges(name: "Ada").newPassword == nil)
    }

    @Test func `A client logs in with a password and takes a token that are strings`() async throws {
        let gateway = try ServedGateway()
        let client = gateway.client(.none)
        let password: String = LocalGateway.defaultPassword
        let login = try await client.auth.login(email: LocalGateway.defaultEmail, password: password)
        let email = try await client.users.me().email
        #expect(email == LocalGateway.defaultEmail)

        let transport = StubTransport { _, _ in .json(.completion) }
        let other = transport.client(.none)
        let token = "token-as-string"
        try other.auth.setAccessToken(token)
        _ = try await other.chat.complete(.hello)
        #expect(transport.requests.first?.headers[.authorization] == "Bearer token-as-string")
        try other.auth.setAccessToken(login.accessToken)
    }

    // MARK: A server that cannot be reached

    private func advice(_ error: TchaviError, baseURL: String?) async -> String? {
        let transport = StubTransport { _, _ in throw error }
        let client = TchaviClient(apiKey: key, baseURL: baseURL, configuration: configuration(transport))
        return await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }?.advice
    }

    @Test func `The error of a refused port names the default base URL, and how to set another`() async {
        let advice = await advice(.couldNotConnect("refused"), baseURL: nil)
        #expect(advice?.contains("http://localhost:3001 is the default base URL") == true)
        #expect(advice?.contains("`baseURL` or TCHAVI_BASE_URL") == true)
    }

    @Test(arguments: [
        ("https://gateway.example:8443/prefix/v1", "https://gateway.example:8443"),
        ("https://gateway.example:443", "https://gateway.example"), ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://[::1]:3001/", "http://[::1]:3001"),
    ])
    func `The error of a refused port names another base URL without its path`(address: String, named: String) async {
        let advice = await advice(.couldNotConnect("refused"), baseURL: address)
        #expect(advice?.hasPrefix("Check the base URL \(named), and that the gateway runs") == true)
    }

    @Test func `The advice of a transport, and that of a lost connection, are kept`() async {
        var own = TchaviError.couldNotConnect("refused")
        own.advice = "Start the tunnel."
        #expect(await advice(own, baseURL: nil) == "Start the tunnel.")
        let lost = TchaviError.connectionLost("lost")
        #expect(await advice(lost, baseURL: nil) == lost.advice)
    }
}

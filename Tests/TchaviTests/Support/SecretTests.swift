import Foundation
import Tchavi
import Testing

struct SecretTests {
    private let text = "sk-tch-very-secret"

    @Test func `A secret is redacted everywhere`() throws {
        struct Holder: Encodable { let key: Secret }
        let secret = Secret(text)
        var dumped = ""
        dump(secret, to: &dumped)
        dump(Holder(key: secret), to: &dumped)
        let encoded = String(decoding: try JSONEncoder().encode(Holder(key: secret)), as: UTF8.self)
        let shown = ["\(secret)", String(reflecting: secret), "\(Holder(key: secret))", "\(Optional(secret) as Any)"]
        for shown in shown + [dumped, encoded] {
            #expect(!shown.contains("very-secret"), "\(shown)")
        }
        #expect(encoded.contains("<redacted>"))
    }

    @Test func `A client, its credential and its configuration show no key`() {
        var configuration = TchaviClient.Configuration()
        configuration.headers["X-Api-Key"] = text
        // Not the shared transport, whose state other tests change while it is dumped.
        configuration.transport = StubTransport { _, _ in .json([:]) }
        let client = TchaviClient(.apiKey(Secret(text)), configuration: configuration)
        var dumped = ""
        dump(client, to: &dumped)
        #expect(!dumped.contains("very-secret"))
        #expect(!"\(client)".contains("very-secret"))
    }

    @Test(arguments: [
        "Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "x-api-key", "x-maxim-api-key",
        "X-Auth-Token", "WWW-Authenticate", "client-secret",
    ])
    func `Headers that hold credentials are redacted`(name: String) {
        var headers = HeaderFields()
        headers[name] = text
        #expect(headers.redacted == [name.lowercased(): "<redacted>"])
        #expect(!headers.description.contains("very-secret"))
    }

    @Test(arguments: ["x-request-id", "retry-after", "x-ratelimit-limit-tokens", "content-type"])
    func `Other headers are not redacted`(name: String) {
        var headers = HeaderFields()
        headers[name] = "12"
        #expect(headers.redacted == [name: "12"])
    }
}

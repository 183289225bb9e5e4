import Hummingbird
import HummingbirdTesting
import Logging
import PromptServer
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

struct HealthTests {
    /// A source that can begin to fail, and counts how often it is read.
    private actor Store {
        var error: (any Error)?
        private(set) var readCount = 0

        func fail(_ error: any Error) { self.error = error }

        func catalogue() throws -> PromptCatalogue {
            readCount += 1
            if let error { throw error }
            return PromptCatalogue(entries: ServerUnderTest.records.map { .init(location: $0.promptID, record: $0) })
        }
    }

    private struct StoreSource: PromptSource {
        let store: Store

        var name: String { "store" }

        func load(since validator: String?) async throws -> PromptCatalogue? { try await store.catalogue() }
    }

    private struct OwnError: Error {
        let key = "sk-own"
    }

    private let store = Store()
    private let clock = TestClock()
    private let library: PromptLibrary

    init() {
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        let client = LocalGateway().client(configuration: configuration)
        library = PromptLibrary(source: StoreSource(store: store), gateway: client)
    }

    private func health(maximumAge: Duration? = nil) async throws -> TestResponse {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = PromptServer(library: library, maximumAge: maximumAge, logger: logger)
        return try await Application(router: server.router, logger: logger).test(.router) { client in
            try await client.execute(uri: "/health", method: .get)
        }
    }

    @Test func `A server that has read nothing is unavailable, and asking for its health reads nothing`() async throws {
        let response = try await health()
        #expect(response.status == .serviceUnavailable)
        let expected: JSONValue = ["status": "unavailable", "prompts": 0, "diagnostics": 0, "credentialRefused": false]
        #expect(try response.json == expected)
        #expect(await store.readCount == 0)
    }

    @Test func `A server with prompts is healthy, and says which it has, from where, and how old they are`()
        async throws
    {
        try await library.refresh()
        clock.advance(by: .seconds(90))
        let response = try await health()
        #expect(response.status == .ok)
        let json = try response.json
        #expect(json["status"] == "ok")
        #expect(json["prompts"] == 2)
        #expect(json["revision"]?.string == library.status.revision)
        #expect(json["origin"] == "source")
        #expect(json["ageSeconds"] == 90)
        #expect(json["lastError"] == nil)
    }

    @Test func `Prompts that are older than the limit make the server unhealthy until they are read again`()
        async throws
    {
        try await library.refresh()
        clock.advance(by: .seconds(60))
        #expect(try await health(maximumAge: .seconds(60)).status == .ok)
        clock.advance(by: .seconds(1))
        let response = try await health(maximumAge: .seconds(60))
        #expect(response.status == .serviceUnavailable)
        #expect(try response.json["status"] == "stale")
        try await library.refresh()
        #expect(try await health(maximumAge: .seconds(60)).status == .ok)
    }

    @Test func `A refused credential is reported without what the source said, and the prompts are still served`()
        async throws
    {
        try await library.refresh()
        await store.fail(TchaviError(.authentication, "The key sk-live is not valid.", statusCode: 401))
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        let response = try await health()
        #expect(response.status == .ok)
        #expect(try response.json["credentialRefused"] == true)
        #expect(try response.json["lastError"] == "authentication, status 401")
        #expect(!response.text.contains("sk-live"))
    }

    @Test(arguments: [
        (PromptError(.unavailable, "/srv/sk-live is missing.") as any Error, "unavailable"),
        (TchaviError(.transport, "sk-live"), "transport"),
        (OwnError(), "OwnError"),
    ])
    func `Only the kind of an error is reported`(error: any Error, kind: String) async throws {
        await store.fail(error)
        await #expect(throws: (any Error).self) { try await library.refresh() }
        let response = try await health()
        #expect(try response.json["lastError"]?.string == kind)
        #expect(!response.text.contains("sk-"))
    }
}

import Foundation
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

/// Programs that start while the source is down.
@Suite(.timeLimit(.minutes(10)))
struct LibraryStartTests {
    private let directory: TemporaryDirectory
    private let date = Locked(Date(timeIntervalSince1970: 1_800_000_000))

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A library as a new process creates it.
    private func library(
        _ source: any PromptSource,
        shipped: (any PromptSource)? = nil,
        cache: URL? = nil
    ) -> PromptLibrary {
        var configuration = PromptLibrary.Configuration()
        configuration.overrides = [:]
        configuration.shipped = shipped
        configuration.cacheDirectory = cache ?? directory.url.appendingPathComponent("cache")
        var settings = TchaviClient.Configuration()
        settings.clock = TestClock()
        settings.now = { [date] in date.withLock { $0 } }
        let gateway = TchaviClient(.none, configuration: settings)
        return PromptLibrary(source: source, gateway: gateway, configuration: configuration)
    }

    private var down: ScriptedSource { ScriptedSource { _ in throw TchaviError(.transport, "Gone.") } }

    /// Shipped prompts with a date of publication.
    private func shipped(_ text: String, publishedAt: String? = nil) -> ScriptedSource {
        ScriptedSource(name: "shipped") { _ in
            var catalogue = PromptCatalogue.of([.saying(text)])
            catalogue.publishedAt = publishedAt.map { Timestamp($0) }
            return catalogue
        }
    }

    @Test func `What was read is on disk for the next process, with its age`() async throws {
        _ = try await library(ScriptedSource(.saying("one"))).prompt("p")
        date.withLock { $0 += 3600 }
        let prompt = try await library(down).prompt("p")
        #expect(prompt.messages[0].text == "one")
        #expect(prompt.selection.origin == .disk)
        #expect(prompt.selection.snapshotAge == .seconds(3600))
        // A clock that was set back makes nothing newer than new.
        date.withLock { $0 -= 86400 }
        #expect(try await library(down).prompt("p").selection.snapshotAge == .zero)
    }

    @Test func `What is on disk is served at once, and refreshed behind`() async throws {
        _ = try await library(ScriptedSource(.saying("one"))).prompt("p")
        let source = ScriptedSource(.saying("two"))
        let library = library(source)
        #expect(try await library.prompt("p").messages[0].text == "one")
        while try await library.prompt("p").messages[0].text != "two" { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try await library.prompt("p").selection.origin == .source)
        #expect(source.loads == 1)
    }

    @Test func `A source that has not changed renews the age on disk`() async throws {
        let unchanging = ScriptedSource { validator in
            guard validator == nil else { return nil }
            var catalogue = PromptCatalogue.of([.saying("one")])
            catalogue.validator = "1"
            return catalogue
        }
        _ = try await library(unchanging).prompt("p")
        date.withLock { $0 += 3600 }
        let second = library(unchanging)
        try await second.refresh()
        #expect(try await second.prompt("p").selection.origin == .source)
        date.withLock { $0 += 60 }
        #expect(try await library(down).prompt("p").selection.snapshotAge == .seconds(60))
    }

    @Test func `Without anything to serve the error is the source's`() async throws {
        let library = library(down)
        await #expect(throws: TchaviError.self) { _ = try await library.prompt("p") }
        #expect(library.status.promptCount == 0)
        #expect(library.status.lastError != nil)
    }

    @Test func `An app that ships newer prompts than its cache uses those`() async throws {
        _ = try await library(ScriptedSource(.saying("cached")), shipped: shipped("shipped 1")).prompt("p")
        // The same shipped prompts: the cache is newer.
        #expect(try await library(down, shipped: shipped("shipped 1")).prompt("p").messages[0].text == "cached")
        // An update of the app.
        let prompt = try await library(down, shipped: shipped("shipped 2")).prompt("p")
        #expect(prompt.messages[0].text == "shipped 2")
        #expect(prompt.selection.origin == .shipped)
    }

    @Test func `A cache that was published after the shipped prompts is used`() async throws {
        let published = ScriptedSource { _ in
            var catalogue = PromptCatalogue.of([.saying("cached")])
            catalogue.publishedAt = Timestamp("2026-11-20T00:00:00Z")
            return catalogue
        }
        _ = try await library(published, shipped: shipped("shipped 1")).prompt("p")
        let older = shipped("shipped 2", publishedAt: "2026-11-19T00:00:00Z")
        #expect(try await library(down, shipped: older).prompt("p").messages[0].text == "cached")
        let newer = shipped("shipped 3", publishedAt: "2026-11-21T00:00:00Z")
        #expect(try await library(down, shipped: newer).prompt("p").messages[0].text == "shipped 3")
    }

    @Test func `A damaged cache is reported and ignored, and one that cannot be written as well`() async throws {
        _ = try await library(ScriptedSource(.saying("one"))).prompt("p")
        let cache = directory.url.appendingPathComponent("cache")
        for file in try FileManager.default.contentsOfDirectory(at: cache, includingPropertiesForKeys: nil) {
            try Data("damaged".utf8).write(to: file)
        }
        let library = library(down, shipped: shipped("shipped"))
        #expect(try await library.prompt("p").messages[0].text == "shipped")
        #expect(try await library.diagnostics().contains { $0.severity == .warning && $0.location.contains("cache") })
        // A file stands where the directory would be.
        let blocked = directory.url.appendingPathComponent("file")
        try Data().write(to: blocked)
        let other = self.library(ScriptedSource(.saying("two")), cache: blocked)
        #expect(try await other.prompt("p").messages[0].text == "two")
        try await other.refresh()
        #expect(try await other.diagnostics().count == 1)
    }

    @Test func `What was cached with another key, or without verification, is not used`() async throws {
        let bundle = try PromptBundle(records: [.saying("unverified")], publishedAt: Timestamp("2026-11-21T00:00:00Z"))
        let data = bundle.data
        let isUp = Locked(true)
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                if isUp.withLock({ $0 }) {
                    try connection.respond(headers: ["ETag": "\"1\""], body: data)
                } else {
                    try connection.respond(status: 503, body: Data())
                }
            }
        }
        defer { server.stop() }
        _ = try await library(BundleSource(at: server.baseURL)).prompt("p")
        isUp.withLock { $0 = false }
        #expect(try await library(BundleSource(at: server.baseURL)).prompt("p").selection.origin == .disk)
        let verified = BundleSource(
            at: server.baseURL,
            verifying: .hmacSHA256(key: "a key of at least 32 random bytes")
        )
        await #expect(throws: TchaviError.self) { _ = try await library(verified).prompt("p") }
        let other = BundleSource(at: server.baseURL.appendingPathComponent("other"))
        await #expect(throws: TchaviError.self) { _ = try await library(other).prompt("p") }
        let keys = ["key one", "key two"].map { MaximSource(apiKey: Secret($0)) }
        #expect(keys[0].cacheIdentity != keys[1].cacheIdentity)
        #expect(keys[0].name == keys[1].name)
        #expect(!keys[0].cacheIdentity.contains("key one"))
    }

    @Test func `A damaged prompt of the first read is completed from what was shipped`() async throws {
        let source = ScriptedSource { _ in
            var catalogue = PromptCatalogue.of([.saying("fine", id: "q")])
            catalogue.diagnostics = [PromptDiagnostic(location: "p", promptID: "p", reason: "Broken.")]
            return catalogue
        }
        let library = library(source, shipped: shipped("shipped"))
        #expect(try await library.prompt("p").messages[0].text == "shipped")
        #expect(try await library.prompt("q").messages[0].text == "fine")
        #expect(try await library.diagnostics().contains { $0.servesOlderForm })
    }

    @Test func `What the shipped prompts do not have is unavailable, and not unknown, while the source is down`()
        async throws
    {
        let library = library(down, shipped: shipped("shipped"))
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("other") }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("Gone.") == true)
        // Their age is that of their publication, if it is known.
        #expect(library.status.age == nil)
        let dated = self.library(down, shipped: shipped("shipped", publishedAt: "2027-01-15T07:00:00Z"))
        #expect(try await dated.prompt("p").selection.snapshotAge == .seconds(3600))
    }
}

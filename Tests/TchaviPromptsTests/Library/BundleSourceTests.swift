import Foundation
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

struct BundleSourceTests {
    private static let key: Secret = "0123456789abcdef0123456789abcdef"

    /// A server of one document, which can be replaced.
    private final class Store: Sendable {
        enum Validation { case entityTag, date, none }

        let content: Locked<Data>
        let requests = Locked<[ReceivedRequest]>([])
        let statuses = Locked<[Int]>([])

        init(_ content: Data) { self.content = Locked(content) }

        func server(_ validation: Validation = .entityTag) throws -> LoopbackServer {
            try LoopbackServer { connection in
                while let request = try connection.receiveRequest() {
                    self.requests.withLock { $0.append(request) }
                    let body = self.content.withLock { $0 }
                    let hash = SHA256.hexadecimal([UInt8](body))
                    let date = "Fri, 01 May 2026 10:00:00 GMT"
                    var headers: HeaderFields = ["Content-Type": "application/jsonl"]
                    let isHeld: Bool
                    switch validation {
                    case .entityTag:
                        headers["ETag"] = "W/\"\(hash)\""
                        isHeld = request.headers["If-None-Match"] == headers["ETag"]
                    case .date:
                        headers["Last-Modified"] = date
                        isHeld = request.headers["If-Modified-Since"] == date
                    case .none: isHeld = false
                    }
                    self.statuses.withLock { $0.append(isHeld ? 304 : 200) }
                    if isHeld {
                        try connection.send("HTTP/1.1 304 Not Modified\r\n\r\n")
                    } else {
                        try connection.respond(headers: headers, body: body)
                    }
                }
            }
        }
    }

    private static func bundle(_ ids: String..., publishedAt: String? = nil) throws -> PromptBundle {
        try PromptBundle(records: ids.map { .simple($0) }, publishedAt: publishedAt.map { Timestamp($0) })
    }

    private static func signed(_ ids: String..., publishedAt: String) async throws -> Data {
        let bundle = try PromptBundle(records: ids.map { .simple($0) }, publishedAt: Timestamp(publishedAt))
        return try await bundle.data(signedWith: .hmacSHA256(key: key))
    }

    private static func responding(_ response: String) throws -> LoopbackServer {
        try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send(response)
        }
    }

    private static func library(_ source: BundleSource) -> PromptLibrary {
        PromptLibrary(source: source, gateway: LocalGateway().client(), configuration: .forTests)
    }

    @Test func `A bundle is fetched once, and not again until it has changed`() async throws {
        let store = Store(try Self.bundle("a").data)
        let server = try store.server()
        defer { server.stop() }
        let source = BundleSource.bundle(at: server.baseURL.appendingPathComponent("all.jsonl"))
        let first = try #require(try await source.load(since: nil))
        #expect(first.entries.map(\.record.promptID) == ["a"])
        #expect(first.entries.map(\.location) == ["\(source.name):2"])
        #expect(first.revision == (try Self.bundle("a").revision))
        #expect(try await source.load(since: first.validator) == nil)
        let changed = try Self.bundle("a", "b").data
        store.content.withLock { $0 = changed }
        let second = try #require(try await source.load(since: first.validator))
        #expect(second.entries.count == 2 && second.validator != first.validator)
        #expect(store.statuses.withLock { $0 } == [200, 304, 200])
        let sent = store.requests.withLock { $0 }
        #expect(sent.map { $0.headers["If-None-Match"] } == [nil, first.validator, first.validator])
        #expect(sent.allSatisfy { $0.target == "/all.jsonl" && $0.headers[.accept] != nil })
    }

    @Test func `Without an ETag, the date of modification says whether the bundle has changed`() async throws {
        let store = Store(try Self.bundle("a").data)
        let server = try store.server(.date)
        defer { server.stop() }
        let source = BundleSource(at: server.baseURL)
        let first = try #require(try await source.load(since: nil))
        #expect(try await source.load(since: first.validator) == nil)
        #expect(store.statuses.withLock { $0 } == [200, 304])
        #expect(store.requests.withLock { $0.last?.headers["If-None-Match"] } == nil)
    }

    @Test func `Without either, the revision stays the same`() async throws {
        let store = Store(try Self.bundle("a").data)
        let server = try store.server(.none)
        defer { server.stop() }
        let source = BundleSource(at: server.baseURL)
        let first = try #require(try await source.load(since: nil))
        #expect(first.validator == nil)
        #expect(try await source.load(since: first.validator)?.revision == first.revision)
    }

    @Test func `A library serves the prompts of a bundle, and follows its changes`() async throws {
        let store = Store(try Self.bundle("a").data)
        let server = try store.server()
        defer { server.stop() }
        let library = Self.library(.bundle(at: server.baseURL))
        #expect(try await library.prompt("a").version == 1)
        let changed = try Self.bundle("b").data
        store.content.withLock { $0 = changed }
        try await library.refresh()
        #expect(try await library.promptIDs() == ["b"])
    }

    @Test func `Folders, date and headers arrive where they belong`() async throws {
        let bundle = try PromptBundle(
            records: [.simple()],
            folders: [PromptFolder(id: "f", name: "F")],
            publishedAt: Timestamp("2026-05-01T10:00:00Z")
        )
        let store = Store(bundle.data)
        let server = try store.server()
        defer { server.stop() }
        var options = RemoteSourceOptions()
        options.headers["Authorization"] = "Bearer store-token"
        options.refreshInterval = .seconds(5)
        let source = BundleSource(at: server.baseURL, options: options)
        let catalogue = try #require(try await source.load(since: nil))
        #expect(catalogue.folders == bundle.folders && catalogue.publishedAt == bundle.publishedAt)
        #expect(store.requests.withLock { $0.first?.headers["Authorization"] } == "Bearer store-token")
        #expect(source.refreshInterval == .seconds(5))
        #expect(BundleSource(at: server.baseURL).refreshInterval == .seconds(60))
    }

    @Test func `The name has neither credentials nor a query`() throws {
        let url = try #require(URL(string: "https://user:pass@store.example/all.jsonl?signature=abc#x"))
        #expect(BundleSource(at: url).name == "https://store.example/all.jsonl")
    }

    // MARK: Signatures

    @Test func `An older signed bundle is refused, and a newer one accepted`() async throws {
        let store = Store(try await Self.signed("a", publishedAt: "2026-05-02T10:00:00Z"))
        let server = try store.server()
        defer { server.stop() }
        let source = BundleSource(at: server.baseURL, verifying: .hmacSHA256(key: Self.key))
        #expect(try await source.load(since: nil)?.entries.count == 1)
        // Earlier, although its text sorts after the first one's.
        let older = try await Self.signed("a", "b", publishedAt: "2026-05-02T11:00:00+02:00")
        store.content.withLock { $0 = older }
        let error = await #expect(throws: PromptError.self) { try await source.load(since: nil) }
        #expect(error?.message.contains("before the one that is held") == true)
        let same = try await Self.signed("c", publishedAt: "2026-05-02T10:00:00Z")
        store.content.withLock { $0 = same }
        #expect(try await source.load(since: nil)?.entries.first?.record.promptID == "c")
        let newer = try await Self.signed("a", "b", publishedAt: "2026-05-03T10:00:00Z")
        store.content.withLock { $0 = newer }
        #expect(try await source.load(since: nil)?.entries.count == 2)
    }

    @Test func `A bundle older than the one in a disk cache is refused from the start`() async throws {
        let store = Store(try await Self.signed("a", publishedAt: "2026-05-02T10:00:00Z"))
        let server = try store.server()
        defer { server.stop() }
        let source = BundleSource(at: server.baseURL, verifying: .hmacSHA256(key: Self.key))
        source.noteHeld(publishedAt: Timestamp("2026-05-02T10:00:01Z"))
        source.noteHeld(publishedAt: Timestamp("2026-05-01T10:00:00Z"))
        source.noteHeld(publishedAt: nil)
        await #expect(throws: PromptError.self) { try await source.load(since: nil) }
        // Without a verifier, anybody could have written the date.
        let unverified = BundleSource(at: server.baseURL)
        unverified.noteHeld(publishedAt: Timestamp("2026-05-02T10:00:01Z"))
        #expect(try await unverified.load(since: nil)?.entries.count == 1)
    }

    @Test func `A bundle that is refused changes neither the prompts nor the date that are held`() async throws {
        let store = Store(try await Self.signed("a", publishedAt: "2026-05-02T10:00:00Z"))
        let server = try store.server()
        defer { server.stop() }
        let library = Self.library(.bundle(at: server.baseURL, verifying: .hmacSHA256(key: Self.key)))
        #expect(try await library.promptIDs() == ["a"])
        let foreign = try await PromptBundle(
            records: [.simple("evil")],
            publishedAt: Timestamp("2030-01-01T00:00:00Z")
        ).data(signedWith: .hmacSHA256(key: "a key of somebody else's"))
        let unsigned = try Self.bundle("evil", publishedAt: "2030-01-01T00:00:00Z").data
        for content in [foreign, unsigned, foreign.dropLast(5), Data("<html>".utf8), Data()] {
            store.content.withLock { $0 = content }
            let error = await #expect(throws: PromptError.self) { try await library.refresh() }
            #expect(error?.message.contains(server.baseURL.absoluteString) == true, "\(String(describing: error))")
            #expect(try await library.promptIDs() == ["a"])
        }
        let next = try await Self.signed("b", publishedAt: "2026-05-02T10:00:01Z")
        store.content.withLock { $0 = next }
        try await library.refresh()
        #expect(try await library.promptIDs() == ["b"])
    }

    // MARK: What is wrong

    @Test func `A prompt whose line cannot be read keeps its last form`() async throws {
        let store = Store(try Self.bundle("a", "b", "c").data)
        let server = try store.server()
        defer { server.stop() }
        let library = Self.library(.bundle(at: server.baseURL))
        #expect(try await library.promptIDs() == ["a", "b", "c"])
        let lines = [PromptRecord.simple("a"), .simple("c")].map {
            String(decoding: $0.json.canonical(), as: UTF8.self)
        }
        let body = Array("\(lines[0])\nno JSON\n\(lines[1])\n".utf8)
        let manifest = BundleManifest(revision: SHA256.hexadecimal(body), count: 3, folders: 0, publishedAt: nil)
        store.content.withLock { $0 = Data(manifest.line + [0x0A] + body) }
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a", "b", "c"])
        let diagnostics = try await library.diagnostics()
        #expect(diagnostics.map(\.line) == [3] && diagnostics.map(\.promptID) == ["b"])
        #expect(diagnostics.allSatisfy { $0.servesOlderForm })
        // A prompt that was removed is not kept, if every line can be read.
        let fewer = try Self.bundle("a", "c").data
        store.content.withLock { $0 = fewer }
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a", "c"])
    }

    @Test(arguments: [(500, nil), (429, 17), (503, 60), (404, nil), (403, nil)] as [(Int, Int?)])
    func `A status that is an error is thrown with the wait that it asks for`(status: Int, wait: Int?) async throws {
        let header = wait.map { "Retry-After: \($0)\r\n" } ?? ""
        let server = try Self.responding("HTTP/1.1 \(status) Status\r\n\(header)Content-Length: 4\r\n\r\nnope")
        defer { server.stop() }
        let error = await #expect(throws: TchaviError.self) {
            try await BundleSource(at: server.baseURL).load(since: nil)
        }
        #expect(error?.statusCode == status)
        #expect(error?.retryAfter == wait.map { .seconds($0) })
        #expect(error?.advice?.isEmpty == false)
    }

    @Test func `304 to a request without a condition is an error`() async throws {
        let server = try Self.responding("HTTP/1.1 304 Not Modified\r\n\r\n")
        defer { server.stop() }
        let error = await #expect(throws: TchaviError.self) {
            try await BundleSource(at: server.baseURL).load(since: nil)
        }
        #expect(error?.statusCode == 304)
    }

    @Test func `A server that stalls meets the time limit`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            connection.waitForClose()
        }
        defer { server.stop() }
        let clock = TestClock()
        var options = RemoteSourceOptions()
        options.clock = clock
        let source = BundleSource(at: server.baseURL, options: options)
        let load = Task { try await source.load(since: nil) }
        await clock.whenSleeping()
        clock.advance(by: .seconds(30))
        let error = await #expect(throws: TchaviError.self) { try await load.value }
        #expect(error?.code == .timeout)
    }

    @Test func `A bundle larger than the limit is refused`() async throws {
        let store = Store(try Self.bundle("a").data)
        let server = try store.server()
        defer { server.stop() }
        var options = RemoteSourceOptions()
        options.maximumBytes = 100
        let source = BundleSource(at: server.baseURL, options: options)
        let error = await #expect(throws: TchaviError.self) { try await source.load(since: nil) }
        #expect(error?.message.contains("maximumBytes") == true)
    }

    @Test func `A redirect is followed to a named host only`() async throws {
        let store = Store(try Self.bundle("a").data)
        let target = try store.server()
        let server = try Self.responding(
            "HTTP/1.1 302 Found\r\nLocation: \(target.baseURL)/all.jsonl\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        defer {
            server.stop()
            target.stop()
        }
        var options = RemoteSourceOptions()
        options.headers["Authorization"] = "Bearer store-token"
        let refused = BundleSource(at: server.baseURL, options: options)
        await #expect(throws: TchaviError.self) { try await refused.load(since: nil) }
        #expect(store.requests.withLock { $0.isEmpty })
        options.redirectHosts = ["127.0.0.1"]
        let followed = BundleSource(at: server.baseURL, options: options)
        #expect(try await followed.load(since: nil)?.entries.count == 1)
        #expect(store.requests.withLock { $0.first?.headers["Authorization"] } == nil)
    }

    @Test @MainActor func `Decoding leaves the caller's actor free`() async throws {
        let isMain = Locked<Bool?>(nil)
        let store = Store(try await Self.signed("a", publishedAt: "2026-05-02T10:00:00Z"))
        let server = try store.server()
        defer { server.stop() }
        let verifier = BundleVerifier.custom { _, _ in
            isMain.withLock { $0 = Thread.isMainThread }
            return true
        }
        _ = try await BundleSource(at: server.baseURL, verifying: verifier).load(since: nil)
        #expect(isMain.withLock { $0 } == false)
    }
}

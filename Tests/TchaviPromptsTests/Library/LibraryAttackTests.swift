import Foundation
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

/// Sources that break the rules of their protocol, and faults that follow one another.
@Suite(.timeLimit(.minutes(5)))
struct LibraryAttackTests {
    private let clocked = ClockedClient()
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var cache: URL { directory.url.appendingPathComponent("cache") }

    private func library(
        _ sources: any PromptSource...,
        change: (inout PromptLibrary.Configuration) -> Void = { _ in }
    ) -> PromptLibrary {
        var configuration = PromptLibrary.Configuration()
        configuration.overrides = [:]
        change(&configuration)
        return PromptLibrary(sources: sources, gateway: clocked.client, configuration: configuration)
    }

    private func text(_ library: PromptLibrary, _ id: String = "p") async throws -> String {
        try await library.prompt(id).messages[0].text
    }

    private func wait(until condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    private static func tagged(_ validator: String?, _ records: PromptRecord...) -> PromptCatalogue {
        var catalogue = PromptCatalogue.of(records)
        catalogue.validator = validator
        return catalogue
    }

    private let config = PromptVersionConfig(id: "d", messages: [.system("default")], model: "m")

    // MARK: Sources that break the rules

    @Test func `A source that throws CancellationError has failed, and its callers are not cancelled`() async throws {
        let source = ScriptedSource { _ in throw CancellationError() }
        let shipped = library(source) { $0.shipped = .memory([.saying("shipped")]) }
        #expect(try await text(shipped) == "shipped")
        let error = await #expect(throws: PromptError.self) { try await shipped.refresh() }
        #expect(error?.code == .unavailable)
        let bare = library(source)
        #expect(try await bare.prompt("p", default: config).selection.origin == .default)
        // Also within the pause after the failure.
        #expect(try await bare.prompt("p", default: config).selection.origin == .default)
    }

    @Test func `A version that was fetched is used while the source throws CancellationError`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        let seven = PromptVersion(id: "v7", version: 7, promptID: "p", config: config)
        source.nextVersion { _, _ in seven }
        let query = PromptQuery().version(7)
        _ = try await library.prompt("p", matching: query)
        source.nextVersion { _, _ in throw CancellationError() }
        clocked.clock.advance(by: .seconds(61))
        #expect(try await library.prompt("p", matching: query).version == 7)
    }

    @Test func `A source that returns nil without being given a validator has failed`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        source.next { _ in nil }
        clocked.clock.advance(by: .seconds(30))
        await #expect(throws: PromptError.self) { try await library.refresh() }
        #expect(try await text(library) == "one")
        #expect(library.status.age == .seconds(30))
    }

    @Test func `Two sources of one name keep their own prompts on disk`() async throws {
        func sources() -> [ScriptedSource] {
            [ScriptedSource(.saying("first a", id: "a")), ScriptedSource(.saying("second b", id: "b"))]
        }
        func pair(_ sources: [ScriptedSource]) -> PromptLibrary {
            library(sources[0], sources[1]) { $0.cacheDirectory = cache }
        }
        try await pair(sources()).refresh()
        let failing = sources()
        for source in failing { source.fail() }
        let restored = pair(failing)
        #expect(try await restored.promptIDs() == ["a", "b"])
        #expect(restored.status.sources.map(\.promptCount) == [1, 1])
        #expect(try await text(restored, "b") == "second b")
    }

    @Test func `A refresh that waits for a read without end is ended by a shutdown`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        let started = AsyncStream.makeStream(of: Void.self)
        source.next { _ in
            started.continuation.yield()
            // Never resumed before the end of the test, whatever is cancelled.
            return await Task.detached { () -> PromptCatalogue? in
                while true {
                    do { try await Task.sleep(for: .seconds(3600)) } catch { return nil }
                }
            }.value
        }
        let first = Task { try await library.refresh() }
        for await _ in started.stream { break }
        let second = Task { try await library.refresh() }
        for _ in 0..<20 { await Task.yield() }
        library.shutdown()
        await #expect(throws: PromptError.self) { try await second.value }
        // The source has the other one, until its caller gives up.
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await text(library) == "one")
    }

    @Test func `A library that is shut down fetches no versions`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        library.shutdown()
        await #expect(throws: PromptError.self) {
            _ = try await library.prompt("p", matching: PromptQuery().version(7))
        }
        #expect(source.versionRequests == 0)
    }

    @Test func `A library that is released while it reads ends the read, and is not kept by it`() async throws {
        let ended = AsyncStream.makeStream(of: Bool.self)
        let started = AsyncStream.makeStream(of: Void.self)
        let source = ScriptedSource(.saying("one"))
        var library: PromptLibrary? = library(source)
        _ = try await library?.prompt("p")
        source.next { _ in
            started.continuation.yield()
            try? await Task.sleep(for: .seconds(3600))
            ended.continuation.yield(Task.isCancelled)
            return nil
        }
        clocked.clock.advance(by: .seconds(120))
        _ = try await library?.prompt("p")
        for await _ in started.stream { break }
        let isReleased = { [weak library] in library == nil }
        library = nil
        try await wait { isReleased() }
        for await isCancelled in ended.stream {
            #expect(isCancelled)
            break
        }
    }

    // MARK: What a source no longer says

    @Test func `Of the same prompts, other diagnostics are other content`() async throws {
        let broken = PromptDiagnostic(location: "b.json", promptID: "b", reason: "Broken.")
        let source = ScriptedSource(.saying("one", id: "a"), .saying("old", id: "b"))
        let library = library(source)
        _ = try await text(library, "a")
        source.next { _ in
            var catalogue = PromptCatalogue.of([.saying("one", id: "a")])
            catalogue.diagnostics = [broken]
            return catalogue
        }
        try await library.refresh()
        #expect(try await text(library, "b") == "old")
        // The prompt is removed at its source.
        source.next(.saying("one", id: "a"))
        try await library.refresh()
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("b") }
        #expect(error?.code == .notFound)
        #expect(try await library.diagnostics().isEmpty)
        // A prompt that cannot be read is added.
        source.next { _ in
            var catalogue = PromptCatalogue.of([.saying("one", id: "a")])
            catalogue.diagnostics = [broken]
            return catalogue
        }
        try await library.refresh()
        let invalid = await #expect(throws: PromptError.self) { _ = try await library.prompt("b") }
        #expect(invalid?.code == .invalidRecord)
    }

    @Test func `A prompt whose version cannot be fetched costs no other prompt`() async throws {
        var second = PromptRecord.saying("two", id: "q")
        second.versions.append(PromptVersion(id: "v7", version: 7, promptID: "q", config: config))
        let source = ScriptedSource { [second] _ in .of([.saying("one"), second]) }
        source.nextVersion { _, _ in throw TchaviError(.transport, "Gone.") }
        let prompts = try await library(source).prompts(matching: PromptQuery().version(7))
        #expect(prompts.map(\.promptID) == ["q"])
    }

    // MARK: Faults that follow one another

    @Test func `A refused credential stays refused through other failures`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        source.fail(TchaviError(.authentication, "No.", statusCode: 401))
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        source.fail()
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        #expect(library.status.isRefused)
        let running = Task { await library.run() }
        await clocked.pass(300)
        #expect(source.loads == 3)
        running.cancel()
        await running.value
    }

    @Test func `A source that hangs holds up the first use only, where there is something to serve`() async throws {
        let source = ScriptedSource { [clocked] _ in
            try await TimeSource(clocked.clock).sleep(.seconds(30))
            throw TchaviError(.timeout, "Slow.")
        }
        let library = library(source) { $0.shipped = .memory([.saying("shipped")]) }
        let first = Task { try await text(library) }
        await clocked.clock.whenSleeping(count: 2)
        clocked.clock.advance(by: .seconds(5))
        #expect(try await first.value == "shipped")
        #expect(try await text(library) == "shipped")
        clocked.clock.advance(by: .seconds(25))
        try await wait { library.status.lastError != nil }
        clocked.clock.advance(by: .seconds(2))
        // The next read begins, and nobody waits for it: the clock stands still.
        #expect(try await text(library) == "shipped")
        try await wait { source.loads == 2 }
        library.shutdown()
    }

    @Test(arguments: [
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 900\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://example.invalid/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"data\": [",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"data\": []}",
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"data\": {}}",
        "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"data\": [[]]}",
        "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{\"error\": {\"message\": \"x\"}}",
        "nonsense\r\n\r\n",
        "",
    ])
    func `Whatever servers send, the prompts on disk are served, and the status says what failed`(
        response: String
    ) async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send(response)
        }
        defer { server.stop() }
        let maxim = MaximSource(apiKey: "maxim-key", baseURL: server.baseURL)
        let bundle = BundleSource(at: server.baseURL.appendingPathComponent("all.jsonl"))
        for source in [maxim, bundle] as [any PromptSource] {
            let earlier = ScriptedSource(name: source.cacheIdentity, .saying("kept"))
            try await library(earlier) { $0.cacheDirectory = cache }.refresh()
            let library = library(source) { $0.cacheDirectory = cache }
            await #expect(throws: (any Error).self) { try await library.refresh() }
            let prompt = try await library.prompt("p")
            #expect(prompt.messages[0].text == "kept")
            #expect(prompt.selection.origin == .disk)
            #expect(library.status.lastError != nil)
            #expect(library.status.isRefused == response.contains(" 401 "))
        }
    }

    @Test func `An older signed bundle is refused also where the program ships newer prompts than its cache`()
        async throws
    {
        let key: Secret = "0123456789abcdef0123456789abcdef"
        func signed(_ date: String) async throws -> Data {
            try await PromptBundle(records: [.saying(date)], publishedAt: Timestamp(date))
                .data(signedWith: .hmacSHA256(key: key))
        }
        let content = Locked(try await signed("2026-03-01T00:00:00Z"))
        let older = try await signed("2026-01-01T00:00:00Z")
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.respond(headers: [:], body: content.withLock { $0 })
        }
        defer { server.stop() }
        let url = server.baseURL.appendingPathComponent("all.jsonl")
        func library(shipping text: String) -> PromptLibrary {
            self.library(BundleSource(at: url, verifying: .hmacSHA256(key: key))) {
                $0.cacheDirectory = cache
                $0.shipped = .memory([.saying(text)])
            }
        }
        try await library(shipping: "first").refresh()
        content.withLock { $0 = older }
        let updated = library(shipping: "second")
        await #expect(throws: PromptError.self) { try await updated.refresh() }
        #expect(try await text(updated) == "second")
    }

    // MARK: Everything at once

    @Test func `Requests, refreshes, watches and a shutdown at the same time all end`() async throws {
        let source = ScriptedSource { validator in
            let number = (validator.flatMap { Int($0) } ?? 0) + 1
            return number % 5 == 0 ? nil : Self.tagged("\(number)", .saying("\(number)"))
        }
        let library = library(source, ScriptedSource(name: "other", .saying("q", id: "q"))) {
            $0.cacheDirectory = cache
            $0.contracts = [PromptContract("p")]
        }
        try await library.warmUp()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<60 {
                group.addTask {
                    switch index % 6 {
                    case 0: for _ in 0..<20 { _ = try? await library.prompt(["p", "q", "absent"][index % 3]) }
                    case 1: for _ in 0..<3 { _ = try? await library.refresh() }
                    case 2: for await _ in library.changes { if index % 4 == 0 { break } }
                    case 3: await library.run()
                    case 4: for _ in 0..<20 { _ = library.status }
                    default: clocked.clock.advance(by: .seconds(61))
                    }
                }
            }
            group.addTask {
                while source.loads < 5 { await Task.yield() }
                library.shutdown()
            }
        }
        #expect(try await text(library, "q") == "q")
    }

    // MARK: The disk cache

    @Test func `What could not be written to disk is written when nothing has changed`() async throws {
        let source = ScriptedSource { _ in Self.tagged("1", .saying("one")) }
        let library = library(source) { $0.cacheDirectory = cache }
        try await library.refresh()
        let file = SnapshotFile(directory: cache, sourceName: source.cacheIdentity).path
        // A directory in the file's place makes the write fail, as a full disk does.
        try FileManager.default.moveItem(atPath: file, toPath: file + ".aside")
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        source.next { _ in Self.tagged("2", .saying("two")) }
        try await library.refresh()
        #expect(try await library.diagnostics().count == 1)
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.moveItem(atPath: file + ".aside", toPath: file)
        source.next { $0 == "2" ? nil : Self.tagged("2", .saying("two")) }
        try await library.refresh()
        #expect(try await library.diagnostics().isEmpty)
        let down = ScriptedSource { _ in throw TchaviError(.transport, "Gone.") }
        #expect(try await text(self.library(down) { $0.cacheDirectory = cache }) == "two")
    }

    @Test func `What is on disk is also refreshed behind for a source without an interval`() async throws {
        try await library(ScriptedSource(interval: nil, .saying("one"))) { $0.cacheDirectory = cache }.refresh()
        let source = ScriptedSource(interval: nil, .saying("two"))
        let requested = library(source) { $0.cacheDirectory = cache }
        #expect(try await text(requested) == "one")
        try await wait { try await text(requested) == "two" }
        // Once it has been read, only a refresh reads it.
        clocked.clock.advance(by: .seconds(600))
        _ = try await text(requested)
        for _ in 0..<20 { await Task.yield() }
        #expect(source.loads == 1)
        let watched = library(ScriptedSource(interval: nil, .saying("three"))) { $0.cacheDirectory = cache }
        let running = Task { await watched.run() }
        try await wait { watched.status.origin == .source }
        running.cancel()
        await running.value
    }

    @Test func `A prompt that cannot be read from disk is read from its source again`() async throws {
        // A record without an id cannot be read back.
        let source = ScriptedSource { $0 == "1" ? nil : Self.tagged("1", .saying("one"), .saying("nameless", id: "")) }
        try await library(source) { $0.cacheDirectory = cache }.refresh()
        let restarted = library(source) { $0.cacheDirectory = cache }
        try await restarted.refresh()
        #expect(try await text(restarted, "") == "nameless")
    }

    @Test func `A new date of the same prompts is on disk, so that no bundle between the two is accepted`() async throws
    {
        func dated(_ date: String) -> ScriptedSource.Script {
            { _ in
                var catalogue = PromptCatalogue.of([.saying("one")])
                catalogue.publishedAt = Timestamp(date)
                return catalogue
            }
        }
        let source = ScriptedSource(dated("2026-01-01T00:00:00Z"))
        let library = library(source) { $0.cacheDirectory = cache }
        try await library.refresh()
        source.next(dated("2026-03-01T00:00:00Z"))
        try await library.refresh()
        let stored = try SnapshotFile(directory: cache, sourceName: source.cacheIdentity).read()
        #expect(stored?.catalogue.publishedAt == Timestamp("2026-03-01T00:00:00Z"))
    }
}

import Foundation
import Observation
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

/// A library while its sources are slow, wrong or gone.
@Suite(.timeLimit(.minutes(10)))
struct LibraryOutageTests {
    private let clocked = ClockedClient()

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

    @Test func `A thousand callers at the start send one request`() async throws {
        let source = ScriptedSource { _ in
            try await Task.sleep(for: .milliseconds(20))
            return .of([.saying("one")])
        }
        let library = library(source)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<1000 { group.addTask { try await text(library) } }
            for try await text in group { #expect(text == "one") }
        }
        #expect(source.loads == 1)
    }

    @Test func `The first use waits for a slow source up to the timeout, and the read goes on`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let source = ScriptedSource { _ in
            for await _ in gate.stream { break }
            return .of([.saying("late")])
        }
        let library = library(source)
        let first = Task { try await text(library) }
        await clocked.clock.whenSleeping()
        clocked.clock.advance(by: .seconds(5))
        let error = await #expect(throws: PromptError.self) { _ = try await first.value }
        #expect(error?.code == .unavailable)
        // Others fail at once: the timeout began with the read.
        await #expect(throws: PromptError.self) { _ = try await text(library) }
        let config = PromptVersionConfig(id: "d", messages: [.system("default")], model: "m")
        let prompt = try await library.prompt("p", default: config)
        #expect(prompt.selection.origin == .default)
        #expect(prompt.selection.reason == .default)
        #expect(prompt.messages[0].text == "default")
        gate.continuation.yield()
        try await wait { library.status.revision != nil }
        #expect(try await text(library) == "late")
        #expect(source.loads == 1)
    }

    @Test func `Failures pause the polling, and an explicit refresh does not wait`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        #expect(try await text(library) == "one")
        let running = Task { await library.run() }
        source.fail()
        await clocked.pass(600)
        // After 60 s, and then with pauses of 1, 2, 4, … s, 7/8 of them.
        #expect((8...11).contains(source.loads))
        #expect(try await text(library) == "one")
        let selection = try await library.prompt("p").selection
        #expect(selection.origin == .source)
        #expect(selection.snapshotAge == .seconds(600))
        #expect((library.status.lastError as? TchaviError)?.statusCode == 500)
        #expect(library.status.age == .seconds(600))
        let loads = source.loads
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        #expect(source.loads == loads + 1)
        source.next(.saying("two"))
        try await library.refresh()
        #expect(try await text(library) == "two")
        #expect(library.status.lastError == nil)
        running.cancel()
        await running.value
    }

    @Test func `A refused credential stops the polling until a refresh succeeds`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        let running = Task { await library.run() }
        source.fail(TchaviError(.authentication, "No.", statusCode: 401))
        await clocked.pass(600)
        #expect(source.loads == 2)
        #expect(library.status.isRefused)
        #expect(try await text(library) == "one")
        #expect(source.loads == 2)
        // Another failure says nothing about the credential.
        source.fail()
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        #expect(library.status.isRefused)
        source.next(.saying("two"))
        try await library.refresh()
        #expect(!library.status.isRefused)
        await clocked.pass(130)
        #expect(source.loads == 6)
        running.cancel()
        await running.value
    }

    @Test func `A server that asks for a pause gets it`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        let running = Task { await library.run() }
        var error = TchaviError(.rateLimited, "Slow down.", statusCode: 429)
        error.retryAfter = .seconds(300)
        source.fail(error)
        await clocked.pass(350)
        #expect(source.loads == 2)
        await clocked.pass(20)
        #expect(source.loads == 3)
        running.cancel()
        await running.value
    }

    @Test func `A request that finds old prompts is served, and starts one refresh`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        source.next(.saying("two"))
        clocked.clock.advance(by: .seconds(61))
        for _ in 0..<10 { _ = try await text(library) }
        try await wait { try await text(library) == "two" }
        #expect(source.loads == 2)
        // Nothing reads while nobody asks.
        clocked.clock.advance(by: .seconds(600))
        #expect(source.loads == 2)
    }

    @Test func `Prompts that are too old are refreshed once, and then refused`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source) { $0.maxStaleness = .seconds(300) }
        _ = try await text(library)
        source.next(.saying("two"))
        clocked.clock.advance(by: .seconds(301))
        #expect(try await text(library) == "two")
        source.fail()
        clocked.clock.advance(by: .seconds(301))
        let error = await #expect(throws: PromptError.self) { _ = try await text(library) }
        #expect(error?.code == .stale)
        #expect(source.loads == 3)
        // The pause after the failure holds for requests as well.
        await #expect(throws: PromptError.self) { _ = try await text(library) }
        #expect(source.loads == 3)
        let config = PromptVersionConfig(id: "d", messages: [.system("default")], model: "m")
        #expect(try await library.prompt("p", default: config).selection.origin == .default)
        source.next(.saying("three"))
        clocked.clock.advance(by: .seconds(2))
        #expect(try await text(library) == "three")
    }

    @Test func `Shipped prompts stand in until the source has been read`() async throws {
        let source = ScriptedSource { _ in throw TchaviError(.transport, "Gone.") }
        let library = library(source) { $0.shipped = .memory([.saying("shipped"), .saying("old", id: "removed")]) }
        let prompt = try await library.prompt("p")
        #expect(prompt.messages[0].text == "shipped")
        #expect(prompt.selection.origin == .shipped)
        #expect(library.status.origin == .shipped)
        #expect(library.status.lastError != nil)
        source.next(.saying("fresh"))
        clocked.clock.advance(by: .seconds(2))
        // Nobody waits for the source any more who can be served without it.
        try await wait { try await text(library) == "fresh" }
        #expect(try await library.prompt("p").selection.origin == .source)
        #expect(prompt.selection.snapshotAge == nil)
        // What the source does not have is not served.
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("removed") }
        #expect(error?.code == .notFound)
    }

    @Test func `The default serves where a prompt is missing, and never where no version matches`() async throws {
        let record = PromptRecord(promptID: "p", versions: PromptRecord.saying("one").versions)
        let library = library(ScriptedSource(record))
        let config = PromptVersionConfig(id: "d", messages: [.system("default <<name>>")], model: "m")
        let events = Locked<[SelectionEvent]>([])
        let observed = PromptLibrary(
            source: ScriptedSource(record),
            observers: [Recorder(events: events)],
            configuration: .forTests
        )
        #expect(try await observed.prompt("absent", default: config).variableNames == ["name"])
        #expect(events.withLock { $0.first?.unavailableReason?.contains("was not found") } == true)
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("p", default: config) }
        #expect(error?.code == .noMatch)
    }

    private struct Recorder: PromptObserver {
        let events: Locked<[SelectionEvent]>
        func selected(_ event: SelectionEvent) { events.withLock { $0.append(event) } }
    }

    @Test func `An empty catalogue replaces nothing, not even what was shipped`() async throws {
        let source = ScriptedSource { _ in .of([]) }
        let library = library(source) { $0.shipped = .memory([.saying("shipped")]) }
        #expect(try await text(library) == "shipped")
        await #expect(throws: PromptError.self) { try await library.refresh() }
        #expect(try await text(library) == "shipped")
    }

    @Test func `Overrides pin versions, visibly`() async throws {
        var record = PromptRecord.saying("one")
        record.versions.append(PromptVersion(id: "v2", version: 2, promptID: "p", config: record.versions[0].config))
        let library = library(ScriptedSource(record)) { $0.overrides = ["p": 2] }
        let selection = try await library.prompt("p").selection
        #expect(selection.version == 2)
        #expect(selection.origin == .override)
        #expect(selection.reason == .pinned)
        let overrides = PromptOverrides(environment: ["TCHAVI_PROMPT_OVERRIDE": "p@2, q@3,r,@4,s@x"])
        #expect(overrides.versions == ["p": 2, "q": 3])
        #expect(overrides.diagnostics.count == 3)
    }

    @Test func `A failing source is represented by what it had, and the next one adds only what it never had`()
        async throws
    {
        let first = ScriptedSource(name: "first", .saying("first a", id: "a"))
        let second = ScriptedSource(name: "second", .saying("second a", id: "a"), .saying("second b", id: "b"))
        let library = library(first, second)
        #expect(try await text(library, "a") == "first a")
        #expect(try await text(library, "b") == "second b")
        #expect(try await library.promptIDs() == ["a", "b"])
        first.fail()
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        #expect(try await text(library, "a") == "first a")
        // A prompt that the first source no longer has is the second's.
        first.next(.saying("first c", id: "c"))
        try await library.refresh()
        #expect(try await text(library, "a") == "second a")
        #expect(try await library.promptIDs() == ["a", "b", "c"])
    }

    @Test func `Nobody takes the place of a prompt that cannot be read in an earlier source`() async throws {
        let first = ScriptedSource(name: "first") { _ in
            var catalogue = PromptCatalogue.of([.saying("x", id: "x")])
            catalogue.diagnostics = [PromptDiagnostic(location: "a.json", promptID: "a", reason: "Broken.")]
            return catalogue
        }
        let library = library(first, ScriptedSource(name: "second", .saying("second a", id: "a")))
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("a") }
        #expect(error?.code == .invalidRecord)
        #expect(try await library.promptIDs() == ["x"])
    }

    @Test func `Changes are told as ids, several at once where the reader is slow, and end at shutdown`() async throws {
        let source = ScriptedSource(.saying("one"), .saying("gone", id: "q"))
        let library = library(source)
        _ = try await text(library)
        var changes = library.changes.makeAsyncIterator()
        source.next(.saying("two"), .saying("gone", id: "q"))
        try await library.refresh()
        source.next(.saying("three"), .saying("new", id: "r"))
        try await library.refresh()
        let change = try #require(await changes.next())
        #expect(change.changed == ["p"])
        #expect(change.added == ["r"])
        #expect(change.removed == ["q"])
        await #expect(throws: PromptError.self) { _ = try await library.prompt("q") }
        // The same content again is no change.
        try await library.refresh()
        library.shutdown()
        #expect(await changes.next() == nil)
        #expect(try await text(library) == "three")
        let error = await #expect(throws: PromptError.self) { try await library.refresh() }
        #expect(error?.code == .unavailable)
        await library.run()
    }

    @Test func `An iterator of changes polls while it is held`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        var changes: PromptChangeSequence.Iterator? = library.changes.makeAsyncIterator()
        #expect(await changes?.next()?.added == ["p"])
        source.next(.saying("two"))
        let waiting = Task { [clocked] in await clocked.pass(70) }
        #expect(await changes?.next()?.changed == ["p"])
        await waiting.value
        changes = nil
        let loads = source.loads
        clocked.clock.advance(by: .seconds(600))
        for _ in 0..<100 { await Task.yield() }
        #expect(source.loads == loads)
    }

    @Test func `The status can be observed`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        let revisions = Locked(0)
        withObservationTracking {
            #expect(library.status.revision == nil)
        } onChange: {
            revisions.withLock { $0 += 1 }
        }
        _ = try await text(library)
        #expect(revisions.withLock { $0 } == 1)
        let status = library.status
        #expect(status.promptCount == 1)
        #expect(status.age == .zero)
        #expect(status.sources.map(\.name) == ["scripted"])
    }

    @Test func `A version that the catalogue lacks is fetched, kept for a minute, and used while the source is down`()
        async throws
    {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        let seven = PromptVersion(
            id: "v7",
            version: 7,
            promptID: "p",
            config: PromptVersionConfig(id: "c7", messages: [.system("seven")], model: "m")
        )
        source.nextVersion { number, _ in number == 7 ? seven : nil }
        for _ in 0..<3 {
            #expect(try await library.prompt("p", matching: PromptQuery().version(7)).messages[0].text == "seven")
            let error = await #expect(throws: PromptError.self) {
                _ = try await library.prompt("p", matching: PromptQuery().version(8))
            }
            #expect(error?.code == .noMatch)
        }
        #expect(source.versionRequests == 2)
        source.nextVersion { _, _ in throw TchaviError(.transport, "Gone.") }
        clocked.clock.advance(by: .seconds(61))
        #expect(try await library.prompt("p", matching: PromptQuery().version(7)).messages[0].text == "seven")
        await #expect(throws: TchaviError.self) {
            _ = try await library.prompt("p", matching: PromptQuery().version(9))
        }
        #expect(source.versionRequests == 4)
        // One that the catalogue has is not fetched.
        _ = try await library.prompt("p", matching: PromptQuery().version(1))
        #expect(source.versionRequests == 4)
    }

    @Test func `Selecting, resolving, explaining and checking need no gateway`() async throws {
        let library = PromptLibrary(source: ScriptedSource(.saying("Hi")), configuration: .forTests)
        let prompt = try await library.prompt("p")
        #expect(try prompt.resolve("?").messages.count == 2)
        _ = try await library.explain("p")
        _ = try await library.lint()
        let error = await #expect(throws: TchaviError.self) { _ = try await prompt.run("?") }
        #expect(error?.code == .invalidRequest)
        await #expect(throws: TchaviError.self) { _ = try await prompt.stream("?").collect() }
    }

    @Test func `All prompts for which the query has a version are returned, also of one folder`() async throws {
        var first = PromptRecord.saying("a", id: "a")
        first.folderID = "f"
        var second = PromptRecord.saying("b", id: "b")
        second.deployments = [:]
        let source = ScriptedSource { [first, second] _ in
            var catalogue = PromptCatalogue.of([first, second, .saying("c", id: "c")])
            catalogue.folders = [PromptFolder(id: "f", name: "F", tags: ["team": "billing"])]
            return catalogue
        }
        let library = library(source)
        #expect(try await library.prompts().map(\.promptID) == ["a", "c"])
        #expect(try await library.prompts(matching: PromptQuery().folder("f")).map(\.promptID) == ["a"])
        #expect(try await library.folder("f")?.name == "F")
        #expect(try await library.folder("g") == nil)
        #expect(try await library.folders().map(\.id) == ["f"])
    }

    @Test func `A prompt that was broken and is then removed is not served, also without a revision of the source`()
        async throws
    {
        let source = ScriptedSource(.saying("x", id: "x"), .saying("y", id: "y"))
        let library = library(source)
        _ = try await text(library, "x")
        source.next { _ in
            var catalogue = PromptCatalogue.of([.saying("y", id: "y")])
            catalogue.diagnostics = [PromptDiagnostic(location: "x", promptID: "x", reason: "Broken.")]
            return catalogue
        }
        try await library.refresh()
        #expect(try await text(library, "x") == "x")
        #expect(try await library.diagnostics().count == 1)
        source.next(.saying("y", id: "y"))
        try await library.refresh()
        #expect(try await library.promptIDs() == ["y"])
        #expect(try await library.diagnostics().isEmpty)
    }

    @Test func `An interval can be set for sources that have none`() async throws {
        let source = ScriptedSource(interval: nil, .saying("one"))
        let library = library(source) { $0.refreshInterval = .seconds(10) }
        _ = try await text(library)
        source.next(.saying("two"))
        clocked.clock.advance(by: .seconds(12))
        try await wait { try await text(library) == "two" }
        #expect(source.loads == 2)
    }

    @Test func `Overrides of what does not exist are reported`() async throws {
        let library = library(ScriptedSource(.saying("one"))) { $0.overrides = ["p": 9, "q": 1] }
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("p") }
        #expect(error?.message.contains("TCHAVI_PROMPT_OVERRIDE") == true)
        #expect(try await library.diagnostics().map(\.location) == ["TCHAVI_PROMPT_OVERRIDE"])
    }

    @Test func `What stays the same announces nothing`() async throws {
        let source = ScriptedSource(.saying("one"))
        let library = library(source)
        _ = try await text(library)
        let changes = Locked(0)
        withObservationTracking {
            _ = library.status
        } onChange: {
            changes.withLock { $0 += 1 }
        }
        try await library.refresh()
        #expect(changes.withLock { $0 } == 0)
        source.fail()
        await #expect(throws: TchaviError.self) { try await library.refresh() }
        #expect(changes.withLock { $0 } == 1)
    }

    @Test func `A source that throws CancellationError cancels no request`() async throws {
        let source = ScriptedSource { _ in throw CancellationError() }
        let library = library(source)
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("p") }
        #expect(error?.code == .unavailable)
        let config = PromptVersionConfig(id: "d", messages: [.system("default")], model: "m")
        #expect(try await library.prompt("p", default: config).selection.origin == .default)
    }
}

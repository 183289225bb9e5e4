import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct PromptLibraryTests {
    private func library(_ directory: TemporaryDirectory) -> PromptLibrary {
        PromptLibrary(source: .directory(directory.url.path), gateway: LocalGateway().client())
    }

    @Test func `The fixture library is read completely`() async throws {
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: LocalGateway().client())
        #expect(try await library.promptIDs() == PromptRecordTests.files)
        #expect(try await library.diagnostics().isEmpty)
    }

    @Test func `The error of an unknown name lists the nearest existing names`() async throws {
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: LocalGateway().client())
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("suport-reply") }
        #expect(error?.code == .notFound)
        #expect(error?.availablePrompts.first == "support-reply")
        #expect(error?.availablePrompts.count == 5)
        #expect(error?.description.contains(" and 1 more.") == true)
        #expect(error?.description.contains("`support-reply`") == true)
    }

    @Test func `The error of a missing directory names it`() async throws {
        let library = PromptLibrary(source: .directory("/nonexistent/prompts"), gateway: LocalGateway().client())
        let error = await #expect(throws: PromptError.self) { _ = try await library.promptIDs() }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("/nonexistent/prompts") == true)
    }

    @Test func `An invalid prompt is reported and does not affect the others`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("best.json", .simple("best"))
        try directory.write("good.json", .simple("good"))
        try directory.write("broken.json", "{ \"promptId\": ")
        try directory.write("empty.json", #"{"promptId": "hollow"}"#)
        try directory.write(
            "rule.json",
            #"{"promptId":"r","versions":[{"id":"v","version":1}],"#
                + #""rules":{"v":[{"id":"d","rules":{"query":{"rules":[7]}}}]}}"#
        )
        try directory.write("twin.json", .simple("good"))
        let record = String(decoding: PromptRecord.simple("both").json.serialized().utf8, as: UTF8.self)
        try directory.write("twice.json", "{\"data\": [\(record), \(record)]}")
        try directory.write("folders.json", "[]")
        try directory.write("notes.txt", "no prompt")
        try directory.write("draft.json", #"{"promptId":"draft","versions":[{"id":"v1","version":1},{"id":7}]}"#)
        let library = library(directory)
        #expect(try await library.promptIDs() == ["best", "r"])
        let diagnostics = try await library.diagnostics()
        #expect(
            diagnostics.map { "\($0.location):\($0.line ?? 0):\($0.column ?? 0) \($0.promptID ?? "-")" } == [
                "broken.json:1:1 -", "draft.json:1:63 draft", "empty.json:1:1 hollow", "rule.json:1:104 r",
                "good.json:1:1 good", "twice.json:1:1 both", "twin.json:1:1 good",
            ]
        )
        #expect(
            diagnostics.map(\.description).joined().contains(
                "good.json:1:1: error: The prompt `good` is defined more than once"
            )
        )
        for (name, place) in [
            ("broken", "broken.json:1:1"), ("hollow", "empty.json:1:1"), ("draft", "draft.json:1:63"),
            ("good", "twin.json"),
        ] {
            let error = await #expect(throws: PromptError.self) { _ = try await library.prompt(name) }
            #expect(error?.code == .invalidRecord, "\(name)")
            #expect(error?.message.contains(place) == true, "\(name)")
        }
        // A deployment that cannot be read is never selected, and listed.
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("r") }
        #expect(error?.code == .noMatch)
        #expect(try await library.explain("r").verdicts.map(\.outcome) == [.ruledOut])
        #expect(try await library.explain("r").description.contains("It could not be read: rule.json:1:104"))
    }

    @Test func `A refresh reads changed prompts, and keeps the last valid record of invalid ones`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.json", .simple("a"))
        try directory.write("b.json", .simple("b"))
        let library = library(directory)
        let held = try await library.prompt("a")
        try directory.write("a.json", "{ no json")
        try directory.write("c.json", .simple("c"))
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("b.json"))
        #expect(try await library.promptIDs() == ["a", "b"])
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a", "c"])
        #expect(try await library.diagnostics().map(\.servesOlderForm) == [true])
        #expect(try await library.prompt("a").messages == held.messages)
        // Also through a further refresh.
        try directory.write("d.json", .simple("d"))
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a", "c", "d"])
    }

    @Test func `A refresh that fails keeps the previous prompts`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.json", .simple("a"))
        let library = library(directory)
        _ = try await library.promptIDs()
        try FileManager.default.removeItem(at: directory.url)
        await #expect(throws: PromptError.self) { try await library.refresh() }
        #expect(try await library.promptIDs() == ["a"])
    }

    /// Counts how often it is read, and waits for a signal each time.
    private final class SlowSource: PromptSource {
        let name = "test"
        let loads = Locked(0)
        let gate = AsyncStream.makeStream(of: Void.self)

        func load(since validator: String?) async throws -> PromptCatalogue? {
            loads.withLock { $0 += 1 }
            for await _ in gate.stream { break }
            return PromptCatalogue(entries: [.init(location: "x", record: .simple("x"))])
        }
    }

    @Test func `Concurrent callers share one load, and cancelling a caller does not cancel it`() async throws {
        let source = SlowSource()
        let library = PromptLibrary(source: source, gateway: LocalGateway().client(), configuration: .forTests)
        let impatient = Task { try await library.promptIDs() }
        let patient = (0..<20).map { _ in Task { try await library.promptIDs() } }
        while source.loads.withLock({ $0 }) == 0 { await Task.yield() }
        impatient.cancel()
        await #expect(throws: CancellationError.self) { _ = try await impatient.value }
        source.gate.continuation.yield()
        for task in patient { #expect(try await task.value == ["x"]) }
        #expect(source.loads.withLock { $0 } == 1)
    }

    // MARK: Versions

    @Test func `The README's query selects the enterprise version`() async throws {
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: LocalGateway().client())
        let query = PromptQuery().deploymentVariable("environment", "production")
        let enterprise = try await library.prompt("support-reply", matching: query.tag("plan", "enterprise"))
        #expect(enterprise.version == 3)
        #expect(enterprise.selection.deploymentID == "enterprise-rollout")
        // A query without a condition, and one that nothing matches, get what is for everybody.
        #expect(try await library.prompt("support-reply").version == 2)
        #expect(try await library.prompt("support-reply", matching: query).selection.reason == .unconditional)
    }

    struct Expectation: Sendable {
        let id: String
        let values: [String: ConditionValue]
        let version: Int

        init(_ id: String, _ values: [String: ConditionValue], _ version: Int) {
            self.id = id
            self.values = values
            self.version = version
        }
    }

    static let expectations: [Expectation] = [
        Expectation("summarise", ["words": 150], 1),
        Expectation("summarise", ["words": 5000], 2),
        Expectation("summarise", ["words": 50000], 2),
        Expectation("summarise", ["output": "json"], 2),
        Expectation("summarise", ["output": "json", "plan": "pro", "beta": true], 3),
        Expectation("translate", ["locale": "fr-CA"], 2),
        Expectation("translate", ["locale": "de"], 3),
        Expectation("translate", ["locale": "ja", "channel": "web"], 4),
        Expectation("translate", ["locale": "it"], 1),
        Expectation("describe-image", ["channels": ["ios"]], 1),
        Expectation("describe-image", ["channels": ["web"]], 2),
        Expectation("weather", ["coast": "true"], 2),
        Expectation("weather", ["team": "newsroom", "hour": 5], 3),
        Expectation("weather", [:], 1),
        Expectation("support-reply", ["environment": "staging", "seats": 80], 4),
        Expectation("support-reply", ["environment": "staging", "team": "quality"], 4),
    ]

    @Test(arguments: expectations)
    func `The fixture library's deployments select the expected versions`(expectation: Expectation) async throws {
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: LocalGateway().client())
        var query = PromptQuery()
        for (field, value) in expectation.values { query = query.tag(field, value) }
        #expect(try await library.prompt(expectation.id, matching: query).version == expectation.version)
    }

    @Test func `The error of a prompt without deployments says what to do`() async throws {
        var record = PromptRecord.simple()
        record.deployments = [:]
        let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("greeting") }
        #expect(error?.code == .noMatch)
        #expect(error?.message == "`greeting` has versions, but none is deployed, and it has no fallback.")
        #expect(error?.advice?.contains(".version(n)") == true)
        #expect(error?.advice?.contains(".latest()") == true)
        #expect(try await library.prompt("greeting", matching: PromptQuery().latest()).version == 1)
    }

    @Test func `A version without a config cannot be run`() async throws {
        let version = PromptVersion(id: "v", version: 1, promptID: "p", config: nil)
        let record = PromptRecord(promptID: "p", versions: [version], deployments: ["v": [Deployment(id: "d")]])
        let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("p") }
        #expect(error?.code == .invalidRecord)
    }

    @Test func `A fallback that is an older copy of a version is run unchanged`() async throws {
        var record = PromptRecord.simple("p", [.system("new")])
        record.deployments = [:]
        record.fallbackVersion = PromptRecord.simple("p", [.system("old")]).versions[0]
        let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
        #expect(
            try await library.prompt("p", matching: PromptQuery().version(1)).resolve().messages == [.system("new")]
        )
        #expect(try await library.prompt("p").resolve().messages == [.system("old")])
        #expect(try await library.prompt("p", matching: PromptQuery().latest()).resolve().messages == [.system("new")])
    }

    @Test func `A prompt that becomes invalid is kept after its file is renamed, but not for another id`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("a.json", .simple("a"))
        try directory.write("b.json", .simple("b"))
        let library = library(directory)
        _ = try await library.promptIDs()
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("a.json"))
        try directory.write("a2.json", #"{"promptId":"a"}"#)
        try directory.write("b.json", #"{"promptId":"other"}"#)
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a"])
    }

    @Test func `Prompts may choose their own syntax, and a second one of the same name is reported`() async throws {
        var record = PromptRecord.simple("p", [.system("{{a}} <<a>>")])
        record.variableSyntax = .braces
        #expect(try PromptRecord(json: record.json) == record)
        let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
        #expect(try await library.prompt("p").resolve(variables: ["a": "1"]).messages == [.system("1 <<a>>")])
        let twice = PromptLibrary(source: .memory([record, .simple("p")]), gateway: LocalGateway().client())
        let error = await #expect(throws: PromptError.self) { _ = try await twice.prompt("p") }
        #expect(error?.code == .invalidRecord)
        #expect(try await twice.diagnostics().count == 1)
    }

    @Test func `A fallback that the query excludes is not reported as missing`() async throws {
        var record = PromptRecord.simple("p")
        record.deployments = [:]
        record.fallbackVersion = record.versions[0]
        let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
        let query = PromptQuery().requiringMatch()
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("p", matching: query) }
        #expect(error?.message == "`p` has versions, but none is deployed, and the query requires a match.")
        #expect(
            try await library.explain("p", matching: query).notes == [
                "Nothing is deployed, and the query requires a match."
            ]
        )
    }

    @Test func `A selection has the age of the snapshot`() async throws {
        let clock = TestClock()
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        let gateway = LocalGateway().client(configuration: configuration)
        let library = PromptLibrary(source: .memory([.simple("p", [.system("x")])]), gateway: gateway)
        #expect(try await library.prompt("p").selection.snapshotAge == .zero)
        clock.advance(by: .seconds(90))
        let prompt = try await library.prompt("p")
        #expect(prompt.selection.snapshotAge == .seconds(90))
        #expect(try await prompt.run("?").selection?.json["snapshotAge"] == 90_000)
        try await library.refresh()
        #expect(try await library.prompt("p").selection.snapshotAge == .zero)
    }

    @Test func `A selection tells which content its version had, also in a response and an explanation`() async throws {
        let config = PromptVersionConfig(id: "c", messages: [.system("Hi")], model: "m")
        var edited = config
        edited.messages = [.system("Hello")]
        let version = PromptVersion(id: "v", version: 1, promptID: "p", config: config)
        // The fallback is an older copy of the deployed version.
        let record = PromptRecord(
            promptID: "p",
            versions: [PromptVersion(id: "v", version: 1, promptID: "p", config: edited)],
            deployments: ["v": [Deployment(id: "d", query: RuleGroup(.and, [.rule(Rule("a", .equal, 1))]))]],
            fallbackVersion: version
        )
        let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
        let deployed = PromptQuery().tag("a", 1)
        for _ in 0..<2 {
            #expect(try await library.prompt("p").selection.versionContentHash == config.contentHash)
            let prompt = try await library.prompt("p", matching: deployed)
            #expect(prompt.selection.versionContentHash == edited.contentHash)
            let response = try await prompt.run("x")
            #expect(response.selection?.versionContentHash == edited.contentHash)
            #expect(response.json["selection"]?["versionContentHash"]?.string == edited.contentHash)
        }
        #expect(try await library.explain("p").selection.versionContentHash == config.contentHash)
    }

    @Test func `Each prompt of a file of records is kept when the file becomes invalid, and none for a mere warning`()
        async throws
    {
        let directory = try TemporaryDirectory()
        func record(_ id: String) -> String { PromptRecord.simple(id).json.serialized() }
        try directory.write("api.json", #"{"data": [\#(record("a")), \#(record("b")), \#(record("c"))]}"#)
        let library = library(directory)
        #expect(try await library.promptIDs() == ["a", "b", "c"])
        try directory.write("api.json", #"{"data": [\#(record("a")), \#(record("b")),]}"#)
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a", "b", "c"])
        // A key that is given twice is a warning; what was removed is gone.
        try directory.write("api.json", #"{"data": [\#(record("a"))], "note": 1, "note": 2}"#)
        try await library.refresh()
        #expect(try await library.diagnostics().map(\.severity) == [.warning])
        #expect(try await library.promptIDs() == ["a"])
    }

    @Test func `A prompt whose prompt.json is broken goes on being served, and no other of its id takes its place`()
        async throws
    {
        let directory = try TemporaryDirectory()
        func write(_ path: String, _ text: String) throws {
            let url = directory.url.appendingPathComponent(path)
            let parent = url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        try write("a-b/1.md", "---\nmodel: m\n---\nfirst\n")
        try write("a-b/prompt.json", #"{"promptId": "a/b", "deployments": [{"version": 1}]}"#)
        let library = library(directory)
        #expect(try await library.prompt("a/b").messages[0].text == "first")
        try write("other.json", PromptRecord.simple("a/b", [.system("other")]).json.serialized())
        try write("a-b/prompt.json", #"{"promptId": "a/b", "deployments": [{"version": 1}], "#)
        try await library.refresh()
        #expect(try await library.promptIDs() == ["a/b"])
        try write("a-b/prompt.json", #"{"promptId": "a/b", "deployments": [{"version": "1"}], "x": 1}"#)
        try await library.refresh()
        #expect(try await library.prompt("a/b").messages[0].text == "first")
        // On a fresh start neither is served.
        let fresh = self.library(directory)
        let error = await #expect(throws: PromptError.self) { _ = try await fresh.prompt("a/b") }
        #expect(error?.code == .invalidRecord)
    }

    @Test func `Not changed renews the age, and an empty catalogue replaces nothing`() async throws {
        let clock = TestClock()
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        let client = TchaviClient(.none, configuration: configuration)
        let directory = try TemporaryDirectory()
        try directory.write("a.json", .simple("a"))
        let library = PromptLibrary(source: .directory(directory.url.path), gateway: client)
        _ = try await library.prompt("a")
        clock.advance(by: .seconds(60))
        #expect(try await library.prompt("a").selection.snapshotAge == .seconds(60))
        try await library.refresh()
        #expect(try await library.prompt("a").selection.snapshotAge == .zero)
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("a.json"))
        await #expect(throws: PromptError.self) { try await library.refresh() }
        #expect(try await library.promptIDs() == ["a"])
    }
}

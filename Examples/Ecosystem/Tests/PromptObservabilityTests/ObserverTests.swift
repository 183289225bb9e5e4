import InMemoryLogging
import Logging
import Metrics
import MetricsTestKit
import PromptObservability
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

struct ObserverTests {
    private static let record: String = """
        {"promptId": "tone", "versions": [
          {"id": "v1", "version": 1, "config": {"messages": [{"role": "system", "content": "Be terse."}], "model": "m"}},
          {"id": "v2", "version": 2, "config": {"messages": [{"role": "system", "content": "Be kind."}], "model": "m"}}
        ], "rules": {"v2": [{"id": "pro", "rules": {"query": {"rules": [{"field": "plan", "operator": "=", "value": "pro"}]}}}]},
        "fallbackVersion": {"id": "v1", "version": 1, "config": {"messages": [{"role": "system", "content": "Be terse."}], "model": "m"}}}
        """

    private static func library(_ observer: some PromptObserver) throws -> PromptLibrary {
        let record = try PromptRecord(json: JSONValue(parsing: record))
        return PromptLibrary(source: .memory([record]), gateway: LocalGateway().client(), observers: [observer])
    }

    private static let query = PromptQuery().tag("plan", "pro").bucketed(by: "ada@tchavi.example")

    @Test func `A selection is logged with its prompt, version, reason and deployment, at the level asked for`()
        async throws
    {
        let handler = InMemoryLogHandler()
        var logger = Logger(label: "prompts") { _ in handler }
        logger.logLevel = .debug
        let library = try Self.library(LoggingObserver(logger, level: .debug))
        _ = try await library.prompt("tone", matching: Self.query)
        let entry = try #require(handler.entries.first)
        #expect(handler.entries.count == 1)
        #expect(entry.level == .debug)
        #expect(entry.metadata["prompt"] == "tone")
        #expect(entry.metadata["version"] == "2")
        #expect(entry.metadata["reason"] == "matched")
        #expect(entry.metadata["deployment"] == "pro")
        #expect(entry.metadata["origin"] == "source")
        #expect(entry.metadata["snapshot-age"] != nil)
        for name in ["arm", "held-back", "unavailable-reason"] { #expect(entry.metadata[name] == nil) }
    }

    @Test func `Neither the text of a prompt nor the query is logged`() async throws {
        let handler = InMemoryLogHandler()
        let library = try Self.library(LoggingObserver(Logger(label: "prompts") { _ in handler }))
        _ = try await library.prompt("tone", matching: Self.query)
        let text = "\(handler.entries)"
        #expect(text.contains("tone"))
        for secret in ["Be kind", "Be terse", "ada@tchavi.example", "plan"] { #expect(!text.contains(secret)) }
    }

    @Test func `The arm of a split is logged`() {
        let selection = Selection(promptID: "tone", version: 1, reason: .split, experiment: "autumn", arm: 1)
        #expect(selection.logMetadata["arm"] == "1")
        #expect(selection.logMetadata["experiment"] == "autumn")
    }

    @Test func `The age of the prompts is logged in seconds, with their origin and the version that is held back`() {
        let selection = Selection(
            promptID: "tone",
            version: 1,
            reason: .matched,
            snapshotAge: .milliseconds(90_500),
            origin: .disk,
            heldBack: Selection.HeldBack(version: 2, versionID: "v2", reasons: ["It needs `city`."])
        )
        let metadata = selection.logMetadata
        #expect(metadata["origin"] == "disk")
        #expect(metadata["snapshot-age"] == "90")
        #expect(metadata["held-back"] == "2")
    }

    @Test func `The reason for a caller's default is logged, and the default is counted as such`() async throws {
        let handler = InMemoryLogHandler()
        let metrics = TestMetrics()
        let library = PromptLibrary(
            source: .memory([]),
            observers: [
                LoggingObserver(Logger(label: "prompts") { _ in handler }),
                MetricsObserver(label: "selections", factory: metrics),
            ]
        )
        let config = PromptVersionConfig(id: "own", messages: [.system(.text("Be brief."))], model: "m")
        _ = try await library.prompt("tone", default: config)
        let entry = try #require(handler.entries.first)
        #expect(entry.metadata["origin"] == "default")
        #expect(entry.metadata["unavailable-reason"]?.description.contains("notFound") == true)
        let dimensions = Self.dimensions("0", "default", origin: "default")
        #expect(metrics.counterTotal(label: "selections", dimensions: dimensions) == 1)
    }

    @Test func `Selections are counted by prompt, version, reason and origin`() async throws {
        let metrics = TestMetrics()
        let library = try Self.library(MetricsObserver(label: "selections", factory: metrics))
        for _ in 1...3 { _ = try await library.prompt("tone", matching: Self.query) }
        _ = try await library.prompt("tone")
        #expect(metrics.counterTotal(label: "selections", dimensions: Self.dimensions("2", "matched")) == 3)
        #expect(metrics.counterTotal(label: "selections", dimensions: Self.dimensions("1", "fallback")) == 1)
    }

    @Test func `Users and tags add no time series`() async throws {
        let metrics = TestMetrics()
        let library = try Self.library(MetricsObserver(label: "selections", factory: metrics))
        for number in 1...20 {
            let query = PromptQuery().tag("plan", "pro").tag("request", "\(number)").bucketed(by: "user-\(number)")
            _ = try await library.prompt("tone", matching: query)
        }
        #expect(metrics.counters(label: "selections").count == 1)
        #expect(metrics.counterTotal(label: "selections") == 20)
    }

    private static func dimensions(
        _ version: String,
        _ reason: String,
        origin: String = "source"
    ) -> [(String, String)] {
        [("prompt", "tone"), ("version", version), ("reason", reason), ("origin", origin)]
    }

    @Test func `The end of a run is logged and timed, without any text`() async throws {
        let handler = InMemoryLogHandler()
        let metrics = TestMetrics()
        let gateway = LocalGateway()
        let library = PromptLibrary(
            source: .memory([PromptRecord("tone", messages: [.system("Be terse.")], model: "m")]),
            gateway: gateway.client(),
            observers: [LoggingObserver(Logger(label: "prompts") { _ in handler }), MetricsObserver(factory: metrics)]
        )
        let prompt = try await library.prompt("tone")
        _ = try await prompt.run("my secret")
        gateway.enqueue(.error(status: 402, code: "insufficient_credits", message: "my secret"))
        await #expect(throws: TchaviError.self) { _ = try await prompt.run("my secret") }
        let entries = handler.entries.suffix(2)
        #expect(entries.map(\.level) == [.info, .warning])
        #expect(entries.map { $0.metadata["outcome"] } == ["completed", "failed: insufficientCredits, status 402"])
        #expect(entries.first?.metadata["tokens"] != nil)
        #expect(!"\(handler.entries)".contains("secret"))
        for outcome in ["completed", "failed"] {
            let timer = try metrics.expectTimer("prompt_run_duration", [("prompt", "tone"), ("outcome", outcome)])
            #expect(timer.values.count == 1)
        }
    }
}

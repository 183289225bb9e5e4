import Tchavi
import TchaviTesting

@testable import TchaviPrompts

/// A source that does what the test says next.
final class ScriptedSource: PromptSource {
    typealias Script = @Sendable (_ validator: String?) async throws -> PromptCatalogue?

    let name: String
    let refreshInterval: Duration?
    private let script: Locked<Script>
    private let versions = Locked<@Sendable (Int, String) async throws -> PromptVersion?>({ _, _ in nil })
    private let count = Locked(0)
    private let versionCount = Locked(0)

    init(name: String = "scripted", interval: Duration? = .seconds(60), _ script: @escaping Script) {
        self.name = name
        refreshInterval = interval
        self.script = Locked(script)
    }

    convenience init(name: String = "scripted", interval: Duration? = .seconds(60), _ records: PromptRecord...) {
        self.init(name: name, interval: interval) { _ in .of(records) }
    }

    /// How often it was read.
    var loads: Int { count.withLock { $0 } }
    var versionRequests: Int { versionCount.withLock { $0 } }

    func next(_ script: @escaping Script) { self.script.withLock { $0 = script } }
    func next(_ records: PromptRecord...) { next { _ in .of(records) } }
    func fail(_ error: any Error = TchaviError(.api, "Down.", statusCode: 500)) { next { _ in throw error } }
    func nextVersion(_ script: @escaping @Sendable (Int, String) async throws -> PromptVersion?) {
        versions.withLock { $0 = script }
    }

    func load(since validator: String?) async throws -> PromptCatalogue? {
        count.withLock { $0 += 1 }
        return try await script.withLock { $0 }(validator)
    }

    func version(_ number: Int, of promptID: String) async throws -> PromptVersion? {
        versionCount.withLock { $0 += 1 }
        return try await versions.withLock { $0 }(number, promptID)
    }
}

extension PromptCatalogue {
    static func of(_ records: [PromptRecord]) -> PromptCatalogue {
        PromptCatalogue(entries: records.map { .init(location: $0.promptID, record: $0) })
    }
}

extension PromptRecord {
    /// A prompt whose one version says a text.
    static func saying(_ text: String, id: String = "p") -> PromptRecord { .simple(id, [.system(.text(text))]) }
}

/// A client whose clock the test advances.
struct ClockedClient {
    let clock = TestClock()
    let client: TchaviClient

    init() {
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        configuration.random = { 0.5 }
        client = TchaviClient(.none, configuration: configuration)
    }

    /// Lets time pass while at least one task sleeps.
    func pass(_ seconds: Int) async {
        for _ in 0..<seconds {
            await clock.whenSleeping()
            clock.advance(by: .seconds(1))
            // What woke up gets to its next sleep or load.
            for _ in 0..<20 { await Task.yield() }
        }
    }
}

extension PromptLibrary {
    /// Whether a source is being read.
    var isReading: Bool { readers.contains(where: \.isReading) }
}

extension PromptLibrary.Configuration {
    /// Without the environment's overrides, and with a timeout that no test reaches whose machine is busy.
    static var forTests: Self {
        var configuration = Self()
        configuration.overrides = [:]
        configuration.initialTimeout = .seconds(600)
        return configuration
    }
}

import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

/// Versions that need what the program does not give.
struct LibraryContractTests {
    private let contract = PromptContract("p", variables: ["name"])

    private func library(_ source: ScriptedSource) -> PromptLibrary {
        var configuration = PromptLibrary.Configuration.forTests
        configuration.contracts = [contract]
        return PromptLibrary(source: source, configuration: configuration)
    }

    /// A prompt with versions 1 and up that say these texts; the first is deployed unconditionally, the second for `plan`.
    private func record(_ texts: String..., deploying deployed: [Int: Deployment]) -> PromptRecord {
        var record = PromptRecord(promptID: "p", versions: [])
        for (index, text) in texts.enumerated() {
            let config = PromptVersionConfig(id: "c\(index)", messages: [.system(.text(text))], model: "m")
            record.versions.append(
                PromptVersion(id: "v\(index + 1)", version: index + 1, promptID: "p", config: config)
            )
        }
        for (number, deployment) in deployed { record.deployments["v\(number)"] = [deployment] }
        return record
    }

    private var conditional: Deployment {
        get throws {
            try Deployment(
                json: [
                    "id": "enterprise",
                    "rules": [
                        "query": [
                            "combinator": "and", "rules": [["field": "plan", "operator": "=", "value": "enterprise"]],
                        ]
                    ],
                ]
            )
        }
    }

    private let enterprise = PromptQuery().deploymentVariable("plan", "enterprise")

    @Test func `An incompatible conditional version is held back for the queries that select it`() async throws {
        let source = ScriptedSource(
            try record("Hi <<name>>", "Dear <<name>>", deploying: [1: Deployment(id: "all"), 2: conditional])
        )
        let library = library(source)
        #expect(try await library.prompt("p", matching: enterprise).version == 2)
        source.next(
            try record(
                "Hi <<name>>",
                "Dear <<name>>",
                "Dear <<title>> <<name>>",
                deploying: [1: Deployment(id: "all"), 3: conditional]
            )
        )
        try await library.refresh()
        let selection = try await library.prompt("p", matching: enterprise).selection
        #expect(selection.version == 2)
        #expect(selection.heldBack?.version == 3)
        #expect(selection.heldBack?.reasons.count == 1)
        #expect(selection.heldBack?.reasons.first?.contains("`title`") == true)
        // Others are not affected.
        let other = try await library.prompt("p").selection
        #expect(other.version == 1)
        #expect(other.heldBack == nil)
    }

    @Test func `An incompatible unconditional version is held back for everybody`() async throws {
        let source = ScriptedSource(record("Hi <<name>>", deploying: [1: Deployment(id: "all")]))
        let library = library(source)
        _ = try await library.prompt("p")
        source.next(record("Hi <<name>>", "Hi <<title>>", deploying: [2: Deployment(id: "all")]))
        try await library.refresh()
        let prompt = try await library.prompt("p")
        #expect(prompt.version == 1)
        #expect(prompt.selection.heldBack?.versionID == "v2")
        #expect(prompt.messages[0].text == "Hi <<name>>")
        // A version that is repaired is used.
        source.next(record("Hi <<name>>", "Hello <<name>>", deploying: [2: Deployment(id: "all")]))
        try await library.refresh()
        #expect(try await library.prompt("p").selection.heldBack == nil)
        #expect(try await library.prompt("p").version == 2)
    }

    @Test func `Nothing stands in for a version that was withdrawn`() async throws {
        let source = ScriptedSource(record("Hi <<name>>", deploying: [1: Deployment(id: "all")]))
        let library = library(source)
        _ = try await library.prompt("p")
        var changed = record("Hi <<name>>", "Hi <<title>>", deploying: [2: Deployment(id: "all")])
        changed.versions.removeFirst()
        source.next(changed)
        try await library.refresh()
        let error = await #expect(throws: PromptError.self) { _ = try await library.prompt("p") }
        #expect(error?.code == .contract)
        #expect(error?.message.contains("`title`") == true)
        let config = PromptVersionConfig(id: "d", messages: [.system("default")], model: "m")
        #expect(try await library.prompt("p", default: config).selection.origin == .default)
    }

    @Test func `Versions that are not deployed cost nothing, and a pinned one is checked`() async throws {
        let source = ScriptedSource(record("Hi <<name>>", "Hi <<title>>", deploying: [1: Deployment(id: "all")]))
        let library = library(source)
        #expect(try await library.prompt("p").selection.heldBack == nil)
        let error = await #expect(throws: PromptError.self) {
            _ = try await library.prompt("p", matching: PromptQuery().version(2))
        }
        #expect(error?.code == .contract)
        #expect(try await library.diagnostics().isEmpty)
    }

    @Test func `A process that starts with an incompatible version uses what was shipped, and reports it`() async throws
    {
        let broken = record("Hi <<name>>", "Hi <<title>>", deploying: [2: Deployment(id: "all")])
        var configuration = PromptLibrary.Configuration.forTests
        configuration.contracts = [contract]
        configuration.shipped = .memory([record("Hi <<name>>", deploying: [1: Deployment(id: "all")])])
        let library = PromptLibrary(source: ScriptedSource(broken), configuration: configuration)
        let selection = try await library.prompt("p").selection
        #expect(selection.version == 1)
        #expect(selection.heldBack?.version == 2)
        let warning = try #require(try await library.diagnostics().first)
        #expect(warning.severity == .warning && warning.reason.contains("`title`"))
    }
}

import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct PromptDirectoryTests {
    private static func read(_ files: [String: String]) -> PromptDirectory {
        PromptDirectory(reading: FileTree(files.mapValues { Data($0.utf8) }))
    }

    private static func prompt(_ files: [String: String]) throws -> AuthoredPrompt {
        let prompts = read(files).prompts
        #expect(prompts.count == 1)
        return try #require(prompts.first)
    }

    private static let version = "---\nmodel: m\n---\nHi.\n"

    // MARK: What cannot be read

    @Test func `A version that cannot be read is listed with its id, number and readable tags`() throws {
        let prompt = try Self.prompt([
            "p/1.md": Self.version,
            "p/2.md": "---\nmodel: m\nid: second\ntags: {\"plan\": \"pro\", \"bad\": {}}\n---\nHi.\n",
            "p/3.md": "no front matter\n",
            "p/prompt.json": #"{"deployments": [{"version": 1}, {"version": 2}, {"version": 3}], "fallback": 3}"#,
        ])
        #expect(prompt.record.versions.map(\.id) == ["p@1", "second", "p@3"])
        #expect(prompt.record.versions.map(\.version) == [1, 2, 3])
        #expect(
            prompt.record.versions.map { $0.unreadableReason?.prefix(17) } == [
                nil, "p/2.md:4:30: erro", "p/3.md:1:1: error",
            ]
        )
        #expect(prompt.record.versions[1].config?.tags == ["plan": "pro"])
        #expect(prompt.record.versions[1].config?.messages == [], "half of a version is never run")
        #expect(prompt.record.deployments.keys.sorted() == ["p@1", "p@3", "second"])
        #expect(prompt.record.fallbackVersion?.id == "p@3")
        #expect(prompt.record.fallbackVersion?.unreadableReason == prompt.record.versions[2].unreadableReason)
        #expect(!prompt.isIncomplete && prompt.record.unreadableReasons.count == 3)
        #expect(!prompt.isReadable)
    }

    @Test func `A deployment whose rules cannot be read is listed, and cannot compete`() throws {
        let prompt = try Self.prompt([
            "p/1.md": Self.version, "p/2.md": Self.version,
            "p/prompt.json": """
            {"deployments": [
              {"version": 1, "id": "a"},
              {"version": 1, "id": "b", "when": {"plan": {"=>": 1}}},
              {"version": 1, "id": "c", "weight": "50", "wieght": 1},
              {"version": 2, "id": "a", "when": {"plan": "pro"}}
            ], "rules": {"p@1": [{"id": "d"}, {"id": "e", "rules": {}}]}}
            """,
        ])
        #expect(prompt.record.deployments["p@1"]?.map(\.id) == ["a", "b", "c", "d", "e"])
        let reasons = ["p@1", "p@2"].flatMap { prompt.record.deployments[$0] ?? [] }
            .map { $0.unreadableReason?.split(separator: " ").first }
        #expect(
            reasons == [
                nil, "p/prompt.json:3:47:", "p/prompt.json:4:45:", "p/prompt.json:6:22:", nil, "p/prompt.json:5:24:",
            ]
        )
        #expect(!prompt.isIncomplete)
        let query = PromptQuery().tag("plan", "pro")
        let selection = CompiledSelector(prompt.record).select(query)
        #expect(selection.version?.id == "p@1")
        #expect(selection.selection.reason == .unconditional)
        #expect(selection.selection.deploymentID == "a" || selection.selection.deploymentID == "e")
    }

    @Test(arguments: [
        "", "[]", #"{"deployments": {}}"#, #"{"deployments": [5]}"#, #"{"deployments": [{"version": 9}]}"#,
        #"{"fallbck": 1}"#, #"{"promptId": 5}"#, #"{"versions": [{"id": "x"}]}"#, #"{"rules": {"p@1": 5}}"#,
        #"{"fallback": 1, "fallback": 1}"#, #"{"variableSyntax": "dollar"}"#,
    ])
    func `What belongs to no version and no deployment leaves the prompt incomplete`(file: String) throws {
        let prompt = try Self.prompt(["p/1.md": Self.version, "p/prompt.json": file])
        #expect(prompt.isIncomplete)
        #expect(!prompt.isReadable)
        #expect(prompt.id == "p")
        #expect(prompt.record.versions.first?.id == "p@1")
    }

    @Test(arguments: [#""1""#, "7", #"{"id": "x"}"#])
    func `A fallback that cannot be read is marked with the reason`(fallback: String) throws {
        let prompt = try Self.prompt(["p/1.md": Self.version, "p/prompt.json": "{\"fallback\": \(fallback)}"])
        #expect(prompt.record.fallbackVersion?.unreadableReason?.hasPrefix("p/prompt.json:1:") == true)
        #expect(prompt.record.fallbackVersion?.config == nil)
        #expect(!prompt.isIncomplete)
    }

    @Test func `What can be read of an invalid JSON record is kept`() throws {
        let prompt = try Self.prompt([
            "f/w.json": """
            {"promptId": "w", "versions": [
              {"id": "a", "version": 1},
              {"id": "b", "version": 2, "config": {"model": "m", "tags": {"plan": "pro"}}},
              {"id": "c"}
            ], "rules": {"b": [{"id": "d", "rules": {"query": 5}}, {"id": "e", "rules": {}}]}, "fallbackVersion": 5}
            """
        ])
        #expect(prompt.record.versions.map(\.id) == ["a", "b"])
        #expect(prompt.record.folderID == "f")
        // The first error of a record is reported, and so has a place.
        #expect(prompt.record.versions[0].unreadableReason == nil)
        #expect(
            prompt.record.versions[1].unreadableReason
                == "f/w.json:3:39: error: `versions[1].config.messages` is missing. Add the missing member."
        )
        #expect(prompt.record.versions[1].config?.tags == ["plan": "pro"])
        #expect(
            prompt.record.deployments["b"]?.map(\.unreadableReason) == [
                "`rules.b[0].rules.query` is not valid: expected an object, found a number.", nil,
            ]
        )
        #expect(
            prompt.record.fallbackVersion?.unreadableReason
                == "`fallbackVersion` is not valid: expected an object, found a number."
        )
        #expect(prompt.isIncomplete, "a version that has no number cannot be listed")
        #expect(prompt.diagnostics.map(\.line) == [3])
    }

    @Test func `Each of several bad records in a file is reported with its prompt`() {
        let directory = Self.read([
            "all.json": """
            {"data": [
              {"promptId": "a", "versions": 5},
              {"versions": []},
              {"promptId": "b", "versions": [], "rules": []}
            ]}
            """
        ])
        #expect(
            directory.diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.promptID ?? "-")" } == [
                "2:33 a", "3:3 -", "4:46 b",
            ]
        )
        #expect(directory.prompts.map(\.id) == ["a", "b"])
        #expect(directory.prompts.allSatisfy { $0.isIncomplete })
    }

    // MARK: Diagnostics

    @Test func `Columns count characters`() {
        let directory = Self.read([
            "p/1.md": "---\nmodel: m\ntags: {\"é👍\": 1, \"b\": {}}\n---\nHi.\n",
            "p/prompt.json": "\u{FEFF}{\"é\": 1}",
        ])
        #expect(
            directory.diagnostics.map { "\($0.location):\($0.line ?? 0):\($0.column ?? 0)" } == [
                "p/1.md:3:22", "p/prompt.json:1:2",
            ]
        )
    }

    @Test(arguments: [
        ("max_tokns", "max_tokens"), ("Model", "model"), ("reponse_format", "response_format"),
        ("promtpId", "promptId"),
        ("configextra", "configExtra"),
    ])
    func `An unknown key gets the nearest known one as advice`(key: String, nearest: String) {
        let diagnostics = Self.read(["p/1.md": "---\nmodel: m\n\(key): \"x\"\n---\nHi.\n"]).diagnostics
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.advice?.hasPrefix("Did you mean `\(nearest)`?") == true)
        #expect(KnownNames(["model"]).nearest(to: "temperature") == nil)
    }

    @Test func `A bare text that YAML reads otherwise comes with its quoted form`() {
        let diagnostics = Self.read(["p/1.md": "---\nmodel: m\ndescription: a: \"b\"\n---\nHi.\n"]).diagnostics
        #expect(diagnostics.first?.advice == #"Write it in double quotes: "a: \"b\""."#)
    }

    @Test func `A diagnostic is written like a compiler's`() {
        let diagnostics = Self.read(["p/1.md": "---\nmodel: m\nseed: x\n---\nHi.\n"]).diagnostics
        #expect(
            diagnostics.map(\.description) == [
                "p/1.md:3:7: error: `seed` is not valid: expected an integer, found a string. Write a value of that kind."
            ]
        )
        #expect(diagnostics.first?.promptID == "p")
    }

    @Test func `Lines that look like markers are warnings`() throws {
        let text = """
            ---
            model: m
            ---
            user:
            User:
            tool:
             user:
            user: hi
            Message:
            User: hi
            \\user:
            users:
            a user:
            """
        let prompt = try Self.prompt(["p/1.md": text])
        #expect(prompt.isReadable)
        #expect(prompt.diagnostics.map(\.line) == [5, 6, 7, 8, 9])
        #expect(prompt.diagnostics.allSatisfy { $0.severity == .warning && $0.advice?.isEmpty == false })
    }

    @Test func `A key given twice in a JSON record is a warning`() throws {
        let prompt = try Self.prompt(["w.json": #"{"promptId": "w", "promptId": "x", "versions": []}"#])
        #expect(prompt.id == "x")
        let diagnostics = Self.read(["w.json": #"{"promptId": "w", "promptId": "x", "versions": []}"#]).diagnostics
        #expect(diagnostics.map(\.severity) == [.warning])
        #expect(diagnostics.map(\.column) == [19])
    }

    @Test(arguments: ["p/1.md", "p/prompt.json", "w.json"])
    func `Bytes that are not UTF-8 are reported where they are`(path: String) {
        let bytes = Data("---\nmodel: m\né".utf8) + Data([0xFF]) + Data("\n---\nHi.\n".utf8)
        let diagnostics = PromptDirectory(reading: FileTree([path: bytes])).diagnostics
        #expect(diagnostics.map { "\($0.location):\($0.line ?? 0):\($0.column ?? 0)" } == ["\(path):3:2"])
        #expect(diagnostics.first?.reason == "The file is not valid UTF-8.")
    }

    @Test func `Only the directory's name and path identify a prompt without prompt json`() throws {
        let prompt = try Self.prompt(["a/b/c/7.md": Self.version])
        #expect(prompt.file == "a/b/c")
        #expect(prompt.id == "c")
        #expect(prompt.record.folderID == "a/b")
        #expect(prompt.isReadable)
    }

    @Test func `Prompts with one id are all marked`() {
        let directory = Self.read(["f/p/1.md": Self.version, "g/p/1.md": Self.version, "q/1.md": Self.version])
        #expect(directory.prompts.map(\.hasDuplicateID) == [true, true, false])
    }

    @Test func `What is nested too deep for a record is refused`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        func errors(_ files: [String: String]) -> Int { Self.read(files).diagnostics.count }
        func version(_ depth: Int) -> [String: String] {
            ["p/1.md": "---\nmodel: m\nextra: {\"x\": \(nested(depth))}\n---\nHi.\n"]
        }
        func prompt(_ depth: Int) -> [String: String] { ["p/prompt.json": "{\"extra\": {\"x\": \(nested(depth))}}"] }
        #expect(errors(version(125)) == 0 && errors(version(126)) == 1)
        #expect(errors(prompt(127)) == 0 && errors(prompt(128)) == 1)
        let deepest = Self.read(prompt(127)).prompts[0].record
        #expect((try? PromptRecord(json: JSONValue(parsing: deepest.json.serialized()))) == deepest)
        let deepestVersion = Self.read(version(125)).prompts[0].record
        #expect((try? PromptRecord(json: JSONValue(parsing: deepestVersion.json.serialized()))) == deepestVersion)
    }
}

extension PromptRecord {
    /// Why versions, deployments and the fallback could not be read.
    var unreadableReasons: [String] {
        versions.compactMap(\.unreadableReason)
            + deployments.values.flatMap { $0.compactMap(\.unreadableReason) }
            + [fallbackVersion?.unreadableReason].compactMap(\.self)
    }
}

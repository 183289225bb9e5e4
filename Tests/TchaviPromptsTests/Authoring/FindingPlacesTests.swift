import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct FindingPlacesTests {
    /// The places of all findings about the prompts in files, with their kinds, in the order of the prompts.
    private func places(_ files: [String: String]) async -> [String] {
        let tree = FileTree(files.mapValues { Data($0.utf8) })
        var places = FindingPlaces(in: tree)
        var lines: [String] = []
        for prompt in PromptDirectory(reading: tree).prompts {
            for finding in await prompt.record.lint() {
                lines.append("\(places.place(of: finding, in: prompt)): \(finding.kind)")
            }
        }
        return lines
    }

    /// The place of one finding about the first prompt.
    private func place(_ finding: DeploymentFinding, _ files: [String: String]) throws -> String {
        let tree = FileTree(files.mapValues { Data($0.utf8) })
        let prompt = try #require(PromptDirectory(reading: tree).prompts.first)
        var places = FindingPlaces(in: tree)
        return places.place(of: finding, in: prompt).description
    }

    private func finding(
        _ kind: DeploymentFinding.Kind = .neverSelected,
        version: String? = nil,
        deployment: String? = nil
    ) -> DeploymentFinding {
        DeploymentFinding(
            kind: kind,
            severity: .error,
            promptID: "p",
            versionID: version,
            deploymentID: deployment,
            message: "m",
            advice: "a"
        )
    }

    private let version = "---\nmodel: m\n---\nHi.\n"

    @Test func `Messages and parameters of a version's file`() async {
        let text = """
            ---
            model: m
            temperature: 3
            parameters: {
              "top_logprobs": 50
            }
            ---

            Hello {{name}}.

            user:

            message:
            {"role": "sytem", "content": "x"}
            assistant:
              \t
            """
        let deployments = #"{"deployments": [{"version": 1}]}"#
        #expect(
            await places(["p/1.md": text, "p/prompt.json": deployments]) == [
                "p/1.md:13:1: unknownRole", "p/1.md:3:1: parameterOutOfRange", "p/1.md:5:3: parameterOutOfRange",
                "p/1.md:9:1: otherSyntax", "p/1.md:11:1: emptyMessage", "p/1.md:15:1: emptyMessage",
            ]
        )
    }

    @Test func `Every message of a file begins where it is written`() throws {
        let text =
            "---\nmodel: m\n---\n\nsystem\n\nuser:\n![](https://e.de/a.png)\nmessage:\n{\"role\":\"user\",\"content\":\"\"}\n"
        let file = VersionFile(
            SourceText(FileTree.File(path: "1.md", content: Data(text.utf8))),
            number: 1,
            promptID: "p"
        )
        #expect(file.version.config?.messages.count == file.messageOffsets.count)
        #expect(file.messageOffsets.map { text.utf8.dropFirst($0).first }.map { $0 == nil } == [false, false, false])
        let lines = file.messageOffsets.map { offset in
            String(decoding: text.utf8.dropFirst(offset).prefix { $0 != 0x0A }, as: UTF8.self)
        }
        #expect(lines == ["system", "user:", "message:"])
        // An image can be the first line of a message without a marker.
        let image = "---\nmodel: m\n---\n![](https://e.de/a.png)\nmore"
        let other = VersionFile(
            SourceText(FileTree.File(path: "1.md", content: Data(image.utf8))),
            number: 1,
            promptID: "p"
        )
        #expect(other.messageOffsets == [17])
    }

    @Test func `A reserved parameter is not taken for the key of the same name`() async {
        let text = "---\nmodel: m\nparameters: {\"model\": \"x\"}\n---\nHi.\n"
        #expect(
            await places(["p/1.md": text, "p/prompt.json": #"{"deployments": [{"version": 1}]}"#]) == [
                "p/1.md:3:14: invalidParameters"
            ]
        )
    }

    @Test func `Deployments of prompt.json, by their ids and without`() async {
        let deployments = """
            {
              "deployments": [
                {"version": 1},
                {"version": 1, "when": {"a": {">": true}}},
                {"version": 2, "id": "beta", "when": {"a": {">": "2.10"}}}
              ]
            }
            """
        #expect(
            await places(["p/1.md": version, "p/2.md": version, "p/prompt.json": deployments]) == [
                "p/prompt.json:4:5: incomparable", "p/prompt.json:5:5: lexicographicComparison",
            ]
        )
        #expect(
            await places(["p/1.md": version, "p/prompt.json": #"{"fallback": null}"#]) == [
                "p/prompt.json:1:1: noFallback"
            ]
        )
        #expect(await places(["f/p/3.md": version, "f/p/7.md": version]) == ["f/p/3.md:1:1: noFallback"])
    }

    @Test func `Versions and rules of the wire form in prompt.json`() throws {
        let file = """
            {
              "versions": [{"deletedAt": "2026-01-01T00:00:00Z"},
                {"id": "w", "version": 5, "config": {"model": "m", "modelParameters": {},
                  "messages": [{"role": "x", "content": "y"}]}}],
              "rules": {"w": [
                {"id": "d"}], "gone": [{"id": "e"}]},
              "fallback": {"id": "f", "version": 9,
                "config": {"model": "m", "messages": [{"role": "user", "content": ""}]}}
            }
            """
        let files = ["p/1.md": version, "p/prompt.json": file]
        var role = finding(.unknownRole, version: "w")
        role.messageIndex = 0
        #expect(try place(role, files) == "p/prompt.json:4:20")
        #expect(try place(finding(version: "w"), files) == "p/prompt.json:3:5")
        #expect(try place(finding(version: "w", deployment: "d"), files) == "p/prompt.json:6:5")
        #expect(try place(finding(.missingVersion, version: "gone", deployment: "e"), files) == "p/prompt.json:6:28")
        #expect(try place(finding(version: "f"), files) == "p/prompt.json:7:15")
        #expect(try place(finding(.fallbackVariable, version: "w"), files) == "p/prompt.json:7:15")
        #expect(try place(finding(version: "p@1"), files) == "p/1.md:1:1")
        #expect(try place(finding(version: "other"), files) == "p/prompt.json:1:1")
        #expect(try place(finding(version: "w", deployment: "other"), files) == "p/prompt.json:1:1")
    }

    @Test func `Records, one or several in a file`() async {
        func record(_ id: String) -> String {
            """
            {"promptId": "\(id)", "versions": [
            {"id": "v1", "version": 1, "config": {"model": "m",
             "modelParameters": {"temperature": 0, "n": 0},
             "messages": [{"role": "user", "content": "{{a}}"}]}}],
            "rules": {"v1": [
             {"id": "d", "rules": {"query": {"combinator": "AND", "rules": [
               {"field": "a", "operator": ">", "value": true}]}}}]}}
            """
        }
        let kinds = ["parameterOutOfRange", "incomparable", "otherSyntax", "noFallback"]
        func expected(_ file: String, line: Int, _ column: Int = 1) -> [String] {
            let places = ["\(line + 2):40", "\(line + 5):2", "\(line + 3):15", "\(line):\(column)"]
            // Errors first.
            return zip(places, kinds).map { "\(file):\($0): \($1)" }
        }
        #expect(await Set(places(["f/p.json": record("p")])) == Set(expected("f/p.json", line: 1)))
        let data = "{\"data\": [\n\(record("p")),\n{\"promptId\": \"gone\", \"deletedAt\": \"x\"},\n \(record("q"))]}"
        #expect(
            await Set(places(["all.json": data]))
                == Set(expected("all.json", line: 2) + expected("all.json", line: 10, 2))
        )
        #expect(
            await Set(places(["one.json": "{\"data\":\n\n  \(record("p"))}"])) == Set(expected("one.json", line: 3, 3))
        )
    }

    @Test func `A file that is not there has no line`() throws {
        let tree = FileTree(["p/1.md": Data(version.utf8)])
        let prompt = try #require(PromptDirectory(reading: tree).prompts.first)
        var places = FindingPlaces(in: FileTree())
        #expect(places.place(of: finding(), in: prompt) == PromptPlace(location: "p/1.md"))
        #expect(places.place(of: finding(), in: prompt).description == "p/1.md")
    }

    @Test func `Files that cannot be read have places too`() throws {
        let nested = String(repeating: "[", count: 100_000)
        let files = ["p/1.md": version, "p/prompt.json": nested]
        #expect(try place(finding(version: "p@1", deployment: "v1"), files) == "p/prompt.json:1:1")
        #expect(try place(finding(version: "p@1"), files) == "p/1.md:1:1")
    }

    @Test func `Thousands of findings in hundreds of prompts have places`() async {
        var files: [String: String] = [:]
        let text = "---\nmodel: m\nn: 0\n---\nuser:\n{{a}}\nuser:\nuser:\nuser:\nuser:\n"
        for index in 0..<500 {
            files["folder/p\(index)/1.md"] = text
            files["folder/p\(index)/prompt.json"] = #"{"deployments": [{"version": 1, "when": {"a": {"<": "1.2"}}}]}"#
        }
        let places = await places(files)
        #expect(places.count == 500 * 8)
        #expect(places.count { $0.hasSuffix("/1.md:3:1: parameterOutOfRange") } == 500)
        #expect(places.count { $0.hasSuffix("/1.md:9:1: emptyMessage") } == 500)
        #expect(places.count { $0.hasSuffix("/prompt.json:1:18: lexicographicComparison") } == 500)
    }
}

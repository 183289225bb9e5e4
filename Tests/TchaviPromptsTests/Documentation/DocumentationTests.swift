import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import TestSupport
import Testing

struct DocumentationTests {
    private static let root = Fixtures.root

    private static func documents() throws -> [URL] {
        let enumerator = FileManager.default.enumerator(
            at: root.appendingPathComponent("Sources"),
            includingPropertiesForKeys: nil
        )
        let articles = (enumerator?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "md" }
        return [root.appendingPathComponent("README.md")] + articles
    }

    /// The code of a document in a language, block by block.
    private static func samples(_ document: URL, language: String = "swift") throws -> [[String]] {
        var blocks: [[String]] = []
        var current: [String]?
        for line in try String(contentsOf: document, encoding: .utf8).components(separatedBy: "\n") {
            if line == "```\(language)" {
                current = []
            } else if line.hasPrefix("```") {
                if let block = current { blocks.append(block) }
                current = nil
            } else {
                current?.append(line)
            }
        }
        return blocks
    }

    private static func normalized(_ lines: [String]) -> [String] {
        lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Returns whether the lines follow each other in the code. A statement there may stand within a call of `use`.
    private static func contains(_ code: [String], _ lines: [String]) -> Bool {
        guard let first = lines.first else { return true }
        return code.indices.contains { start in
            guard code[start] == first else { return false }
            var position = start
            return lines.dropFirst().allSatisfy { line in
                let next = code[(position + 1)...].prefix(5).firstIndex(of: line)
                position = next ?? position
                return next != nil
            }
        }
    }

    @Test func `Every sample of the README and the articles is compiled`() throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("DocumentationSamples.swift")
        let compiled = Self.normalized(try String(contentsOf: source, encoding: .utf8).components(separatedBy: "\n"))
        var count = 0
        for document in try Self.documents() {
            for sample in try Self.samples(document) {
                // Imports stand at the top of a file, and a line of a package's manifest is not code of this module.
                let lines = Self.normalized(sample).filter { !$0.hasPrefix("import ") && !$0.hasPrefix(".package(") }
                #expect(
                    Self.contains(compiled, lines),
                    "\(document.lastPathComponent): \(lines.joined(separator: "\n"))"
                )
                count += lines.count
            }
        }
        #expect(count > 100)
    }

    @Test func `Every prompt in the articles can be read, and does what it says`() throws {
        var records: [PromptRecord] = []
        for document in try Self.documents() {
            for sample in try Self.samples(document, language: "json") {
                let json = try JSONValue(parsing: sample.joined(separator: "\n"))
                if json["versions"] != nil { records.append(try PromptRecord(json: json)) }
            }
        }
        #expect(records.count == 2)
        #expect(records.last?.fallbackVersion?.version == 1)
        #expect(records.last?.deployments["greeting-v2"]?.first?.weight == 50)
        #expect(records.last?.deployments["greeting-v2"]?.first?.query?.rules.count == 1)
    }

    @Test func `Every file that the documentation links to exists`() throws {
        let here = "https://github.com/tchavi/tchavi-swift/blob/main/"
        var count = 0
        for document in try Self.documents() + [Self.root.appendingPathComponent("CONTRIBUTING.md")] {
            let text = try String(contentsOf: document, encoding: .utf8)
            let targets = text.matches(of: /\]: (\S+)|\]\(([^)\s]+)\)/).compactMap { $0.output.1 ?? $0.output.2 }
            for target in targets {
                let file: URL
                if target.hasPrefix(here) {
                    file = Self.root.appendingPathComponent(String(target.dropFirst(here.count)))
                } else if target.contains(":") {
                    continue
                } else {
                    file = document.deletingLastPathComponent().appendingPathComponent(String(target))
                }
                #expect(FileManager.default.fileExists(atPath: file.path), "\(document.lastPathComponent): \(target)")
                count += 1
            }
        }
        #expect(count > 20)
    }

    @Test(arguments: [
        ("README.md", PromptQuery().deploymentVariable("environment", "production")),
        (
            "Sources/TchaviPrompts/TchaviPrompts.docc/SelectingVersions.md",
            PromptQuery().deploymentVariable("environment", "production").tag("plan", "enterprise")
        ),
    ])
    func `Documented explanations match the actual ones`(document: String, query: PromptQuery) async throws {
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: LocalGateway().client())
        let text = try String(contentsOf: Self.root.appendingPathComponent(document), encoding: .utf8)
        let explanation = try await library.explain("support-reply", matching: query).description
        #expect(text.contains(explanation), "\(explanation)")
    }

    @Test func `The README's main sample runs`() async throws {
        let gateway = LocalGateway()
        let library = PromptLibrary(source: .directory(Fixtures.prompts), gateway: gateway.client())
        let query = PromptQuery().deploymentVariable("environment", "production").tag("plan", "enterprise")
            .bucketed(by: "user-1")
        let prompt = try await library.prompt("support-reply", matching: query)
        let response = try await prompt.run("Where is my order?", variables: ["customer": "Ada"])
        #expect(response.text.hasSuffix("Where is my order?"))
        #expect(response.selection?.version == 3)
    }
}

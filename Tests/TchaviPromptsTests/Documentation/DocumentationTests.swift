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

    /// The files of code that samples stand in: the one made for them, and those of the examples that need other packages.
    private static func compiledFiles() throws -> [[String]] {
        let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("DocumentationSamples.swift")
        let enumerator = FileManager.default.enumerator(
            at: root.appendingPathComponent("Examples/Ecosystem/Sources"),
            includingPropertiesForKeys: nil
        )
        let examples = (enumerator?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        return try ([samples] + examples).map { file in
            normalized(try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n"))
        }
    }

    @Test func `Every sample of the README and the articles is compiled`() throws {
        let compiled = try Self.compiledFiles()
        var count = 0
        for document in try Self.documents() {
            for sample in try Self.samples(document) {
                // Imports stand at the top of a file, and a line of a package's manifest is not code of this module.
                let lines = Self.normalized(sample).filter { !$0.hasPrefix("import ") && !$0.hasPrefix(".package(") }
                #expect(
                    compiled.contains { Self.contains($0, lines) },
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

    /// Reads the blocks of a document as the versions and the `prompt.json` of a prompt.
    private static func directory(_ document: String, versions: [Int: Int], prompt: Int) throws -> PromptDirectory {
        let url = root.appendingPathComponent(document)
        let markdown = try samples(url, language: "markdown")
        let json = try samples(url, language: "json")
        var files = ["greeting/prompt.json": json[prompt].joined(separator: "\n")]
        for (number, block) in versions { files["greeting/\(number).md"] = markdown[block].joined(separator: "\n") }
        return PromptDirectory(reading: FileTree(files.mapValues { Data($0.utf8) }))
    }

    @Test func `The prompts in the README and in Writing prompts can be read`() throws {
        let article = "Sources/TchaviPrompts/TchaviPrompts.docc/WritingPrompts.md"
        for (prompt, count) in [(0, 2), (1, 1), (2, 2)] {
            let readme = try Self.directory("README.md", versions: [1: 1, 2: 0], prompt: prompt)
            #expect(readme.diagnostics.isEmpty)
            #expect(readme.prompts.first?.record.deployments.count == count)
        }
        let directory = try Self.directory(article, versions: [1: 0, 2: 1, 3: 0, 4: 1], prompt: 0)
        #expect(directory.diagnostics.isEmpty)
        let versions = directory.prompts.first?.record.versions ?? []
        #expect(versions.map { $0.config?.messages.count } == [2, 3, 2, 3])
        #expect(versions.first?.config?.tags == ["plan": "enterprise"])
    }

    @Test func `The errors in Writing prompts are those that are printed`() throws {
        let article = "Sources/TchaviPrompts/TchaviPrompts.docc/WritingPrompts.md"
        let errors = try Self.directory(article, versions: [1: 2], prompt: 1).diagnostics.map(\.description)
        let printed = try Self.samples(Self.root.appendingPathComponent(article), language: "text")
        #expect(printed.contains(errors), "\(errors)")
    }

    @Test func `Every file that the documentation links to exists`() throws {
        let here = "https://github.com/tchavi/tchavi-swift/blob/main/"
        var count = 0
        for document in try Self.documents() + [Self.root.appendingPathComponent("CONTRIBUTING.md")] {
            // Code is no link, such as an image of a prompt.
            let text = try String(contentsOf: document, encoding: .utf8)
                .replacing(/(?s)```.*?```/, with: "").replacing(/`[^`\n]*`/, with: "")
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

import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct FrontMatterYAMLTests {
    private static let directory = ProcessInfo.processInfo.environment["TCHAVI_FRONT_MATTER"]

    @Test(.enabled(if: directory != nil, "`.ci/front-matter` provides the front matters, and compares the results."))
    func `Front matters are read for a comparison with PyYAML`() throws {
        let directory = URL(fileURLWithPath: try #require(Self.directory))
        var texts: [String] = []
        for line in try String(contentsOf: directory.appendingPathComponent("given"), encoding: .utf8).split(
            separator: "\n"
        ) {
            texts.append(try #require(try JSONValue(parsing: String(line)).string))
        }
        #expect(texts.count == 60_000)
        for expected in AuthoringConformanceTests.cases { texts += Self.frontMatters(of: expected.files) }
        texts += Self.frontMatters(of: try Fixtures.promptFiles())
        texts += Self.frontMatters(of: try FileTree(writing: Fixtures.promptRecords()))
        var generator = RecordGenerator(seed: 99)
        for _ in 0..<2000 {
            let written = Self.frontMatters(of: try FileTree(writing: [generator.record()]))
            for text in written { #expect(Self.entries(text) != nil, "\(text)") }
            texts += written
        }
        let lines = texts.map { text in
            let entries = Self.entries(text).map { JSONValue.object($0) } ?? .null
            return JSONValue.object(["text": .string(text), "entries": entries]).serialized()
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: directory.appendingPathComponent("read"))
    }

    /// What stands between the lines `---` of the versions' files.
    private static func frontMatters(of files: FileTree) -> [String] {
        files.files.filter { $0.path.hasSuffix(".md") }.compactMap { file in
            let source = SourceText(file)
            let lines = source.lines(from: source.start)
            guard let first = lines.first, source.isDashes(first),
                let last = lines.dropFirst().firstIndex(where: source.isDashes)
            else { return nil }
            return source.string(lines[1].lowerBound..<lines[last].lowerBound)
        }
    }

    /// The entries of a front matter, or `nil` if it is refused.
    private static func entries(_ text: String) -> [String: JSONValue]? {
        let source = SourceText(FileTree.File(path: "p/1.md", content: Data(text.utf8)))
        let frontMatter = FrontMatter(source, lines: source.lines(from: 0)[...])
        guard frontMatter.findings.isEmpty else { return nil }
        var entries: [String: JSONValue] = [:]
        for entry in frontMatter.entries {
            guard FrontMatterKey.known.contains(entry.key), entries[entry.key] == nil, entry.finding == nil else {
                return nil
            }
            entries[entry.key] = entry.value
        }
        return entries
    }
}

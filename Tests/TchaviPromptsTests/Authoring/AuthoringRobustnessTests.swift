import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

@Suite(.computation)
struct AuthoringRobustnessTests {
    /// Reads files, and checks what holds for any files.
    private static func check(_ files: FileTree) {
        let directory = PromptDirectory(reading: files)
        for diagnostic in directory.diagnostics {
            let lines = (files[diagnostic.location] ?? Data()).count { $0 == 0x0A } + 1
            #expect((1...lines).contains(diagnostic.line ?? 0) && diagnostic.column ?? 0 >= 1, "\(diagnostic)")
        }
        for prompt in directory.prompts {
            let reasons = prompt.record.unreadableReasons
            // What cannot be read has a reason that says where, and is not sound without a diagnostic.
            #expect(reasons.isEmpty || !prompt.isReadable, "\(reasons)")
            guard prompt.isReadable else { continue }
            #expect(throws: Never.self) {
                let written = try FileTree(writing: [prompt.record])
                let read = PromptDirectory(reading: written)
                #expect(read.prompts.map(\.record) == [prompt.record])
                #expect(read.prompts.allSatisfy { $0.isReadable })
            }
        }
    }

    private static let files: [FileTree] = AuthoringConformanceTests.cases.map(\.files)

    @Test func `Any truncation is read`() {
        for tree in Self.files {
            for file in tree.files where file.content.count < 400 {
                for count in stride(from: 0, to: file.content.count, by: 3) {
                    Self.check(
                        FileTree(tree.files + [FileTree.File(path: file.path, content: file.content.prefix(count))])
                    )
                }
            }
        }
    }

    @Test func `Any exchange of bytes is read`() {
        var random = Generator(state: 5)
        let bytes = Array("\"\\{}[]:,#-\n\r\t !()abtmu0\0".utf8) + [0x80, 0xC2, 0xE2, 0xEF, 0xF0, 0xFF]
        for tree in Self.files {
            for _ in 0..<8 {
                var files = tree.files
                for _ in 0..<random.pick([1, 1, 2, 5]) {
                    let index = Int.random(in: 0..<files.count, using: &random)
                    var content = files[index].content
                    guard !content.isEmpty else { continue }
                    let position = content.startIndex + Int.random(in: 0..<content.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: content[position] = random.pick(bytes)
                    case 1: content.insert(random.pick(bytes), at: position)
                    default: content.remove(at: position)
                    }
                    files[index] = FileTree.File(path: files[index].path, content: content)
                }
                Self.check(FileTree(files))
            }
        }
    }

    @Test func `Generated files are read after any exchange of lines`() throws {
        var generator = RecordGenerator(seed: 17)
        for _ in 0..<200 {
            let tree = try FileTree(writing: [generator.record()])
            let files = tree.files.map { file in
                var lines = file.content.split(separator: 0x0A, omittingEmptySubsequences: false)
                for _ in 0..<2 {
                    let first = Int.random(in: 0..<lines.count, using: &generator.random)
                    lines.swapAt(first, Int.random(in: 0..<lines.count, using: &generator.random))
                }
                return FileTree.File(path: file.path, content: Data(lines.joined(separator: [0x0A])))
            }
            Self.check(FileTree(files))
        }
    }

    // MARK: Large inputs

    /// Files with this many errors, which would take hours to read if each cost a scan of its file.
    private static let count = 50_000

    private static func large(_ path: String, _ open: String, _ line: String, _ close: String) -> FileTree {
        FileTree([
            path: Data((open + String(repeating: line, count: count) + close).utf8),
            "p/7.md": Data("---\nmodel: m\n---\nHi.\n".utf8),
        ])
    }

    /// Large files, with the number of their diagnostics.
    private static let largeFiles: [(FileTree, Int)] = [
        (large("p/1.md", "---\nmodel: m\n", "seed: {\"a\": }\n", "---\nHi.\n"), count),
        (large("p/1.md", "---\nmodel: m\n", "é \n", "---\nHi.\n"), 1),
        (large("p/1.md", "---\nmodel: m\n---\n", "message:\n{\"role\": 5}\n", ""), count),
        (large("p/1.md", "---\nmodel: m\n---\n", "User:\n", ""), count),
        (large("p/1.md", "---\nmodel: m\ntags: [", "[],", "[]]\nx\ty: 1\n---\nHi.\n"), 2),
        (large("p/prompt.json", "{\"deployments\": [", "{\"version\": \"1\"},", "5]}"), count + 1),
        (large("p/prompt.json", "{\"deployments\": [", "{\"version\": 9}, ", "5]}"), count + 1),
        (large("p/prompt.json", "{", "\"a\": 1,", "\"b\": 2}"), count + 1),
        (large("p/prompt.json", "{\"deployments\": [", "{\"version\": 7, \"version\": 7},", "5]}"), count + 1),
        (large("w.json", "{\"data\": [", "{\"promptId\": \"w\", \"versions\": 5},", "5]}"), count + 2),
        (large("w.json", "{\"data\": [", "{\"a\": 1, \"a\": 1},", "5]}"), 2 * count + 1),
    ]

    @Test(.timeLimit(.minutes(10)), arguments: largeFiles)
    func `Many errors in one file are found in one pass`(files: FileTree, count: Int) {
        #expect(PromptDirectory(reading: files).diagnostics.count == count)
    }

    @Test(.timeLimit(.minutes(10)))
    func `A large prompt is written and read in one pass`() throws {
        let text = String(repeating: "user:\n\\system: ![a](b)\n", count: Self.count)
        let config = PromptVersionConfig(
            id: "",
            messages: [.user(.text(text + "end"))],
            model: "m",
            modelParameters: ["x": .array(Array(repeating: [["a": 1]], count: Self.count))]
        )
        let record = PromptRecord(
            promptID: "p",
            versions: [PromptVersion(id: "p@1", version: 1, promptID: "p", config: config)],
            deployments: ["p@1": (0..<Self.count).map { Deployment(id: "\($0)") }]
        )
        let read = PromptDirectory(reading: try FileTree(writing: [record]))
        #expect(read.prompts.map(\.record) == [record])
    }
}

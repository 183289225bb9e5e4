import Foundation
import Testing

@testable import TchaviPrompts

struct FileTreeReadingTests {
    private let directory: TemporaryDirectory
    private let manager = FileManager.default

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ path: String, _ text: String = "x") throws {
        let url = directory.url.appendingPathComponent(path)
        try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func link(_ path: String, to destination: String) throws {
        let path = directory.url.appendingPathComponent(path).path
        try manager.createSymbolicLink(atPath: path, withDestinationPath: destination)
    }

    private func read() throws -> (files: FileTree, diagnostics: [PromptDiagnostic]) {
        try FileTree.reading(directory: directory.url.path)
    }

    @Test func `Prompts and cases are read, also through links, and nothing else`() throws {
        for path in [
            "a/1.md", "a/prompt.json", "a/cases.jsonl", "a/b/long.cases.jsonl", "record.json", "README.md",
            ".hidden.md",
            ".git/1.md", "a/other.jsonl", "a/notes.txt", "a/cases.jsonl.bak", "a/mycases.jsonl",
        ] { try write(path, path) }
        try link("linked", to: "a")
        try link("a/2.md", to: "1.md")
        // A cycle, which is not followed.
        try link("a/b/up", to: "..")
        let (files, diagnostics) = try read()
        #expect(
            files.files.map(\.path) == [
                "README.md", "a/1.md", "a/2.md", "a/b/long.cases.jsonl", "a/cases.jsonl", "a/prompt.json",
                "linked/1.md", "linked/2.md", "linked/b/long.cases.jsonl", "linked/cases.jsonl", "linked/prompt.json",
                "record.json",
            ]
        )
        #expect(files["a/2.md"] == Data("a/1.md".utf8))
        #expect(files["linked/cases.jsonl"] == Data("a/cases.jsonl".utf8))
        #expect(diagnostics == [])
    }

    @Test func `Files that cannot be read are diagnostics, and cost no other`() throws {
        try write("p/1.md")
        try link("p/2.md", to: "nowhere")
        try write("q/cases.jsonl")
        let large = directory.url.appendingPathComponent("q/cases.jsonl").path
        let handle = try #require(FileHandle(forWritingAtPath: large))
        try handle.truncate(atOffset: UInt64(FileContent.maximumSize) + 1)
        try handle.close()
        let (files, diagnostics) = try read()
        #expect(files.files.map(\.path) == ["p/1.md"])
        #expect(
            diagnostics.map(\.description) == [
                "p/2.md: error: The file cannot be read: No such file or directory. Check the file and its permissions.",
                "q/cases.jsonl: error: The file is larger than 64 MiB. Check the file and its permissions.",
            ]
        )
    }

    @Test(.enabled(if: geteuid() != 0, "Everything is readable for the superuser."))
    func `What may not be read is a diagnostic`() throws {
        try write("p/1.md")
        try write("q/1.md")
        for path in ["p/1.md", "q"] {
            try manager.setAttributes(
                [.posixPermissions: 0],
                ofItemAtPath: directory.url.appendingPathComponent(path).path
            )
        }
        let (files, diagnostics) = try read()
        #expect(files.files.isEmpty)
        #expect(
            diagnostics.map(\.description) == [
                "p/1.md: error: The file cannot be read: Permission denied. Check the file and its permissions.",
                "q: error: It cannot be read: Permission denied. Check its permissions.",
            ]
        )
        try manager.setAttributes(
            [.posixPermissions: 0o700],
            ofItemAtPath: directory.url.appendingPathComponent("q").path
        )
    }

    @Test func `A directory that is not there is an error`() throws {
        let error = try #require(throws: PromptError.self) { try FileTree.reading(directory: "nowhere/at/all") }
        #expect(error.code == .notFound)
        #expect(error.description.contains("The prompt directory `nowhere/at/all` cannot be read"))
    }

    @Test func `A directory source does not read cases`() async throws {
        try write("p/1.md", "---\nmodel: m\n---\nHi\n")
        let source = DirectorySource(directory.url.path)
        let before = try #require(try await source.load(since: nil))
        // A link to nothing would be a diagnostic, if it were read.
        try link("p/cases.jsonl", to: "nowhere")
        try write("long.cases.jsonl", "not a case")
        #expect(try await source.load(since: before.validator) == nil)
        #expect(
            try FileTree.reading(directory: directory.url.path).files.files.map(\.path) == [
                "long.cases.jsonl", "p/1.md",
            ]
        )
    }
}

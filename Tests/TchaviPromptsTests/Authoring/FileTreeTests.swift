import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct FileTreeTests {
    @Test func `Files are ordered and found by the bytes of their paths`() {
        let paths = ["b/1.md", "a/10.md", "a/2.md", "é/1.md", "e\u{301}/1.md", "B/1.md"]
        let tree = FileTree(paths.map { FileTree.File(path: $0, content: Data($0.utf8)) })
        #expect(
            tree.files.map { Array($0.path.utf8) }
                == paths.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        )
        for path in paths { #expect(tree[path] == Data(path.utf8)) }
        #expect(tree["a"] == nil)
        #expect(tree["z"] == nil)
        #expect(FileTree()["a"] == nil)
    }

    @Test func `Of several files with one path the last is kept`() {
        let files = [1, 2, 3].map { FileTree.File(path: "a", content: Data([$0])) }
        #expect(FileTree(files) == FileTree(["a": Data([3])]))
    }

    @Test(arguments: [
        ("support-reply", "support-reply"), ("a/b ü", "a-b"), ("..", "prompt"), ("con", "prompt"), ("Com1.x", "Com1-x"),
        (".git", "git"), ("1.md", "1-md"), ("x.json", "x-json"), ("ü", "prompt"), ("a.", "a"),
        (String(repeating: "a", count: 101), String(repeating: "a", count: 100)),
    ])
    func `A prompt's directory has its id as its name if that is safe`(id: String, name: String) {
        let places = DirectoryNames([PromptRecord(promptID: id, versions: [])]).places
        #expect(places.map(\.path) == [name])
    }

    @Test func `Names that differ only in case get different directories`() {
        let ids = ["p", "P", "p-2", "ü", "é", "prompt"]
        let places = DirectoryNames(ids.map { PromptRecord(promptID: $0, versions: []) }).places
        #expect(places.map(\.path) == ["p-3", "P", "p-2", "prompt-3", "prompt-2", "prompt"])
    }

    @Test(arguments: [
        ("billing/eu", "billing/eu/p"), ("", "p"), ("a//b", "p"), ("../x", "p"), ("/x", "p"), ("a/1.md", "p"),
    ])
    func `A prompt's folder is a path if that is safe`(folder: String, path: String) throws {
        let record = PromptRecord(promptID: "p", folderID: folder, versions: [])
        #expect(DirectoryNames([record]).places.map(\.path) == [path])
        let read = PromptDirectory(reading: try FileTree(writing: [record]))
        #expect(read.prompts.map(\.record.folderID) == [folder])
    }

    @Test func `A record that cannot be stored is not written`() {
        #expect(throws: JSONError.self) { try FileTree(writing: [PromptRecord(promptID: "", versions: [])]) }
    }
}

import Foundation
import TchaviPrompts
import Testing

@testable import promptctl

struct FileWriterTests {
    private let content = Data("new".utf8)

    @Test("A link leads to the file that is replaced, which keeps its permissions")
    func link() throws {
        let directory = try TemporaryDirectory(["target": "old"])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: directory.file("target"))
        try FileManager.default.createSymbolicLink(atPath: directory.file("link"), withDestinationPath: "target")
        try FileWriter.replace(directory.file("link"), with: content)
        #expect(try directory.text(of: "target") == "new")
        let manager = FileManager.default
        #expect(try manager.destinationOfSymbolicLink(atPath: directory.file("link")) == "target")
        #expect(try manager.attributesOfItem(atPath: directory.file("target"))[.posixPermissions] as? Int == 0o640)
    }

    @Test("A link to nothing is not replaced, and counts as something that is there")
    func danglingLink() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("link"),
            withDestinationPath: "missing/target"
        )
        #expect(throws: Failure.self) { try FileWriter.replace(directory.file("link"), with: content) }
        #expect(throws: Failure.self) {
            try FileWriter.write(FileTree(["link": content]), to: directory.path, overwrites: false)
        }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory.file("link")) == "missing/target")
    }

    @Test("A pipe is written to, and stays one")
    func pipe() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        // Opened for both, so that neither end waits for the other.
        let descriptor = open(path, O_RDWR)
        try #require(descriptor >= 0)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try FileWriter.replace(path, with: content)
        #expect(try handle.read(upToCount: 3) == content)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType != .typeRegular)
    }

    @Test("Where a file cannot be written, the new files before it are removed, and the old ones stay")
    func partialFailure() throws {
        let directory = try TemporaryDirectory(["b": "a file in place of a directory", "old": "old"])
        let files = FileTree(["a": content, "b/c": content])
        #expect(throws: Failure.self) { try FileWriter.write(files, to: directory.path, overwrites: true) }
        #expect(!FileManager.default.fileExists(atPath: directory.file("a")))
        #expect(try directory.text(of: "b") == "a file in place of a directory")
        #expect(throws: Failure.self) {
            try FileWriter.write(FileTree(["a": content, "old": content]), to: directory.path, overwrites: false)
        }
        #expect(try directory.text(of: "old") == "old")
        #expect(!FileManager.default.fileExists(atPath: directory.file("a")))
    }
}

import Foundation
import Tchavi

/// Compiled with the module's sources by `.ci/fuzz`. Checks for any bytes, as every kind of file, that nothing traps, that
/// each diagnostic has a line of its file, and that a prompt without errors survives being written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAuthoring(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start else { return 0 }
    let bytes = Data(bytes: start, count: count)
    let valid = Data("---\nmodel: m\n---\nHi.\n".utf8)
    check(FileTree(["p/1.md": bytes, "p/2.md": valid]))
    check(FileTree(["p/1.md": valid, "p/2.md": valid, "p/prompt.json": bytes]))
    check(FileTree(["w.json": bytes, "notes.md": bytes]))
    return 0
}

private func check(_ files: FileTree) {
    let directory = PromptDirectory(reading: files)
    for diagnostic in directory.diagnostics {
        guard let line = diagnostic.line, let column = diagnostic.column else { preconditionFailure("no place") }
        let lines = (files[diagnostic.location] ?? Data()).count { $0 == 0x0A } + 1
        precondition((1...lines).contains(line) && column >= 1)
    }
    for prompt in directory.prompts where prompt.isReadable {
        guard let written = try? FileTree(writing: [prompt.record]) else { preconditionFailure("not written") }
        var record = prompt.record
        record.versions.sort { $0.version < $1.version }
        let read = PromptDirectory(reading: written)
        precondition(read.prompts.map(\.record) == [record])
        precondition((try? FileTree(writing: read.prompts.map(\.record))) == written)
    }
}

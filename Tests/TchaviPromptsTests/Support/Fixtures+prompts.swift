import Foundation
import TchaviPrompts
import TestSupport

extension Fixtures {
    /// The files of `Fixtures/Prompts`.
    static func promptFiles() throws -> FileTree {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: prompts)
        return FileTree(
            try paths.filter { $0.hasSuffix(".md") || $0.hasSuffix(".json") }.map { path in
                let url = directory.appendingPathComponent("Prompts/\(path)")
                return FileTree.File(path: path, content: try Data(contentsOf: url))
            }
        )
    }

    /// The prompts of `Fixtures/Prompts`.
    static func promptRecords() throws -> [PromptRecord] {
        PromptDirectory(reading: try promptFiles()).prompts.map(\.record)
    }
}

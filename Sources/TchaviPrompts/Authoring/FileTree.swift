public import Foundation

/// Files by their paths: the content of a directory, of a Git revision, or of nothing but memory.
///
/// ```swift
/// let files = FileTree(["support-reply/1.md": Data("---\nmodel: gpt-4o-mini\n---\nYou answer <<customer>>.\n".utf8)])
/// let directory = PromptDirectory(reading: files)
/// ```
public struct FileTree: Sendable, Hashable {
    /// A file: its path and its content.
    public struct File: Sendable, Hashable {
        /// The path, relative to the root, with `/` between the names: `billing/refund/1.md`.
        public let path: String
        /// The bytes of the file.
        public let content: Data

        /// Creates a file.
        public init(path: String, content: Data) {
            self.path = path
            self.content = content
        }
    }

    /// The files, ordered by the UTF-8 bytes of their paths.
    public private(set) var files: [File]

    /// Whether a prompt is not complete without a file of this name: a version, `prompt.json` or a file of records.
    static func isNeeded(_ name: String) -> Bool { isVersion(name) || name.hasSuffix(".json") }

    /// Whether a file of this name is a version: its name is a number and `.md`.
    static func isVersion(_ name: some StringProtocol) -> Bool {
        name.hasSuffix(".md") && name.utf8.count > 3 && name.dropLast(3).utf8.allSatisfy(\.isASCIIDigit)
    }

    /// Whether a file of this name contains test cases of prompts, which stand beside them.
    package static func isCases(_ name: some StringProtocol) -> Bool {
        name == "cases.jsonl" || name.hasSuffix(".cases.jsonl")
    }

    /// Creates a tree.
    ///
    /// - Parameter files: The files, in any order. Of several with one path, the last is kept; paths are the same if
    ///   their UTF-8 bytes are.
    public init(_ files: some Sequence<File>) {
        var sorted: [File] = []
        // The sort is stable, so the last of several files with one path stays the last.
        for file in files.sorted(by: { $0.path.precedesInBytes($1.path) }) {
            if let last = sorted.last, last.path.isSameText(as: file.path) { sorted.removeLast() }
            sorted.append(file)
        }
        self.files = sorted
    }

    /// Creates a tree from the files' contents by path.
    public init(_ files: [String: Data] = [:]) {
        self.init(files.map { File(path: $0.key, content: $0.value) })
    }

    /// The content of the file at a path, or `nil` if there is none.
    public subscript(path: String) -> Data? {
        var (low, high) = (0, files.count)
        while low < high {
            let middle = (low + high) / 2
            if files[middle].path.precedesInBytes(path) { low = middle + 1 } else { high = middle }
        }
        return low < files.count && files[low].path.isSameText(as: path) ? files[low].content : nil
    }
}

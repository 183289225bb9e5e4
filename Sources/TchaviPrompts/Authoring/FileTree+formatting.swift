import Foundation
import Tchavi

extension FileTree {
    /// Returns the files with versions and `prompt.json` laid out as ``init(writing:)`` lays them out.
    ///
    /// Comments, the notes in the brackets of images and the order of keys stay as they are, and so does what the files
    /// mean. Files that have an error, JSON records and other files are unchanged. Formatting files twice changes nothing.
    ///
    /// - Returns: The files, with the same paths.
    public func formatted() -> FileTree {
        let invalid = Set(PromptDirectory(reading: self).diagnostics.filter { $0.severity == .error }.map(\.location))
        return FileTree(
            files.map { file in
                let name = file.path.split(separator: "/").last ?? ""
                let isIgnored = file.path.hasPrefix(".") || file.path.contains("/.")
                guard !isIgnored, !invalid.contains(file.path) else { return file }
                if name == "prompt.json" { return File(path: file.path, content: Self.promptFile(SourceText(file))) }
                guard Self.isVersion(name) else { return file }
                return File(path: file.path, content: VersionFormatter(SourceText(file)).content ?? file.content)
            }
        )
    }

    private static func promptFile(_ source: SourceText) -> Data {
        let json = AuthoredJSON(parsing: source.bytes, at: source.start, expanding: ["deployments", "versions"])
        return Data((json.text() + "\n").utf8)
    }
}

/// Lays out a version's file that has no errors.
private struct VersionFormatter {
    private let source: SourceText
    private var text = ""

    /// The formatted file, or `nil` if it has no front matter.
    private(set) var content: Data?

    init(_ source: SourceText) {
        self.source = source
        let lines = source.lines(from: source.start)
        guard let first = lines.first, source.isDashes(first),
            let closing = lines.dropFirst().firstIndex(where: source.isDashes)
        else { return }
        text = "---\n"
        format(lines[1..<closing], FrontMatter(source, lines: lines[1..<closing]).entries)
        text += "---\n"
        format(lines[(closing + 1)...])
        content = Data(text.utf8)
    }

    // MARK: Front matter

    private mutating func format(_ lines: ArraySlice<Range<Int>>, _ entries: [FrontMatter.Entry]) {
        var entries = entries[...]
        // The offset up to which JSON has been written.
        var end = source.start
        for line in lines where line.lowerBound >= end {
            let trimmed = source.trimmingEnd(line)
            guard let entry = entries.first, entry.offset == line.lowerBound else {
                text += source.string(trimmed) + "\n"
                continue
            }
            entries.removeFirst()
            var value = source.string(entry.valueOffset..<max(trimmed.upperBound, entry.valueOffset))
            if "{[\"".utf8.contains(source.bytes[entry.valueOffset]),
                let json = try? JSONPrefix(parsing: source.bytes, in: entry.valueOffset..<source.bytes.count)
            {
                end = json.end
                let isTools = entry.key == "tools"
                value = AuthoredJSON(parsing: source.bytes, at: entry.valueOffset, isExpanded: isTools)
                    .text(after: isTools ? 0 : entry.key.utf8.count + 2)
            }
            text += "\(entry.key): \(value)\n"
        }
    }

    // MARK: Messages

    private mutating func format(_ lines: ArraySlice<Range<Int>>) {
        var isFirst = true
        var index = lines.startIndex
        var pending: [Range<Int>] = []
        while index < lines.endIndex {
            let line = lines[index]
            index += 1
            guard let marker = MessageMarker(source.bytes[line]) else {
                pending.append(line)
                continue
            }
            if flush(&pending) { isFirst = false }
            if case .image = marker {
                isFirst = false
            } else {
                if !isFirst { text += "\n" }
                isFirst = false
            }
            text += source.string(source.trimmingEnd(line)) + "\n"
            guard marker == .json, index < lines.endIndex,
                let json = try? JSONPrefix(parsing: source.bytes, in: lines[index].lowerBound..<source.bytes.count)
            else { continue }
            text += AuthoredJSON(parsing: source.bytes, at: lines[index].lowerBound).text() + "\n"
            while index < lines.endIndex, lines[index].lowerBound < json.end { index += 1 }
        }
        flush(&pending)
    }

    /// Writes lines of text without the blank ones around them.
    @discardableResult
    private mutating func flush(_ lines: inout [Range<Int>]) -> Bool {
        let bytes = source.bytes
        func isBlank(_ line: Range<Int>) -> Bool { bytes[line].allSatisfy(\.isSpaceOrTab) }
        defer { lines.removeAll() }
        guard let first = lines.firstIndex(where: { !isBlank($0) }), let last = lines.lastIndex(where: { !isBlank($0) })
        else {
            return false
        }
        for line in lines[first...last] {
            // A line that ends with CR needs CRLF after it, or the CR would be taken for a part of the line break.
            text += source.string(line) + (bytes[line].last == UInt8(ascii: "\r") ? "\r\n" : "\n")
        }
        return true
    }
}

import Foundation
import Tchavi

/// What is read together from a directory: the version files and the `prompt.json` of a prompt, or a file of records.
struct DirectoryUnit: Sendable {
    /// The files of a unit, ordered by name.
    struct Files: Sendable {
        let directory: String
        var files: [DirectoryScan.File] = []
    }

    let files: [DirectoryScan.File]
    /// The hash of the files' names and contents.
    let hash: [UInt8]
    let entries: [PromptCatalogue.Entry]
    let diagnostics: [PromptDiagnostic]
    /// Whether the files may have changed since, although their stamps have not.
    let isAmbiguous: Bool
    /// Whether a file was changed, or removed, between the scan and the end of reading it.
    let changedWhileRead: Bool

    /// Adds the files of a directory to the units that they belong to, by the units' names.
    static func add(_ directory: DirectoryScan.Directory, to units: inout [String: Files]) {
        let sorted = directory.files.sorted { $0.name.precedesInBytes($1.name) }
        for file in sorted {
            let isPart = file.name.hasSuffix(".md") || file.name == "prompt.json"
            // The name of a directory ends with `/`, and so differs from that of a file.
            let key = isPart ? directory.path(of: "") : directory.path(of: file.name)
            units[key, default: Files(directory: directory.path)].files.append(file)
        }
    }

    /// Reads the files.
    init(_ unit: Files, root: String, replacing previous: DirectoryUnit?) {
        let start = timespec.now.nanoseconds
        var hashed: [UInt8] = []
        var contents: [FileTree.File] = []
        var diagnostics: [PromptDiagnostic] = []
        var changed = false
        for file in unit.files {
            let path = unit.directory.isEmpty ? file.name : "\(unit.directory)/\(file.name)"
            hashed += Array("\(file.name)\0".utf8)
            do throws(POSIXError) {
                let content = try FileContent(of: "\(root)/\(path)")
                changed = changed || content.stamp != file.stamp
                hashed += Array("\(content.data.count)\0".utf8)
                hashed += content.data
                contents.append(FileTree.File(path: path, content: content.data))
            } catch {
                changed = changed || error.code == .ENOENT
                diagnostics.append(
                    PromptDiagnostic(
                        location: path,
                        reason: error.code == .EFBIG
                            ? "The file is larger than \(FileContent.maximumSize >> 20) MiB."
                            : "The file cannot be read: \(error.reason).",
                        advice: "Check the file and its permissions."
                    )
                )
                hashed += Array("\(error.reason)\0".utf8)
            }
        }
        files = unit.files
        changedWhileRead = changed
        isAmbiguous = changed || !diagnostics.isEmpty || unit.files.contains { $0.stamp.isAmbiguous(readAt: start) }
        hash = SHA256.digest(hashed)
        if let previous, previous.hash == hash {
            entries = previous.entries
            self.diagnostics = previous.diagnostics
            return
        }
        guard diagnostics.isEmpty else {
            // Without one of its files, the others could mean something else.
            let ids = previous?.entries.map(\.record.promptID) ?? []
            entries = []
            self.diagnostics = diagnostics.flatMap { diagnostic in
                ids.isEmpty
                    ? [diagnostic]
                    : ids.map { id in
                        var diagnostic = diagnostic
                        diagnostic.promptID = id
                        return diagnostic
                    }
            }
            return
        }
        let directory = PromptDirectory(reading: FileTree(contents))
        entries = directory.prompts.compactMap { prompt in
            prompt.recordToSelectFrom.map { .init(location: Self.location(of: prompt, in: contents), record: $0) }
        }
        self.diagnostics = directory.diagnostics.map(PromptDiagnostic.init)
    }

    /// The file that a prompt's other definitions are reported with: `prompt.json`, else the lowest version's.
    private static func location(of prompt: AuthoredPrompt, in files: [FileTree.File]) -> String {
        if files.contains(where: { $0.path.isSameText(as: prompt.file) }) { return prompt.file }
        let promptFile = prompt.file + "/prompt.json"
        if files.contains(where: { $0.path.isSameText(as: promptFile) }) { return promptFile }
        return prompt.record.versions.first.map { "\(prompt.file)/\($0.version).md" } ?? promptFile
    }
}

extension AuthoredPrompt {
    /// The record with what could not be read marked; `nil` if it is not known what is deployed.
    fileprivate var recordToSelectFrom: PromptRecord? {
        guard !isIncomplete else { return nil }
        guard !unreadableVersions.isEmpty || !unreadableDeployments.isEmpty || isFallbackUnreadable else {
            return record
        }
        let reason = diagnostics.first { $0.severity == .error }.map(\.description) ?? "see the diagnostics"
        var record = record
        for index in record.versions.indices where unreadableVersions.contains(record.versions[index].id) {
            let number = record.versions[index].version
            let own = diagnostics.first { $0.severity == .error && $0.file.hasSuffix("/\(number).md") }
            record.versions[index].unreadableReason = own?.description ?? reason
        }
        for (id, indices) in unreadableDeployments {
            for index in indices { record.deployments[id]?[index].unreadableReason = reason }
        }
        if isFallbackUnreadable {
            record.fallbackVersion = PromptVersion(id: "", version: 0, promptID: record.promptID, config: nil)
            record.fallbackVersion?.unreadableReason = reason
        } else if let id = record.fallbackVersion?.id, let version = record.versions.first(where: { $0.id == id }),
            version.unreadableReason != nil
        {
            record.fallbackVersion?.unreadableReason = version.unreadableReason
        }
        return record
    }
}

extension PromptDiagnostic {
    fileprivate init(_ diagnostic: AuthoringDiagnostic) {
        self.init(
            location: diagnostic.file,
            line: diagnostic.line,
            column: diagnostic.column,
            severity: diagnostic.severity == .warning ? .warning : .error,
            promptID: diagnostic.promptID,
            reason: diagnostic.message,
            advice: diagnostic.advice
        )
    }
}

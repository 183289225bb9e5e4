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
    /// The prompts of which nothing can be used.
    let unusable: [(promptID: String, location: String)]
    /// The ids of all prompts of the unit, those of an earlier form if they cannot be read.
    private let promptIDs: [String]
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
        var isComplete = true
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
                changed = changed || error.code == .ENOENT && file.stamp != nil
                isComplete = isComplete && !FileTree.isNeeded(file.name)
                diagnostics.append(FileContent.diagnostic(error, at: path))
                hashed += Array("\(error.reason)\0".utf8)
            }
        }
        files = unit.files
        changedWhileRead = changed
        isAmbiguous =
            changed || !diagnostics.isEmpty || unit.files.contains { $0.stamp?.isAmbiguous(readAt: start) ?? true }
        hash = SHA256.digest(hashed)
        if let previous, previous.hash == hash {
            entries = previous.entries
            unusable = previous.unusable
            promptIDs = previous.promptIDs
            self.diagnostics = previous.diagnostics
            return
        }
        guard isComplete else {
            // Without one of its files, the others could mean something else.
            let ids = previous?.promptIDs ?? []
            entries = []
            unusable = ids.map { ($0, unit.directory) }
            promptIDs = ids
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
        // The library reports ids that are given twice, because it knows all units.
        let directory = PromptDirectory(reading: FileTree(contents), reportsDuplicates: false)
        // Without knowing what is deployed, nothing can be selected.
        entries = directory.prompts.filter { !$0.isIncomplete }
            .map { .init(location: $0.definingFile, record: $0.record) }
        let ids = directory.prompts.map(\.id)
        // An id that cannot be read any more is probably that of the earlier form.
        let incomplete = directory.prompts.filter(\.isIncomplete)
        let lost = incomplete.isEmpty ? [] : previous?.promptIDs.filter { !ids.contains($0) } ?? []
        unusable = incomplete.map { ($0.id, $0.definingFile) } + lost.map { ($0, incomplete[0].definingFile) }
        promptIDs = ids + lost
        self.diagnostics = diagnostics + directory.diagnostics
    }
}

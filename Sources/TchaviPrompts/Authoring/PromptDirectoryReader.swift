import Tchavi

/// Finds the prompts in a tree of files, and reads them.
struct PromptDirectoryReader {
    private(set) var prompts: [AuthoredPrompt] = []
    private(set) var diagnostics: [PromptDiagnostic] = []

    /// The files of a prompt's directory.
    private struct Directory {
        var versions: [(number: Int, file: FileTree.File)] = []
        var promptFile: FileTree.File?
    }

    /// Reads the prompts.
    ///
    /// - Parameters:
    ///   - tree: The files.
    ///   - reportsDuplicates: Whether to report ids that several prompts have.
    init(_ tree: FileTree, reportsDuplicates: Bool) {
        var directories: [ByteText: Directory] = [:]
        for file in tree.files {
            let names = file.path.split(separator: "/", omittingEmptySubsequences: false)
            guard let name = names.last, !names.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else { continue }
            let path = names.dropLast().joined(separator: "/")
            let kind = FileKind(name, content: file)
            if path.isEmpty, kind.belongsToPrompt {
                misplaced(
                    file,
                    "A version or `prompt.json` cannot be in the root directory.",
                    "Move it into a directory, whose name is the prompt's id."
                )
                continue
            }
            switch kind {
            case .version(let number): directories[ByteText(path), default: Directory()].versions.append((number, file))
            case .prompt: directories[ByteText(path), default: Directory()].promptFile = file
            case .record where !(path.isEmpty && name == "folders.json"):
                let records = RecordFile(SourceText(file), folderID: path)
                prompts += records.prompts
                diagnostics += records.diagnostics
            case .misnamedVersion:
                misplaced(
                    file,
                    "The file has front matter, but its name is not a version's number.",
                    "Name it after the number, without leading zeros: `1.md`, `2.md`."
                )
            case .record, .other: break
            }
        }
        for (path, directory) in directories { read(directory, path: path.text) }
        // A directory stands where its first file would.
        prompts.sort { $0.file.precedesInBytes($1.file) }
        if reportsDuplicates { reportDuplicates() }
    }

    private mutating func misplaced(_ file: FileTree.File, _ message: String, _ advice: String) {
        diagnostics.append(
            PromptDiagnostic(location: file.path, line: 1, column: 1, reason: message, advice: advice)
        )
    }

    // MARK: A prompt's directory

    private mutating func read(_ directory: Directory, path: String) {
        let names = path.split(separator: "/")
        let promptSource = directory.promptFile.map(SourceText.init)
        let promptFile = promptSource.map { PromptFile($0) }
        let id = promptFile?.promptID ?? names.last.map(String.init) ?? ""
        var prompt = AuthoredPrompt(
            file: path,
            record: PromptRecord(
                promptID: id,
                folderID: promptFile?.folderID ?? names.dropLast().joined(separator: "/"),
                versions: []
            )
        )
        prompt.record.variableSyntax = promptFile?.variableSyntax
        prompt.record.additionalFields = promptFile?.additionalFields ?? [:]
        readVersions(directory, into: &prompt)
        // Of versions with one number, that of the file comes first: the sort is stable.
        prompt.record.versions = (prompt.record.versions + (promptFile?.wire.versions ?? []))
            .sorted { $0.version < $1.version }
        if var file = promptFile, let promptSource {
            let ids = Dictionary(
                prompt.record.versions.map { ($0.version, $0.id) },
                uniquingKeysWith: { first, _ in first }
            )
            file.checkNumbers { ids[$0] != nil }
            // An id that could not be read may be another one than the directory's name.
            let isKnown = file.promptID != nil || !file.isIncomplete
            let found = promptSource.diagnostics(
                inOrder: file.findings.located(in: promptSource),
                promptID: isKnown ? id : nil
            )
            Self.deploy(file, ids: ids, found, in: &prompt)
            prompt.record.replaceReasons(by: found)
            prompt.diagnostics += found
        }
        prompt.definingFile =
            promptSource?.path ?? prompt.record.versions.first.map { "\(path)/\($0.version).md" } ?? path
        prompts.append(prompt)
    }

    private func readVersions(_ directory: Directory, into prompt: inout AuthoredPrompt) {
        var ids: Set<ByteText> = []
        for (number, file) in directory.versions.sorted(by: { $0.number < $1.number }) {
            let source = SourceText(file)
            let versionFile = VersionFile(source, number: number, promptID: prompt.id)
            var findings = versionFile.findings
            var id = versionFile.version.id
            if !ids.insert(ByteText(id)).inserted {
                findings.append(
                    Finding(
                        offset: versionFile.idOffset ?? 0,
                        message: "A version with a lower number has the id `\(id)`.",
                        advice: "Give each version an `id` of its own, or none."
                    )
                )
                id = "\(prompt.id)@\(number)"
            }
            let diagnostics = source.diagnostics(findings, promptID: prompt.id)
            prompt.diagnostics += diagnostics
            var version = versionFile.version
            // An id of its own, so that it is not taken for the other version.
            while !version.id.isSameText(as: id), !ids.insert(ByteText(id)).inserted { id += "'" }
            version.id = id
            if let error = diagnostics.first(where: { $0.severity == .error }) {
                version = version.withoutContent
                version.unreadableReason = error.description
            }
            prompt.record.versions.append(version)
        }
    }

    /// Adds the deployments and the fallback.
    private static func deploy(
        _ file: PromptFile,
        ids: [Int: PromptVersion.ID],
        _ diagnostics: [PromptDiagnostic],
        in prompt: inout AuthoredPrompt
    ) {
        for entry in file.deployments {
            guard let id = entry.number.flatMap({ ids[$0] }) else { continue }
            let deployment = entry.finding.map {
                Deployment(id: entry.deployment.id, unreadableReason: diagnostics[$0].description)
            }
            prompt.record.deployments[id, default: []].append(deployment ?? entry.deployment)
        }
        prompt.record.deployments.merge(file.wire.deployments) { $0 + $1 }
        switch file.fallback {
        case .number(let number): prompt.record.fallbackVersion = prompt.record.versions.first { $0.version == number }
        case .version(let version): prompt.record.fallbackVersion = version
        case .unreadable(let finding):
            prompt.record.fallbackVersion = PromptVersion(unreadableReason: diagnostics[finding].description)
        case nil: break
        }
        // An unreadable version file may have had the id that these deployments name.
        let known = Set(prompt.record.versions.map { ByteText($0.id) })
        let hasUnknown = prompt.record.deployments.keys.contains { !known.contains(ByteText($0)) }
        let hasUnreadable = prompt.record.versions.contains { $0.unreadableReason != nil }
        prompt.isIncomplete = file.isIncomplete || hasUnknown && hasUnreadable
    }

    // MARK: Ids that are given twice

    private mutating func reportDuplicates() {
        var places: [String: [Int]] = [:]
        for (index, prompt) in prompts.enumerated() { places[prompt.id, default: []].append(index) }
        for (id, indices) in places where indices.count > 1 {
            var files: Set<String> = []
            for index in indices {
                prompts[index].hasDuplicateID = true
                // Records of one file are reported once.
                guard files.insert(prompts[index].file).inserted else { continue }
                prompts[index].diagnostics.append(
                    PromptDiagnostic(
                        location: prompts[index].definingFile,
                        line: 1,
                        column: 1,
                        promptID: id,
                        reason: "Another prompt has the id `\(id)`; none of them is used.",
                        advice: "Rename all but one of them, or name another `promptId`."
                    )
                )
            }
        }
    }
}

/// What a file can be, by its name.
private enum FileKind {
    case version(Int)
    case prompt
    case record
    /// Meant as a version, but not named like one.
    case misnamedVersion
    case other

    /// Whether a directory with such a file is a prompt.
    var belongsToPrompt: Bool {
        switch self {
        case .version, .prompt: true
        default: false
        }
    }

    init(_ name: Substring, content file: FileTree.File) {
        if name == "prompt.json" {
            self = .prompt
        } else if name.hasSuffix(".json") {
            self = .record
        } else if name.hasSuffix(".md") {
            let digits = name.dropLast(3).utf8
            if let number = Int(name.dropLast(3)), digits.allSatisfy(\.isASCIIDigit),
                digits.count == 1 || digits.first != 0x30
            {
                self = .version(number)
            } else {
                self = Self.beginsWithDashes(file) ? .misnamedVersion : .other
            }
        } else {
            self = .other
        }
    }

    private static func beginsWithDashes(_ file: FileTree.File) -> Bool {
        let start = file.content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = file.content.dropFirst(start).prefix { $0 != 0x0A }
        let hasLineFeed = file.content.count > start + line.count
        if hasLineFeed, line.last == 0x0D { line = line.dropLast() }
        return line.starts(with: "---".utf8) && line.dropFirst(3).allSatisfy(\.isSpaceOrTab)
    }
}

extension PromptCatalogue {
    /// Creates the catalogue of a directory that was read from a tree of files.
    ///
    /// - Parameters:
    ///   - directory: The prompts.
    ///   - failures: What could not be read into the tree, such as a file without permission.
    package init(_ directory: PromptDirectory, failures: [PromptDiagnostic]) {
        var ids: [String: String] = [:]
        for prompt in directory.prompts { ids[prompt.file] = prompt.id }
        var broken: Set<String> = []
        let failures = failures.map { failure in
            let names = failure.location.split(separator: "/")
            let name = names.last ?? ""
            let parent = names.dropLast().joined(separator: "/")
            guard FileTree.isNeeded(String(name)), failure.severity == .error, let id = ids[parent] else {
                return failure
            }
            // Without one of its files, the others could mean something else.
            broken.insert(parent)
            var failure = failure
            failure.promptID = id
            return failure
        }
        // Without knowing what is deployed, nothing can be selected.
        func isUsable(_ prompt: AuthoredPrompt) -> Bool { !prompt.isIncomplete && !broken.contains(prompt.file) }
        self.init(
            entries: directory.prompts.filter(isUsable)
                .map { Entry(location: $0.definingFile, record: $0.record) },
            diagnostics: failures + directory.diagnostics
        )
        unusable = directory.prompts.filter { !isUsable($0) }.map { ($0.id, $0.definingFile) }
        folders = PromptFolder.directories(of: entries)
    }
}

extension PromptFolder {
    /// The directories that contain prompts, with those that contain them.
    static func directories(of entries: [PromptCatalogue.Entry]) -> [PromptFolder] {
        var folders: [String: PromptFolder] = [:]
        for entry in entries {
            var path = entry.record.folderID
            while !path.isEmpty, folders[path] == nil {
                let slash = path.lastIndex(of: "/")
                let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
                let parent = slash.map { String(path[..<$0]) }
                folders[path] = PromptFolder(id: path, name: name, parentFolderID: parent)
                path = parent ?? ""
            }
        }
        return folders.values.sorted { $0.id.precedesInBytes($1.id) }
    }
}

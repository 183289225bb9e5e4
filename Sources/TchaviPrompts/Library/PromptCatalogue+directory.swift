extension PromptCatalogue {
    /// The catalogue of a directory that was read from a tree of files.
    package init(_ directory: PromptDirectory) {
        // Without knowing what is deployed, nothing can be selected.
        self.init(
            entries: directory.prompts.filter { !$0.isIncomplete }
                .map { Entry(location: $0.definingFile, record: $0.record) },
            diagnostics: directory.diagnostics
        )
        unusable = directory.prompts.filter(\.isIncomplete).map { ($0.id, $0.definingFile) }
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

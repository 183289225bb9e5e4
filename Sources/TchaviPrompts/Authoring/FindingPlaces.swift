import Tchavi

/// Finds where the subjects of findings are written: the deployment, version, message or parameter that a finding is about.
///
/// ```swift
/// var places = FindingPlaces(in: files)
/// for prompt in PromptDirectory(reading: files).prompts {
///     for finding in await prompt.record.lint() { print(places.place(of: finding, in: prompt), finding) }
/// }
/// ```
///
/// A file is read when its first place is looked up, and only then.
package struct FindingPlaces {
    /// A record of a file that can contain several.
    private struct Record: Hashable {
        let file: ByteText
        let path: [JSONError.Step]
    }

    private let files: FileTree
    private var texts: [ByteText: PlacedText] = [:]
    private var subjects: [Record: FindingSubjects] = [:]

    /// Creates a value that has read nothing yet.
    ///
    /// - Parameter files: The files that the prompts were read from.
    package init(in files: FileTree) {
        self.files = files
    }

    /// Returns the place of a finding's subject.
    ///
    /// That of a deployment is its object in `prompt.json`, or in the `rules` of a record. That of a version is its file, or
    /// its object in a file of JSON, and within it the message or the parameter. Everything else is about the whole
    /// prompt: `prompt.json`, else the file of the lowest version, else the record.
    ///
    /// - Parameters:
    ///   - finding: A finding about a prompt's record.
    ///   - prompt: The prompt, which was read from the files.
    /// - Returns: The place, which has no line if the file is not among the files.
    package mutating func place(of finding: DeploymentFinding, in prompt: AuthoredPrompt) -> PromptPlace {
        let key = Record(file: ByteText(prompt.file), path: prompt.recordPath)
        let known = subjects[key] ?? FindingSubjects(of: prompt, files: files) { text(at: $0) }
        subjects[key] = known
        let site = known.site(of: finding)
        return text(at: site.file)?.place(of: finding, at: site) ?? PromptPlace(location: site.file)
    }

    private mutating func text(at path: String) -> PlacedText? {
        if let text = texts[ByteText(path)] { return text }
        guard let content = files[path] else { return nil }
        let text = PlacedText(SourceText(FileTree.File(path: path, content: content)))
        texts[ByteText(path)] = text
        return text
    }
}

import Tchavi

/// A file, read for the places in it.
struct PlacedText {
    let source: SourceText
    /// The value of a file of JSON, if it is valid.
    let json: JSONValue?
    private let places: JSONPlaces?
    /// What the file of a version contains.
    private let version: VersionFile?
    private let positions: TextPositions

    init(_ source: SourceText) {
        self.source = source
        positions = TextPositions(source.bytes)
        if source.path.hasSuffix(".md") {
            // Neither the number nor the id has a place.
            version = VersionFile(source, number: 0, promptID: "")
            json = nil
            places = nil
        } else {
            version = nil
            // As deep as the `extra` of a `prompt.json` may be.
            json = (try? source.json(maximumDepth: JSONParser.maximumDepth + 1))?.value
            places = json == nil ? nil : JSONPlaces(source.bytes, at: source.start)
        }
    }

    /// Returns the place of a finding whose subject is written at a site of this file.
    func place(of finding: DeploymentFinding, at site: FindingSubjects.Site) -> PromptPlace {
        let position = positions.position(of: offset(of: finding, at: site))
        return PromptPlace(location: source.path, line: position.line, column: position.column)
    }

    private func offset(of finding: DeploymentFinding, at site: FindingSubjects.Site) -> Int {
        if let version {
            if let index = finding.messageIndex, version.messageOffsets.indices.contains(index) {
                return version.messageOffsets[index]
            }
            return finding.parameter.flatMap(version.offset(ofParameter:)) ?? 0
        }
        guard let places else { return 0 }
        if let index = finding.messageIndex {
            return places.value(at: site.path + [.member("config"), .member("messages"), .element(index)])
        }
        if let name = finding.parameter {
            return places.name(at: site.path + [.member("config"), .member("modelParameters"), .member(name)])
        }
        return places.value(at: site.path)
    }
}

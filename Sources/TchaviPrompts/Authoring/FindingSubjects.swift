import Tchavi

/// Where the versions and deployments of a prompt are written.
struct FindingSubjects {
    /// A value in a file of JSON, or a version's own file.
    struct Site {
        let file: String
        /// The path of the value; empty for a version's own file.
        var path: [JSONError.Step] = []
    }

    private struct DeploymentKey: Hashable {
        let version: ByteText
        let id: ByteText
    }

    private let prompt: Site
    private var fallback: (version: String, site: Site)?
    private var versions: [ByteText: Site] = [:]
    private var deployments: [DeploymentKey: Site] = [:]

    /// Looks for everything that a finding can be about.
    ///
    /// - Parameters:
    ///   - authored: The prompt.
    ///   - files: The files that it was read from.
    ///   - text: Returns the text of a file.
    init(of authored: AuthoredPrompt, files: FileTree, text: (String) -> PlacedText?) {
        prompt = Site(file: authored.definingFile, path: authored.recordPath)
        if let file = text(authored.file) {
            let site = Site(file: authored.file, path: authored.recordPath)
            readMembers(of: file.json?.value(at: authored.recordPath), at: site, fallback: "fallbackVersion", authored)
            return
        }
        // Of versions with one number, that of the file comes first.
        var numbers: [Int: String] = [:]
        for version in authored.record.versions where numbers[version.version] == nil {
            numbers[version.version] = version.id
            let file = "\(authored.file)/\(version.version).md"
            if files[file] != nil, versions[ByteText(version.id)] == nil {
                versions[ByteText(version.id)] = Site(file: file)
            }
        }
        let promptFile = "\(authored.file)/prompt.json"
        guard let file = text(promptFile) else { return }
        for entry in PromptFile(file.source).deployments {
            guard let version = entry.number.flatMap({ numbers[$0] }) else { continue }
            add(entry.deployment.id, of: version, Site(file: promptFile, path: entry.path))
        }
        readMembers(of: file.json, at: Site(file: promptFile), fallback: "fallback", authored)
    }

    /// Finds the versions, deployments and fallback of the wire form.
    private mutating func readMembers(
        of json: JSONValue?,
        at site: Site,
        fallback name: String,
        _ authored: AuthoredPrompt
    ) {
        guard let json else { return }
        for (index, version) in (json["versions"]?.array ?? []).enumerated() where !version.isMarkedDeleted {
            guard let id = version["id"]?.string, versions[ByteText(id)] == nil else { continue }
            versions[ByteText(id)] = site.inside(.member("versions"), .element(index))
        }
        for (version, list) in json["rules"]?.object ?? [:] {
            for (index, deployment) in (list.array ?? []).enumerated() where !deployment.isMarkedDeleted {
                guard let id = deployment["id"]?.string else { continue }
                add(id, of: version, site.inside(.member("rules"), .member(version), .element(index)))
            }
        }
        if let version = authored.record.fallbackVersion, json[name]?.isNull == false {
            fallback = (version.id, site.inside(.member(name)))
        }
    }

    private mutating func add(_ id: String, of version: String, _ site: Site) {
        let key = DeploymentKey(version: ByteText(version), id: ByteText(id))
        if deployments[key] == nil { deployments[key] = site }
    }

    /// Returns where the subject of a finding is written.
    func site(of finding: DeploymentFinding) -> Site {
        guard let version = finding.versionID else { return prompt }
        if let id = finding.deploymentID {
            return deployments[DeploymentKey(version: ByteText(version), id: ByteText(id))] ?? prompt
        }
        if let fallback, [.staleFallback, .fallbackVariable].contains(finding.kind) { return fallback.site }
        if let site = versions[ByteText(version)] { return site }
        return fallback.flatMap { $0.version.isSameText(as: version) ? $0.site : nil } ?? prompt
    }
}

extension FindingSubjects.Site {
    fileprivate func inside(_ steps: JSONError.Step...) -> Self { Self(file: file, path: path + steps) }
}

extension JSONValue {
    /// The value at a path, or `nil` if there is none.
    fileprivate func value(at path: [JSONError.Step]) -> JSONValue? {
        path.reduce(self) { value, step in
            switch step {
            case .member(let name): value?[name]
            case .element(let index): value?[index]
            }
        }
    }
}

import Tchavi

/// Versions and deployments on the wire, of which each is read by itself, so that one that cannot be read costs no other.
struct WireParts {
    /// The versions, those that could not be read marked and without their content.
    private(set) var versions: [PromptVersion] = []
    /// The deployments, those that could not be read marked and without their rules.
    private(set) var deployments: [PromptVersion.ID: [Deployment]] = [:]
    /// Whether something could not be read that is not among these.
    private(set) var isIncomplete = false

    /// Reads the versions of an array.
    ///
    /// - Parameters:
    ///   - json: The array.
    ///   - path: Its path, for the reasons why something could not be read.
    /// - Throws: The first error, when all that can be read has been.
    mutating func readVersions(_ json: JSONValue, at path: [JSONError.Step]) throws(JSONError) {
        guard let elements = json.array else {
            isIncomplete = true
            throw JSONError("expected an array, found \(json.kind)")
        }
        var first: JSONError?
        for (index, element) in elements.enumerated() where !element.isMarkedDeleted {
            do {
                versions.append(try PromptVersion(json: element))
            } catch {
                let error = error.inside(.element(index))
                first = first ?? error
                guard var version = PromptVersion(identityOf: element) else {
                    isIncomplete = true
                    continue
                }
                version.unreadableReason = error.message(inside: path)
                versions.append(version)
            }
        }
        if let first { throw first }
    }

    /// Reads deployments by the id of their version.
    ///
    /// - Parameters:
    ///   - json: The object.
    ///   - path: Its path, for the reasons why something could not be read.
    /// - Throws: The first error, when all that can be read has been.
    mutating func readDeployments(_ json: JSONValue, at path: [JSONError.Step]) throws(JSONError) {
        guard let members = json.object else {
            isIncomplete = true
            throw JSONError("expected an object, found \(json.kind)")
        }
        var first: JSONError?
        for (id, list) in members.sorted(by: { $0.key.precedesInBytes($1.key) }) {
            guard let elements = list.array else {
                isIncomplete = true
                first = first ?? JSONError("expected an array, found \(list.kind)", at: [.member(id)])
                continue
            }
            deployments[id] = []
            for (index, element) in elements.enumerated() where !element.isMarkedDeleted {
                do {
                    deployments[id]?.append(try Deployment(json: element))
                } catch {
                    let error = error.inside(.element(index)).inside(.member(id))
                    first = first ?? error
                    deployments[id]?.append(
                        Deployment(id: element["id"]?.string ?? "", unreadableReason: error.message(inside: path))
                    )
                }
            }
        }
        if let first { throw first }
    }
}

extension PromptVersion {
    /// Creates a version in place of one of which nothing can be read.
    init(unreadableReason: String) {
        self.init(id: "", version: 0, promptID: "", config: nil)
        self.unreadableReason = unreadableReason
    }

    /// The version with nothing but its id, number and tags, so that half of its content is never run.
    var withoutContent: PromptVersion {
        let config = PromptVersionConfig(id: "", messages: [], model: "", tags: config?.tags ?? [:])
        return PromptVersion(id: id, version: version, promptID: promptID, config: config)
    }

    /// Creates a version of which only the id, the number and the tags are read.
    init?(identityOf json: JSONValue) {
        guard let id = json["id"]?.string, let number = json["version"]?.integer else { return nil }
        let tags = (json["config"]?["tags"]?.object ?? [:]).compactMapValues { try? ConditionValue(json: $0) }
        self.init(
            id: id,
            version: number,
            promptID: json["promptId"]?.string ?? "",
            config: PromptVersionConfig(id: "", messages: [], model: "", tags: tags)
        )
    }
}

extension Deployment {
    /// Creates a deployment that cannot compete, in place of one that cannot be read.
    init(id: String, unreadableReason: String) {
        self.init(id: id)
        self.unreadableReason = unreadableReason
    }
}

extension PromptRecord {
    /// Replaces the reasons why something could not be read by the diagnostics that report them, which have a place.
    mutating func replaceReasons(by diagnostics: [PromptDiagnostic]) {
        guard !diagnostics.isEmpty else { return }
        // There may be as many reasons as diagnostics.
        let found = Dictionary(diagnostics.map { ($0.reason, $0) }, uniquingKeysWith: { first, _ in first })
        func replace(_ reason: inout String?) {
            if let diagnostic = reason.flatMap({ found[$0] }) { reason = diagnostic.description }
        }
        for index in versions.indices { replace(&versions[index].unreadableReason) }
        deployments = deployments.mapValues { list in
            var list = list
            for index in list.indices { replace(&list[index].unreadableReason) }
            return list
        }
        if var fallback = fallbackVersion {
            replace(&fallback.unreadableReason)
            fallbackVersion = fallback
        }
    }
}

extension JSONError {
    /// The error as it is reported for a value inside of another one.
    func message(inside path: [Step]) -> String { Finding(offset: 0, JSONError(cause, at: path + steps)).message }
}

import Tchavi

/// Versions and deployments on the wire, of which each is read by itself, so that one that cannot be read costs no other.
struct WireParts {
    /// The versions, those that could not be read without their content.
    private(set) var versions: [PromptVersion] = []
    /// The ids of the versions whose content could not be read.
    private(set) var unreadableVersions: Set<PromptVersion.ID> = []
    /// The deployments; those that could not be read have rules that nothing satisfies.
    private(set) var deployments: [PromptVersion.ID: [Deployment]] = [:]
    /// The indices of the deployments that could not be read.
    private(set) var unreadableDeployments: [PromptVersion.ID: Set<Int>] = [:]
    /// Whether something could not be read that is not among these.
    private(set) var isIncomplete = false

    /// Reads the versions of an array.
    ///
    /// - Parameter json: The array.
    /// - Throws: The first error, when all that can be read has been.
    mutating func readVersions(_ json: JSONValue) throws(JSONError) {
        guard let elements = json.array else {
            isIncomplete = true
            throw JSONError("expected an array, found \(json.kind)")
        }
        var first: JSONError?
        for (index, element) in elements.enumerated() {
            do {
                versions.append(try PromptVersion(json: element))
            } catch {
                first = first ?? error.inside(.element(index))
                guard let version = PromptVersion(identityOf: element) else {
                    isIncomplete = true
                    continue
                }
                versions.append(version)
                unreadableVersions.insert(version.id)
            }
        }
        if let first { throw first }
    }

    /// Reads deployments by the id of their version.
    ///
    /// - Parameter json: The object.
    /// - Throws: The first error, when all that can be read has been.
    mutating func readDeployments(_ json: JSONValue) throws(JSONError) {
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
            for (index, element) in elements.enumerated() {
                do {
                    deployments[id]?.append(try Deployment(json: element))
                } catch {
                    first = first ?? error.inside(.element(index)).inside(.member(id))
                    deployments[id]?.append(.unreadable(id: element["id"]?.string ?? ""))
                    unreadableDeployments[id, default: []].insert(index)
                }
            }
        }
        if let first { throw first }
    }
}

extension PromptVersion {
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
    static func unreadable(id: String) -> Deployment {
        // No deployment competes that has an unknown combinator; without a rule, it would be unconditional.
        Deployment(id: id, query: RuleGroup("unreadable", [.rule(Rule("", "unreadable", ""))]))
    }
}

import Tchavi

extension PromptRecord {
    /// Whether something is unreadable that can be selected: a deployment, a deployed version or the fallback.
    ///
    /// A library then goes on using an earlier form of the whole prompt, if it has one.
    var isDamaged: Bool {
        fallbackVersion?.unreadableReason != nil
            || deployments.values.contains { $0.contains { $0.unreadableReason != nil } }
            || versions.contains { $0.unreadableReason != nil && !deployments(of: $0).isEmpty }
    }

    /// Reads a record of which parts may be unreadable.
    ///
    /// An unreadable version remains with its id, number and tags, and an unreadable deployment with its id, so that the
    /// others are selected as before. A version without a number is left out if it is not deployed.
    ///
    /// - Parameters:
    ///   - json: The record's JSON.
    ///   - problems: Why each unreadable part could not be read.
    /// - Throws: `JSONError` if nothing of the record can be used.
    init(json: JSONValue, problems: inout [JSONError]) throws(JSONError) {
        let error: JSONError
        do {
            self = try PromptRecord(json: json)
            return
        } catch let failure {
            error = failure
        }
        guard var members = json.object, case .array(let versions)? = members["versions"] else { throw error }
        let rules = members["rules"]?.object ?? [:]
        let fallback = members["fallbackVersion"]
        members["versions"] = []
        members["rules"] = members["rules"]?.object == nil ? members["rules"] : [:]
        members["fallbackVersion"] = nil
        if members["promptId"] == nil { members["promptId"] = versions.first?["promptId"] }
        try self.init(json: .object(members))
        var found: [JSONError] = []
        for (index, version) in versions.enumerated() {
            do {
                self.versions.append(try PromptVersion(json: version))
            } catch {
                let error = error.inside(.element(index)).inside(.member("versions"))
                if let version = PromptVersion(unreadable: version, error) {
                    self.versions.append(version)
                } else {
                    // Nobody can be given a version whose deployments are unknown.
                    guard let id = version["id"]?.string, (rules[id]?.array ?? []).isEmpty else { throw error }
                }
                found.append(error)
            }
        }
        for (id, json) in rules.sorted(by: { $0.key.precedesInBytes($1.key) }) where !json.isNull {
            let path = [JSONError.Step.member("rules"), .member(id)]
            guard let elements = json.array else {
                let error = JSONError("expected an array, found \(json.kind)", at: path)
                deployments[id] = [Deployment(id: "", unreadable: error)]
                found.append(error)
                continue
            }
            deployments[id] = []
            for (index, element) in elements.enumerated() {
                do {
                    deployments[id]?.append(try Deployment(json: element))
                } catch {
                    let error = JSONError(error.reason, at: path + [.element(index)] + error.steps)
                    deployments[id]?.append(Deployment(id: element["id"]?.string ?? "", unreadable: error))
                    found.append(error)
                }
            }
        }
        if let fallback, !fallback.isNull {
            do {
                fallbackVersion = try PromptVersion(json: fallback)
            } catch {
                let error = error.inside(.member("fallbackVersion"))
                fallbackVersion =
                    PromptVersion(unreadable: fallback, error)
                    ?? PromptVersion(id: "", version: 0, promptID: promptID, unreadable: error)
                found.append(error)
            }
        }
        guard !found.isEmpty else { throw error }
        problems += found
    }
}

extension PromptVersion {
    /// Creates a version that could not be read.
    init(
        id: String,
        version: Int,
        promptID: String,
        tags: [String: ConditionValue] = [:],
        unreadable error: JSONError
    ) {
        let config = PromptVersionConfig(id: "", messages: [], model: "", tags: tags)
        self.init(id: id, version: version, promptID: promptID, config: config)
        unreadableReason = error.description
    }

    /// Reads what is needed to select a version; `nil` without an id and a number.
    fileprivate init?(unreadable json: JSONValue, _ error: JSONError) {
        guard let id = json["id"]?.string, let number = json["version"]?.integer else { return nil }
        let tags = (json["config"]?["tags"]?.object ?? [:]).compactMapValues { try? ConditionValue(json: $0) }
        self.init(
            id: id,
            version: number,
            promptID: json["promptId"]?.string ?? "",
            tags: tags,
            unreadable: error
        )
    }
}

extension Deployment {
    /// Creates a deployment that could not be read.
    init(id: String, unreadable error: JSONError) {
        self.init(id: id)
        unreadableReason = error.description
    }
}

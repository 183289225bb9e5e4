import Tchavi

/// A prompt's `prompt.json`: who gets which version.
struct PromptFile {
    /// A deployment, which names its version by number.
    struct NumberedDeployment {
        var number: Int?
        var deployment: Deployment
        /// The index of the first finding about it; `nil` if it can be read.
        var finding: Int?
        /// Whether the file gives the id.
        var hasID: Bool
        let path: [JSONError.Step]
    }

    enum Fallback {
        case number(Int)
        case version(PromptVersion)
        /// Not readable, with the index of the finding.
        case unreadable(finding: Int)
    }

    static let keys = KnownNames([
        "promptId", "folderId", "variableSyntax", "description", "deployments", "fallback", "versions", "rules",
        "extra",
    ])
    /// The fields of a record's JSON, which `extra` must not contain.
    static let recordFields = ["promptId", "folderId", "versions", "rules", "fallbackVersion", "variableSyntax"]

    private(set) var promptID: String?
    private(set) var folderID: String?
    private(set) var variableSyntax: VariableSyntax?
    private(set) var additionalFields: [String: JSONValue] = [:]
    private(set) var deployments: [NumberedDeployment] = []
    private(set) var fallback: Fallback?
    private(set) var wire = WireParts()
    /// Whether something could not be read that belongs to no single version or deployment.
    private(set) var isIncomplete = false
    private(set) var findings = JSONFindings()

    private var members: [String: JSONValue] = [:]

    /// Reads a file.
    init(_ source: SourceText) {
        do throws(FindingError) {
            // `extra` is one level deeper than the fields of a record.
            let json = try source.json(maximumDepth: JSONParser.maximumDepth + 1)
            guard case .object(let members) = json.value else {
                throw FindingError(
                    Finding(
                        offset: source.start,
                        JSONError("expected an object, found \(json.value.kind)")
                    )
                )
            }
            self.members = members.filter { !$0.value.isNull }
            readMembers(names: members.keys)
            readDeployments()
            reportRepeatedNames(json.repeatedNames, in: source)
        } catch {
            findings.append(error.finding)
            isIncomplete = true
        }
    }

    // MARK: Members of the prompt

    private mutating func readMembers(names: some Sequence<String>) {
        for name in names.sorted(by: { $0.precedesInBytes($1) }) where !Self.keys.contains(name) {
            findings.append(
                nameAt: [.member(name)],
                "The key `\(name)` is unknown.",
                Self.keys.advice(for: name) + " Other fields go into `extra`."
            )
            isIncomplete = true
        }
        promptID = scalar("promptId")
        if promptID?.isEmpty == true {
            fail(JSONError("must not be empty", at: [.member("promptId")]))
            promptID = nil
        }
        folderID = scalar("folderId")
        variableSyntax = scalar("variableSyntax")
        if let extra = members["extra"] {
            do {
                additionalFields = try [String: JSONValue](reading: extra)
                for name in Self.recordFields + (members["description"] == nil ? [] : ["description"])
                where additionalFields[name] != nil {
                    findings.append(
                        nameAt: [.member("extra"), .member(name)],
                        "`\(name)` is given twice: it has a place of its own.",
                        "Remove it from `extra`."
                    )
                    isIncomplete = true
                    break
                }
            } catch {
                fail(error.inside(.member("extra")))
            }
        }
        if let description: String = scalar("description") { additionalFields["description"] = .string(description) }
        read("versions") { wire, json, path throws(JSONError) in try wire.readVersions(json, at: path) }
        read("rules") { wire, json, path throws(JSONError) in try wire.readDeployments(json, at: path) }
        readFallback()
    }

    private mutating func scalar<Value: JSONScalar>(_ name: String) -> Value? {
        guard let json = members[name] else { return nil }
        do {
            return try Value(reading: json)
        } catch {
            fail(error.inside(.member(name)))
            return nil
        }
    }

    private mutating func read(
        _ name: String,
        _ body: (inout WireParts, JSONValue, [JSONError.Step]) throws(JSONError) -> Void
    ) {
        guard let json = members[name] else { return }
        do throws(JSONError) {
            guard json.isNested(within: JSONParser.maximumDepth - 1) else {
                isIncomplete = true
                throw .tooDeep
            }
            try body(&wire, json, [.member(name)])
        } catch {
            findings.append(error, in: [.member(name)])
        }
        if wire.isIncomplete { isIncomplete = true }
    }

    private mutating func readFallback() {
        guard let json = members["fallback"] else { return }
        do throws(JSONError) {
            switch json {
            case .object:
                guard json.isNested(within: JSONParser.maximumDepth - 1) else { throw .tooDeep }
                fallback = .version(try PromptVersion(json: json))
            default:
                guard let number = json.integer else {
                    throw JSONError("expected a version's number or a version, found \(json.kind)")
                }
                fallback = .number(number)
            }
        } catch {
            fallback = .unreadable(finding: findings.count)
            findings.append(error, in: [.member("fallback")])
        }
    }

    private mutating func fail(_ error: JSONError) {
        findings.append(error)
        isIncomplete = true
    }

    // MARK: Deployments

    private mutating func readDeployments() {
        guard let json = members["deployments"] else { return }
        guard let elements = json.array else {
            return fail(JSONError("expected an array, found \(json.kind)", at: [.member("deployments")]))
        }
        for (index, element) in elements.enumerated() {
            let path: [JSONError.Step] = [.member("deployments"), .element(index)]
            let reader = DeploymentReader(element, path: path, findings: &findings)
            deployments.append(
                NumberedDeployment(
                    number: reader.number,
                    deployment: reader.deployment,
                    finding: reader.finding,
                    hasID: reader.hasID,
                    path: path
                )
            )
        }
        assignIDs()
    }

    /// Gives ids to deployments that have none, and reports ids that are given twice.
    private mutating func assignIDs() {
        var counts: [Int: Int] = [:]
        var ids: Set<ByteText> = []
        for index in deployments.indices {
            let entry = deployments[index]
            if !entry.hasID, let number = entry.number {
                counts[number, default: 0] += 1
                let count = counts[number, default: 1]
                deployments[index].deployment.id = count == 1 ? "v\(number)" : "v\(number)-\(count)"
            }
            guard entry.hasID || entry.number != nil else { continue }
            let id = deployments[index].deployment.id
            if !ids.insert(ByteText(id)).inserted {
                deployments[index].finding = entry.finding ?? findings.count
                findings.append(
                    valueAt: entry.path + [.member("id")],
                    "Another deployment has the id `\(id)`.",
                    "Give each deployment an `id` of its own."
                )
            }
        }
    }

    /// Reports each deployment, and the fallback, whose version does not exist.
    ///
    /// - Parameter exists: Whether the prompt has a version of a number.
    mutating func checkNumbers(exists: (Int) -> Bool) {
        let advice = "Name a version that has a file, or add the file."
        for (index, entry) in deployments.enumerated() {
            guard let number = entry.number, !exists(number) else { continue }
            findings.append(valueAt: entry.path + [.member("version")], "The prompt has no version \(number).", advice)
            deployments[index].number = nil
        }
        if case .number(let number) = fallback, !exists(number) {
            fallback = .unreadable(finding: findings.count)
            findings.append(valueAt: [.member("fallback")], "The prompt has no version \(number).", advice)
        }
        // A deployment that belongs to no version cannot be listed.
        if deployments.contains(where: { $0.number == nil }) { isIncomplete = true }
    }

    /// Reports keys that are given twice, and marks what they make unreadable.
    private mutating func reportRepeatedNames(_ offsets: [Int], in source: SourceText) {
        guard !offsets.isEmpty else { return }
        let places = JSONPlaces(source.bytes, at: source.start)
        for offset in offsets.sorted() {
            let path = places.path(to: offset)
            if path.count > 2, path[0] == .member("deployments"), case .element(let index) = path[1],
                deployments.indices.contains(index)
            {
                deployments[index].finding = deployments[index].finding ?? findings.count
            } else {
                isIncomplete = true
            }
            findings.append(Finding(repeatedKeyAt: offset))
        }
    }
}

extension JSONError {
    /// A value that a record could not contain, because it would be nested too deep.
    static var tooDeep: JSONError {
        JSONError("nested too deep for a record of \(JSONParser.maximumDepth) levels")
    }
}

import Tchavi

/// Reads an element of `deployments`. Every member that cannot be read is reported.
struct DeploymentReader {
    static let keys = KnownNames([
        "version", "id", "when", "query", "weight", "experiment", "timestamp", "isFallback", "description", "extra",
    ])
    /// The fields of a deployment's JSON, which `extra` must not contain.
    static let wireFields = ["id", "timestamp", "rules", "isFallback", "weight", "experiment"]

    private(set) var deployment = Deployment(id: "")
    /// The number of the version; `nil` if it could not be read.
    private(set) var number: Int?
    private(set) var hasID = false
    /// The index of the first finding about it; `nil` if it can be read.
    private(set) var finding: Int?

    private let members: [String: JSONValue]
    private let path: [JSONError.Step]

    /// Reads an element.
    ///
    /// - Parameters:
    ///   - json: The element.
    ///   - path: Its path.
    ///   - findings: What is wrong is added to these.
    init(_ json: JSONValue, path: [JSONError.Step], findings: inout JSONFindings) {
        self.path = path
        let count = findings.count
        defer { finding = findings.count > count ? count : nil }
        members = (json.object ?? [:]).filter { !$0.value.isNull }
        guard let object = json.object else {
            fail(JSONError("expected an object, found \(json.kind)"), &findings)
            return
        }
        for name in object.keys.sorted(by: { $0.precedesInBytes($1) }) where !Self.keys.contains(name) {
            findings.append(
                nameAt: path + [.member(name)],
                "The key `\(name)` is unknown.",
                Self.keys.advice(for: name) + " Other fields go into `extra`."
            )
        }
        if members["version"] == nil { fail(JSONError("missing", at: [.member("version")]), &findings) }
        number = scalar("version", &findings)
        deployment.version = number
        if let id: String = scalar("id", &findings) {
            deployment.id = id
            hasID = true
        }
        deployment.weight = scalar("weight", &findings)
        deployment.experiment = scalar("experiment", &findings)
        deployment.timestamp = scalar("timestamp", &findings)
        deployment.isFallback = scalar("isFallback", &findings) ?? false
        readExtra(&findings)
        readRules(&findings)
        if members["weight"] != nil, members["id"] == nil {
            findings.append(
                valueAt: path,
                "A deployment with a weight has no id.",
                "Add an `id`, by which the arms of the split are told apart."
            )
        }
    }

    private mutating func scalar<Value: JSONScalar>(_ name: String, _ findings: inout JSONFindings) -> Value? {
        guard let json = members[name] else { return nil }
        do {
            return try Value(reading: json)
        } catch {
            fail(error.inside(.member(name)), &findings)
            return nil
        }
    }

    private mutating func readExtra(_ findings: inout JSONFindings) {
        if let extra = members["extra"] {
            do throws(JSONError) {
                guard extra.isNested(within: JSONParser.maximumDepth - 3) else { throw .tooDeep }
                deployment.additionalFields = try [String: JSONValue](reading: extra)
            } catch {
                fail(error.inside(.member("extra")), &findings)
            }
            let reserved = Self.wireFields + (members["description"] == nil ? [] : ["description"])
            if let name = reserved.first(where: { deployment.additionalFields[$0] != nil }) {
                findings.append(
                    nameAt: path + [.member("extra"), .member(name)],
                    "`\(name)` is given twice: it has a place of its own.",
                    "Remove it from `extra`."
                )
            }
        }
        if let description: String = scalar("description", &findings) {
            deployment.additionalFields["description"] = .string(description)
        }
    }

    private mutating func readRules(_ findings: inout JSONFindings) {
        if let query = members["query"] {
            if members["when"] != nil {
                findings.append(
                    nameAt: path + [.member("query")],
                    "A deployment has either `when` or `query`.",
                    "Remove one of the two."
                )
            }
            do throws(JSONError) {
                guard query.isNested(within: JSONParser.maximumDepth - 5) else { throw .tooDeep }
                deployment.query = try RuleGroup(json: query)
            } catch {
                fail(error.inside(.member("query")), &findings)
            }
        } else if let when = members["when"] {
            guard let fields = when.object else {
                return fail(JSONError("expected an object, found \(when.kind)", at: [.member("when")]), &findings)
            }
            var rules: [Rule] = []
            for (field, condition) in fields.sorted(by: { $0.key.precedesInBytes($1.key) }) {
                readRules(of: field, condition, into: &rules, &findings)
            }
            deployment.query = RuleGroup(.and, rules.map { .rule($0) })
        }
    }

    /// Reads an entry of `when`, and reports its first error.
    private mutating func readRules(
        of field: String,
        _ condition: JSONValue,
        into rules: inout [Rule],
        _ findings: inout JSONFindings
    ) {
        let place = path + [.member("when"), .member(field)]
        do throws(JSONError) {
            switch condition {
            case .object(let operators):
                guard !operators.isEmpty else { throw JSONError("expected an operator with its value, found none") }
                for (name, value) in operators.sorted(by: { $0.key.precedesInBytes($1.key) }) {
                    let known = RuleOperator(rawValue: name)
                    guard RuleOperator.known.contains(known) else {
                        findings.append(
                            nameAt: place + [.member(name)],
                            "The operator `\(name)` is unknown.",
                            KnownNames(RuleOperator.known.map(\.rawValue).sorted()).advice(for: name)
                        )
                        return
                    }
                    do {
                        rules.append(Rule(field, known, try ConditionValue(json: value)))
                    } catch {
                        throw error.inside(.member(name))
                    }
                }
            case .array: rules.append(Rule(field, .includes, try ConditionValue(json: condition)))
            default: rules.append(Rule(field, .equal, try ConditionValue(json: condition)))
            }
        } catch {
            findings.append(error, in: place)
        }
    }

    private mutating func fail(_ error: JSONError, _ findings: inout JSONFindings) {
        findings.append(error, in: path)
    }
}

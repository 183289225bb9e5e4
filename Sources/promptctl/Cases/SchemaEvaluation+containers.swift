import Tchavi

extension SchemaEvaluation {
    mutating func checkItems(
        _ value: JSONValue,
        _ keywords: Keywords,
        _ path: Path,
        _ violations: inout [SchemaViolation]
    ) {
        guard let items = value.array else { return }
        let prefix = keywords["prefixItems"]?.array ?? []
        let rest = keywords["items"]
        if rest == false, items.count > prefix.count {
            let message = "Expected at most \(counted(prefix.count, "item")), found \(items.count)."
            violations.append(SchemaViolation(message, at: path))
        }
        for (index, item) in items.enumerated() where index < prefix.count || rest?.object != nil {
            // The rest would not be reported.
            guard violations.count < SchemaValidator.violationLimit else { break }
            guard let schema = index < prefix.count ? prefix[index] : rest else { continue }
            violations += check(item, schema, path + [.element(index)])
        }
        guard let contains = keywords["contains"] else { return }
        let count = items.indices.count { isValid(items[$0], contains, path + [.element($0)]) }
        let minimum = keywords["minContains"]?.integer ?? 1
        if count < minimum {
            let message = "Expected at least \(counted(minimum, "item")) that `contains` describes, found \(count)."
            violations.append(SchemaViolation(message, at: path))
        }
        if let maximum = keywords["maxContains"]?.integer, count > maximum {
            let message = "Expected at most \(counted(maximum, "item")) that `contains` describes, found \(count)."
            violations.append(SchemaViolation(message, at: path))
        }
    }

    mutating func checkMembers(
        _ value: JSONValue,
        _ keywords: Keywords,
        _ path: Path,
        _ violations: inout [SchemaViolation]
    ) {
        guard let members = value.object else { return }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            // The rest would not be reported.
            guard violations.count < SchemaValidator.violationLimit else { break }
            violations += check(member: member, name, keywords, path)
            if let schema = keywords["propertyNames"], let first = check(.string(name), schema, path).first {
                let message = "The name of the property `\(name)` is not valid: \(first.message)"
                violations.append(SchemaViolation(message, at: path))
            }
        }
        for (name, schema) in (keywords["dependentSchemas"]?.object ?? [:]).sorted(by: { $0.key < $1.key })
        where members[name] != nil {
            violations += check(value, schema, path)
        }
    }

    private mutating func check(
        member: JSONValue,
        _ name: String,
        _ keywords: Keywords,
        _ path: Path
    ) -> [SchemaViolation] {
        let inner = path + [.member(name)]
        var violations: [SchemaViolation] = []
        var isAdditional = true
        if let schema = keywords["properties"]?[name] {
            isAdditional = false
            violations += check(member, schema, inner)
        }
        for (pattern, schema) in (keywords["patternProperties"]?.object ?? [:]).sorted(by: { $0.key < $1.key })
        where matches(name, pattern, path) {
            isAdditional = false
            violations += check(member, schema, inner)
        }
        guard isAdditional, let additional = keywords["additionalProperties"] else { return violations }
        if additional == false {
            violations.append(SchemaViolation("The schema does not allow the property `\(name)`.", at: path))
        } else {
            violations += check(member, additional, inner)
        }
        return violations
    }
}

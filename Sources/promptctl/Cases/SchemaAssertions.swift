import Tchavi

/// The assertions of a schema that need no other schema, for one value.
struct SchemaAssertions {
    let value: JSONValue
    let keywords: [String: JSONValue]
    let path: [JSONError.Step]

    /// What the value violates, type first.
    var violations: [SchemaViolation] {
        var messages: [String] = []
        checkKind(&messages)
        switch value {
        case .integer, .unsignedInteger, .double: checkNumber(&messages)
        case .string(let text): checkCount(text.unicodeScalars.count, "Length", "character", nil, &messages)
        case .array(let items):
            checkCount(items.count, "Items", "item", nil, &messages)
            if keywords["uniqueItems"] == true { checkUnique(items, &messages) }
        case .object(let members):
            checkCount(members.count, "Properties", "property", "properties", &messages)
            checkRequired(members, &messages)
        case .null, .boolean: break
        }
        return messages.map { SchemaViolation($0, at: path) }
    }

    private func checkKind(_ messages: inout [String]) {
        if let type = keywords["type"] {
            let names = (type.array ?? [type]).compactMap(\.string)
            if !names.contains(where: value.isOf) {
                let expected = names.compactMap { SchemaKeyword.types[$0] }.joined(separator: " or ")
                let found = value.double == nil ? value.kind : value.excerpt
                messages.append("Expected \(expected), found \(found).")
            }
        }
        if let values = keywords["enum"]?.array, !values.contains(where: value.isSame) {
            let shown = values.prefix(10).map(\.excerpt).joined(separator: ", ") + (values.count > 10 ? ", …" : "")
            messages.append("Expected one of \(shown), found \(value.excerpt).")
        }
        if let constant = keywords["const"], !value.isSame(as: constant) {
            messages.append("Expected \(constant.excerpt), found \(value.excerpt).")
        }
    }

    private func checkNumber(_ messages: inout [String]) {
        func compare(_ keyword: String, _ words: String, _ isAllowed: (Int) -> Bool) {
            guard let limit = keywords[keyword], let order = value.order(limit), !isAllowed(order) else { return }
            messages.append("Expected a number \(words) \(limit), found \(value).")
        }
        compare("minimum", "of at least") { $0 >= 0 }
        compare("maximum", "of at most") { $0 <= 0 }
        compare("exclusiveMinimum", "greater than") { $0 > 0 }
        compare("exclusiveMaximum", "less than") { $0 < 0 }
        if let divisor = keywords["multipleOf"], value.isMultiple(of: divisor) == false {
            messages.append("Expected a multiple of \(divisor), found \(value).")
        }
    }

    private func checkCount(
        _ count: Int,
        _ keyword: String,
        _ noun: String,
        _ plural: String?,
        _ messages: inout [String]
    ) {
        if let minimum = keywords["min" + keyword]?.integer, count < minimum {
            messages.append("Expected at least \(counted(minimum, noun, plural: plural)), found \(count).")
        }
        if let maximum = keywords["max" + keyword]?.integer, count > maximum {
            messages.append("Expected at most \(counted(maximum, noun, plural: plural)), found \(count).")
        }
    }

    private func checkUnique(_ items: [JSONValue], _ messages: inout [String]) {
        var indexes: [JSONValue: [Int]] = [:]
        for (index, item) in items.enumerated() {
            // `==` takes strings of other code points for the same, so it only finds the items to compare.
            let others = indexes[item.normalized] ?? []
            if let first = others.first(where: { items[$0].isSame(as: item) }) {
                messages.append("Expected unique items, but items \(first) and \(index) are the same.")
                return
            }
            indexes[item.normalized, default: []].append(index)
        }
    }

    private func checkRequired(_ members: [String: JSONValue], _ messages: inout [String]) {
        for name in keywords["required"]?.array?.compactMap(\.string) ?? [] where members[name] == nil {
            messages.append("The required property `\(name)` is missing.")
        }
        for (name, others) in (keywords["dependentRequired"]?.object ?? [:]).sorted(by: { $0.key < $1.key })
        where members[name] != nil {
            for other in others.array?.compactMap(\.string) ?? [] where members[other] == nil {
                messages.append("The property `\(other)` is missing, which `\(name)` requires.")
            }
        }
    }
}

extension JSONValue {
    /// Whether this is of one of the types of JSON Schema.
    fileprivate func isOf(_ type: String) -> Bool {
        switch self {
        case .null: type == "null"
        case .boolean: type == "boolean"
        case .integer, .unsignedInteger: type == "integer" || type == "number"
        case .double(let number): type == "number" || type == "integer" && number == number.rounded()
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}

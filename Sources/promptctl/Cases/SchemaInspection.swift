import Foundation
import Tchavi

/// Checks a schema before it is used, and collects its regular expressions and the targets of its references.
struct SchemaInspection {
    typealias Path = [JSONError.Step]

    let root: JSONValue
    /// The regular expressions by their text in the schema.
    private(set) var patterns: [String: NSRegularExpression] = [:]
    /// The schemas that are referred to, by the value of `$ref`.
    private(set) var references: [String: JSONValue] = [:]
    private var anchors: [String: (schema: JSONValue, path: Path)] = [:]
    private var pending: [(reference: String, path: Path)] = []
    private var visited: Set<Path> = []

    init(root: JSONValue) { self.root = root }

    mutating func run() throws(SchemaProblem) {
        if root.isNested(deeperThan: JSONParser.maximumDepth) {
            throw SchemaProblem("The schema is nested more than \(JSONParser.maximumDepth) levels deep.", at: [])
        }
        try visit(root, [])
        // The target of a reference need not be where schemas are, so it is checked in turn, and can have references.
        while let (reference, path) = pending.popLast() {
            guard references[reference] == nil else { continue }
            let target = try target(of: reference, path)
            references[reference] = target.schema
            try visit(target.schema, target.path)
        }
    }

    private mutating func visit(_ schema: JSONValue, _ path: Path) throws(SchemaProblem) {
        guard visited.insert(path).inserted else { return }
        if schema.boolean != nil { return }
        guard let keywords = schema.object else {
            throw SchemaProblem("Expected a schema, which is an object or a Boolean, found \(schema.kind).", at: path)
        }
        for (name, value) in keywords.sorted(by: { $0.key < $1.key }) {
            let inner = path + [.member(name)]
            if let keyword = SchemaKeyword.supported[name] {
                try check(value, keyword, schema, inner)
            } else if let advice = SchemaKeyword.unsupported[name] {
                throw SchemaProblem("The keyword `\(name)` is not supported. \(advice).", at: path)
            } else if name == "$id", !path.isEmpty {
                throw SchemaProblem("The keyword `$id` is supported at the root of the schema only.", at: path)
            } else if let spelling = SchemaKeyword.spelling(of: name) {
                throw SchemaProblem("The keyword `\(name)` is unknown. Write it as `\(spelling)`.", at: path)
            }
        }
    }

    private mutating func check(
        _ value: JSONValue,
        _ keyword: SchemaKeyword,
        _ schema: JSONValue,
        _ path: Path
    ) throws(SchemaProblem) {
        switch keyword {
        case .schema:
            if value.array != nil, path.last == .member("items") {
                throw SchemaProblem("A list of schemas is not supported here. Use `prefixItems`.", at: path)
            }
            try visit(value, path)
        case .schemas:
            guard let schemas = value.array, !schemas.isEmpty else { throw expected("a list of schemas", value, path) }
            for (index, schema) in schemas.enumerated() { try visit(schema, path + [.element(index)]) }
        case .namedSchemas, .patternSchemas:
            guard let schemas = value.object else { throw expected("an object of schemas", value, path) }
            for (name, schema) in schemas.sorted(by: { $0.key < $1.key }) {
                if case .patternSchemas = keyword { try add(pattern: name, path) }
                try visit(schema, path + [.member(name)])
            }
        case .pattern:
            guard let pattern = value.string else { throw expected("a string", value, path) }
            try add(pattern: pattern, path)
        case .reference:
            guard let reference = value.string else { throw expected("a string", value, path) }
            pending.append((reference, path))
        case .anchor:
            guard let name = value.string else { throw expected("a string", value, path) }
            let isRepeated = anchors.updateValue((schema, path.dropLast()), forKey: name) != nil
            if isRepeated { throw SchemaProblem("The anchor `\(name)` is not the only one of this name.", at: path) }
        default: if let form = value.missedForm(of: keyword) { throw expected(form, value, path) }
        }
    }

    private func expected(_ form: String, _ value: JSONValue, _ path: Path) -> SchemaProblem {
        SchemaProblem("Expected \(form), found \(value.excerpt).", at: path)
    }

    private mutating func add(pattern: String, _ path: Path) throws(SchemaProblem) {
        guard patterns[pattern] == nil else { return }
        guard let expression = try? NSRegularExpression(pattern: pattern.translatedFromECMAScript) else {
            throw SchemaProblem("The pattern `\(pattern)` is not a valid regular expression.", at: path)
        }
        patterns[pattern] = expression
    }

    // MARK: References

    private func target(of reference: String, _ path: Path) throws(SchemaProblem) -> (schema: JSONValue, path: Path) {
        var fragment = reference[...]
        if let base = root["$id"]?.string?.prefix(while: { $0 != "#" }), !base.isEmpty, fragment.hasPrefix(base) {
            fragment = fragment.dropFirst(base.count)
        }
        guard fragment.isEmpty || fragment.hasPrefix("#") else {
            throw SchemaProblem(
                "The reference `\(reference)` is not within the schema; others are not fetched.",
                at: path
            )
        }
        let decoded = fragment.dropFirst().removingPercentEncoding ?? ""
        if decoded.isEmpty, fragment.count <= 1 { return (root, []) }
        let target = decoded.hasPrefix("/") ? target(ofPointer: decoded) : anchors[decoded]
        guard let target else {
            throw SchemaProblem("The reference `\(reference)` leads to nothing in the schema.", at: path)
        }
        return target
    }

    private func target(ofPointer pointer: String) -> (schema: JSONValue, path: Path)? {
        var schema = root
        var path: Path = []
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = String(token.replacing("~1", with: "/").replacing("~0", with: "~"))
            if let member = schema[name] {
                schema = member
                path.append(.member(name))
            } else if let index = Int(name), String(index) == name, let element = schema[index] {
                schema = element
                path.append(.element(index))
            } else {
                return nil
            }
        }
        return (schema, path)
    }
}

extension JSONValue {
    /// What a keyword expects, in the words of an error message, if this is not it.
    fileprivate func missedForm(of keyword: SchemaKeyword) -> String? {
        switch keyword {
        case .type:
            let names = array ?? [self]
            let areTypes = names.allSatisfy { $0.string.map { SchemaKeyword.types[$0] != nil } ?? false }
            return areTypes && !names.isEmpty ? nil : "one of JSON's types or a list of them"
        case .values: return array == nil ? "an array" : nil
        case .number: return double == nil ? "a number" : nil
        case .positiveNumber: return double.map { $0 > 0 } ?? false ? nil : "a number greater than 0"
        case .count: return integer.map { $0 >= 0 } ?? false ? nil : "an integer of at least 0"
        case .boolean: return boolean == nil ? "a Boolean" : nil
        case .names: return isNames ? nil : "an array of strings"
        case .namedNames:
            return object.map { $0.values.allSatisfy(\.isNames) } ?? false ? nil : "an object of arrays of strings"
        default: return nil
        }
    }

    private var isNames: Bool { array.map { $0.allSatisfy { $0.string != nil } } ?? false }

    /// The value as compact JSON, cut off where it is long.
    var excerpt: String {
        let text = serialized()
        return text.count <= 60 ? text : text.prefix(59) + "…"
    }
}

import Tchavi

/// Compares the JSON Schema of what is produced with that of what is expected, and finds what certainly is not guaranteed.
///
/// Where the schema of what is produced is combined of others (`anyOf`, `allOf` and the like), nothing is certain and nothing
/// is found.
struct SchemaComparison {
    struct Difference {
        /// The path of the value: `$.items[].price`.
        let path: String
        let message: String
    }

    private let produced: JSONValue
    private let expected: JSONValue
    private var found: [Difference] = []
    /// The number of pairs of schemas that are still compared: references can repeat a schema without an end.
    private var budget = 5000
    private static let maximumDepth = 32

    init(produced: JSONValue, expected: JSONValue) {
        self.produced = produced
        self.expected = expected
    }

    /// Returns the differences, ordered by path.
    mutating func differences() -> [Difference] {
        compare(produced, expected, at: "$", depth: 0)
        return found
    }

    private mutating func compare(_ produced: JSONValue, _ expected: JSONValue, at path: String, depth: Int) {
        budget -= 1
        guard budget > 0, depth < Self.maximumDepth, let produced = Self.resolved(produced, in: self.produced),
            let expected = Self.resolved(expected, in: self.expected), !Self.isCombined(produced)
        else { return }
        let types = Self.types(of: produced)
        if let types, let allowed = Self.types(of: expected),
            let type = types.subtracting(Self.withIntegers(allowed)).min()
        {
            let expectation = allowed.sorted().joined(separator: " or ")
            add(path, "the version allows \(type), and the program expects \(expectation)")
            return
        }
        compareValues(produced, expected, at: path)
        if types?.contains("object") ?? true { compareMembers(produced, expected, at: path, depth: depth) }
        if types?.contains("array") ?? true, let items = produced["items"], let wanted = expected["items"] {
            compare(items, wanted, at: path + "[]", depth: depth + 1)
        }
    }

    private mutating func compareValues(_ produced: JSONValue, _ expected: JSONValue, at path: String) {
        guard let values = Self.values(of: produced), let allowed = Self.values(of: expected),
            let value = values.first(where: { !allowed.contains($0) })
        else { return }
        add(path, "the version allows \(value.serialized()), which the program does not expect")
    }

    private mutating func compareMembers(_ produced: JSONValue, _ expected: JSONValue, at path: String, depth: Int) {
        let properties = produced["properties"]?.object
        let required = Set((produced["required"]?.array ?? []).compactMap(\.string))
        let isClosed = produced["additionalProperties"] == false
        // A schema that says nothing about members says nothing about their absence.
        if properties != nil || isClosed {
            for name in Set((expected["required"]?.array ?? []).compactMap(\.string)).sorted()
            where !required.contains(name) {
                let isAbsent = properties?[name] == nil
                add(
                    "\(path).\(name)",
                    "the program requires it, and the version's schema "
                        + (isAbsent ? "does not have it" : "does not require it")
                )
            }
        }
        guard let properties, let wanted = expected["properties"]?.object else { return }
        for (name, schema) in properties.sorted(by: { $0.key < $1.key }) {
            guard let wanted = wanted[name] else { continue }
            compare(schema, wanted, at: "\(path).\(name)", depth: depth + 1)
        }
    }

    private mutating func add(_ path: String, _ reason: String) {
        found.append(Difference(path: path, message: "The response's `\(path)` does not fit: \(reason)."))
    }

    /// Follows references into the same document; `nil` where a schema cannot be found, or is more than a reference.
    private static func resolved(_ schema: JSONValue, in root: JSONValue) -> JSONValue? {
        var schema = schema
        for _ in 0..<maximumDepth {
            guard let reference = schema["$ref"] else { return schema }
            let annotations: Set = ["$ref", "title", "description", "$defs", "definitions", "$schema", "$id"]
            guard let reference = reference.string, reference.hasPrefix("#"),
                schema.object?.keys.allSatisfy(annotations.contains) == true
            else { return nil }
            var target = root
            for step in reference.dropFirst().split(separator: "/") {
                let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
                guard let next = target[String(name)] else { return nil }
                target = next
            }
            schema = target
        }
        return nil
    }

    /// Whether more than the schema's own keywords decide what is valid.
    private static func isCombined(_ schema: JSONValue) -> Bool {
        let keywords = [
            "anyOf", "oneOf", "allOf", "not", "if", "dependentRequired", "dependentSchemas", "dependencies",
            "$dynamicRef",
            "$recursiveRef", "patternProperties",
        ]
        return keywords.contains { schema[$0] != nil }
    }

    /// The values that a schema allows, if it lists them.
    private static func values(of schema: JSONValue) -> [JSONValue]? {
        schema["const"].map { [$0] } ?? schema["enum"]?.array
    }

    /// The types that a schema allows; `nil` if it does not say.
    private static func types(of schema: JSONValue) -> Set<String>? {
        if let values = values(of: schema) { return Set(values.map(type)) }
        switch schema["type"] {
        case .string(let type)?: return [type]
        case .array(let types)?: return Set(types.compactMap(\.string))
        default: return nil
        }
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .boolean: "boolean"
        case .integer, .unsignedInteger: "integer"
        case .double(let number): number == number.rounded() ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func withIntegers(_ types: Set<String>) -> Set<String> {
        types.contains("number") ? types.union(["integer"]) : types
    }
}

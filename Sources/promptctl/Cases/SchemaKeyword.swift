/// What the value of a keyword of JSON Schema has to be.
enum SchemaKeyword {
    case schema
    /// A list of at least one schema.
    case schemas
    /// An object of schemas.
    case namedSchemas
    /// An object of schemas whose names are regular expressions.
    case patternSchemas
    case type
    case values
    case any
    case number
    case positiveNumber
    case count
    case boolean
    case pattern
    case names
    /// An object of lists of names.
    case namedNames
    case reference
    case anchor

    /// The assertions that are validated, and the keywords that hold schemas for references.
    static let supported: [String: SchemaKeyword] = [
        "$anchor": .anchor, "$defs": .namedSchemas, "$ref": .reference, "definitions": .namedSchemas,
        "type": .type, "enum": .values, "const": .any,
        "allOf": .schemas, "anyOf": .schemas, "oneOf": .schemas, "not": .schema,
        "if": .schema, "then": .schema, "else": .schema,
        "properties": .namedSchemas, "patternProperties": .patternSchemas, "additionalProperties": .schema,
        "propertyNames": .schema, "required": .names, "minProperties": .count, "maxProperties": .count,
        "dependentRequired": .namedNames, "dependentSchemas": .namedSchemas,
        "items": .schema, "prefixItems": .schemas, "contains": .schema, "minContains": .count, "maxContains": .count,
        "minItems": .count, "maxItems": .count, "uniqueItems": .boolean,
        "minimum": .number, "maximum": .number, "exclusiveMinimum": .number, "exclusiveMaximum": .number,
        "multipleOf": .positiveNumber, "minLength": .count, "maxLength": .count, "pattern": .pattern,
    ]

    /// Assertions of this and of other drafts that are not validated, and what to write instead.
    static let unsupported: [String: String] = [
        "unevaluatedProperties": "Use `additionalProperties` in each object",
        "unevaluatedItems": "Use `items` in each array",
        "$dynamicRef": "Use `$ref`",
        "$dynamicAnchor": "Use `$anchor`",
        "$recursiveRef": "Use `$ref`",
        "$recursiveAnchor": "Use `$anchor`",
        "additionalItems": "Use `prefixItems` and `items`",
        "dependencies": "Use `dependentRequired` or `dependentSchemas`",
        "divisibleBy": "Use `multipleOf`",
        "disallow": "Use `not`",
        "extends": "Use `allOf`",
        "nullable": "Add `null` to `type`",
    ]

    /// The types of `type`, and what they are called in messages.
    static let types = [
        "null": "null", "boolean": "a Boolean", "integer": "an integer", "number": "a number", "string": "a string",
        "array": "an array", "object": "an object",
    ]

    /// Keywords by their names in lower case.
    private static let spellings = Dictionary(
        uniqueKeysWithValues: (Array(supported.keys) + unsupported.keys).map { ($0.lowercased(), $0) }
    )

    /// The keyword that differs from an unknown one only in upper and lower case.
    static func spelling(of unknown: String) -> String? { spellings[unknown.lowercased()] }
}

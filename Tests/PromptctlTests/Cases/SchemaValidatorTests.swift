import Foundation
import Tchavi
import Testing

@testable import promptctl

struct SchemaValidatorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: JSONValue
        let value: JSONValue
        let violations: [String]

        init(_ schema: JSONValue, _ value: JSONValue, _ violations: String...) {
            self.schema = schema
            self.value = value
            self.violations = violations
        }

        var testDescription: String { "\(schema) \(value)" }
    }

    static let kinds: [Case] = [
        Case(true, 1),
        Case(false, 1, "$: The schema does not allow a value here."),
        Case([:], nil),
        Case(["type": "integer"], 1),
        Case(["type": "integer"], 1.0),
        Case(["type": "integer"], 1.5, "$: Expected an integer, found 1.5."),
        Case(["type": "number"], 1),
        Case(["type": "number"], "1", "$: Expected a number, found a string."),
        Case(["type": ["string", "null"]], nil),
        Case(["type": ["string", "null"]], false, "$: Expected a string or null, found a Boolean."),
        Case(["type": "boolean"], 0, "$: Expected a Boolean, found 0."),
        Case(["type": "array"], [:], "$: Expected an array, found an object."),
        Case(["type": "object"], [], "$: Expected an object, found an array."),
        Case(["enum": ["a", 1, nil]], 1.0),
        Case(["enum": ["a", 1, nil]], "b", #"$: Expected one of "a", 1, null, found "b"."#),
        Case(["enum": [false]], 0, "$: Expected one of false, found 0."),
        Case(["const": ["a": [1.0]]], ["a": [1]]),
        Case(["const": ["a": [1.0]]], ["a": [true]], #"$: Expected {"a":[1.0]}, found {"a":[true]}."#),
        // The same text for Swift's `==`, of other code points.
        Case(["const": "\u{E9}"], "e\u{301}", "$: Expected \"\u{E9}\", found \"e\u{301}\"."),
        // Annotations and what is unknown.
        Case(["title": 1, "format": "email", "default": "x", "x-ui": ["type": "null"]], "no address"),
    ]

    static let scalars: [Case] = [
        Case(["minimum": 1, "maximum": 3], 1.0),
        Case(["minimum": 1, "maximum": 3], 0.5, "$: Expected a number of at least 1, found 0.5."),
        Case(["minimum": 1, "maximum": 3], 4, "$: Expected a number of at most 3, found 4."),
        Case(["exclusiveMinimum": 1], 1, "$: Expected a number greater than 1, found 1."),
        Case(["exclusiveMaximum": 1.5], 1.5, "$: Expected a number less than 1.5, found 1.5."),
        Case(["exclusiveMaximum": 1.5, "exclusiveMinimum": -0.5], 1),
        Case(["minimum": 1], "0"),
        // As doubles they would be equal.
        Case(
            ["maximum": 9_007_199_254_740_992],
            9_007_199_254_740_993,
            """
            $: Expected a number of at most \
            9007199254740992, found 9007199254740993.
            """
        ),
        Case(["maximum": 1e30, "minimum": -1e30], 9_007_199_254_740_993),
        Case(["multipleOf": 0.01], 19.99),
        Case(["multipleOf": 0.0001], 0.00751, "$: Expected a multiple of 0.0001, found 0.00751."),
        Case(["multipleOf": 2], -4),
        Case(["multipleOf": 2], 7.0, "$: Expected a multiple of 2, found 7.0."),
        Case(["multipleOf": 0.5], 1e300),
        Case(["multipleOf": 1e300], 5, "$: Expected a multiple of 1e+300, found 5."),
        Case(["multipleOf": 3], 0),
        // Three Unicode scalars, one grapheme cluster.
        Case(["minLength": 3, "maxLength": 3], "👩\u{200D}👧"),
        Case(["minLength": 2], "a", "$: Expected at least 2 characters, found 1."),
        Case(["maxLength": 1], "ab", "$: Expected at most 1 character, found 2."),
        Case(["pattern": "b+"], "abbc"),
        Case(["pattern": "^b+$"], "abbc", #"$: "abbc" does not match the pattern `^b+$`."#),
        Case(["pattern": "^a$"], "a\n", #"$: "a\n" does not match the pattern `^a$`."#),
        Case(["pattern": #"^\d\w[\s[&]$"#], "1a["),
        Case(["pattern": #"^\d$"#], "٣", #"$: "٣" does not match the pattern `^\d$`."#),
        Case(["pattern": #"^\$\u{1F600}$"#], "$😀"),
    ]

    static let arrays: [Case] = [
        Case(["items": ["type": "string"]], ["a", 1], "$[1]: Expected a string, found 1."),
        Case(["items": ["type": "string"]], ["a": 1]),
        Case(["prefixItems": [true, ["type": "null"]], "items": ["type": "string"]], [1, nil, "a"]),
        Case(
            ["prefixItems": [["type": "null"]], "items": ["type": "string"]],
            [1, 1],
            "$[0]: Expected null, found 1.",
            "$[1]: Expected a string, found 1."
        ),
        Case(["prefixItems": [true], "items": false], [1, 2], "$: Expected at most 1 item, found 2."),
        Case(["items": true], [1, 2]),
        Case(["contains": ["const": 1]], [2, 1.0]),
        Case(["contains": ["const": 1]], [2], "$: Expected at least 1 item that `contains` describes, found 0."),
        Case(["contains": ["const": 1], "minContains": 0], []),
        Case(["contains": ["const": 1], "minContains": 2, "maxContains": 2], [1, 1]),
        Case(
            ["contains": ["const": 1], "maxContains": 1],
            [1, 1],
            "$: Expected at most 1 item that `contains` describes, found 2."
        ),
        Case(["minContains": 2, "maxContains": 0], [1]),
        Case(["minItems": 2.0], [1], "$: Expected at least 2 items, found 1."),
        Case(["maxItems": 1], [1, 2], "$: Expected at most 1 item, found 2."),
        Case(["uniqueItems": true], [1, true, "1", [1], ["a": 1]]),
        Case(["uniqueItems": true], ["\u{E9}", "e\u{301}"]),
        Case(["uniqueItems": false], [1, 1]),
        Case(
            ["uniqueItems": true],
            [["a": 1], 2, ["a": 1.0]],
            "$: Expected unique items, but items 0 and 2 are the same."
        ),
    ]

    static let objects: [Case] = [
        Case(
            ["properties": ["items": ["items": ["properties": ["price": ["type": "number"]]]]]],
            ["items": [["price": 1], [:], ["price": "1"]]],
            "$.items[2].price: Expected a number, found a string."
        ),
        Case(["properties": ["a b": false]], ["a b": 1], #"$["a b"]: The schema does not allow a value here."#),
        Case(["required": ["a", "b"]], ["b": nil], "$: The required property `a` is missing."),
        Case(
            ["properties": ["a": true], "patternProperties": ["^x-": true], "additionalProperties": false],
            ["a": 1, "x-b": 1, "c": 1],
            "$: The schema does not allow the property `c`."
        ),
        Case(
            ["patternProperties": ["^x-": ["type": "string"], "-b$": ["minLength": 2]]],
            ["x-a": 1, "x-b": "1"],
            "$[\"x-a\"]: Expected a string, found 1.",
            "$[\"x-b\"]: Expected at least 2 characters, found 1."
        ),
        Case(["additionalProperties": ["type": "string"]], ["a": 1], "$.a: Expected a string, found 1."),
        Case(
            ["propertyNames": ["pattern": "^[a-z]+$"]],
            ["a": 1, "B": 1],
            #"$: The name of the property `B` is not valid: "B" does not match the pattern `^[a-z]+$`."#
        ),
        Case(["minProperties": 2], ["a": 1], "$: Expected at least 2 properties, found 1."),
        Case(["maxProperties": 1], ["a": 1, "b": 1], "$: Expected at most 1 property, found 2."),
        Case(
            ["dependentRequired": ["a": ["b", "c"], "d": ["e"]]],
            ["a": 1, "b": 1],
            "$: The property `c` is missing, which `a` requires."
        ),
        Case(
            ["dependentSchemas": ["a": ["required": ["b"]], "c": false]],
            ["a": 1],
            "$: The required property `b` is missing."
        ),
    ]

    static let combinations: [Case] = [
        Case(["allOf": [["minimum": 1], ["maximum": 3]]], 5, "$: Expected a number of at most 3, found 5."),
        Case(["anyOf": [["type": "string"], ["minimum": 3]]], 3),
        Case(
            ["anyOf": [["type": "string"], ["minimum": 3]]],
            1,
            "$: None of the 2 schemas in `anyOf` matches; number 1 fails: Expected a string, found 1."
        ),
        Case(
            ["anyOf": [["type": "null"], ["properties": ["a": ["type": "string"]]]]],
            ["a": 1],
            "$: None of the 2 schemas in `anyOf` matches; number 2 fails at `$.a`: Expected a string, found 1."
        ),
        Case(["anyOf": [["type": "string"]]], 1, "$: Expected a string, found 1."),
        Case(["oneOf": [["type": "number"], ["type": "string"]]], 1),
        Case(
            ["oneOf": [["type": "number"], true, ["type": "string"]]],
            1,
            "$: More than one schema in `oneOf` matches: numbers 1, 2."
        ),
        Case(
            ["oneOf": [["type": "number"], ["type": "string"]]],
            nil,
            "$: None of the 2 schemas in `oneOf` matches; number 1 fails: Expected a number, found null."
        ),
        Case(["not": ["type": "null"]], nil, "$: The value matches the schema in `not`."),
        Case(["not": ["type": "null"]], 1),
        Case(
            ["if": ["type": "string"], "then": ["minLength": 2], "else": ["minimum": 2]],
            "a",
            "$: Expected at least 2 characters, found 1."
        ),
        Case(
            ["if": ["type": "string"], "then": ["minLength": 2], "else": ["minimum": 2]],
            1,
            "$: Expected a number of at least 2, found 1."
        ),
        Case(["if": false, "then": false], 1),
        Case(["then": false, "else": false], 1),
    ]

    static let references: [Case] = [
        Case(["$defs": ["a/b~c": ["type": "string"]], "$ref": "#/$defs/a~1b~0c"], 1, "$: Expected a string, found 1."),
        Case(
            ["definitions": ["a%b": false], "properties": ["x": ["$ref": "#/definitions/a%25b"]]],
            ["x": 1],
            "$.x: The schema does not allow a value here."
        ),
        Case(
            ["$defs": ["a": ["$anchor": "name", "type": "string"]], "$ref": "#name", "minLength": 2],
            "a",
            "$: Expected at least 2 characters, found 1."
        ),
        Case(
            ["properties": ["child": ["$ref": "#"]], "required": ["name"]],
            ["name": 1, "child": ["child": [:]]],
            "$.child: The required property `name` is missing.",
            "$.child.child: The required property `name` is missing."
        ),
        Case(
            [
                "$id": "https://example.com/s", "$defs": ["a": false],
                "items": ["$ref": "https://example.com/s#/$defs/a"],
            ],
            [1],
            "$[0]: The schema does not allow a value here."
        ),
        Case(
            ["prefixItems": [["type": "string"]], "items": ["$ref": "#/prefixItems/0"]],
            ["", 1],
            "$[1]: Expected a string, found 1."
        ),
        Case(["properties": ["$ref": ["type": "string"]]], ["$ref": 1], #"$["$ref"]: Expected a string, found 1."#),
    ]

    @Test(
        "A value is valid, or has the violations that the schema says",
        arguments: [kinds, scalars, arrays, objects, combinations, references]
    )
    func violations(cases: [Case]) throws {
        for each in cases {
            let validator = try SchemaValidator(each.schema)
            #expect(
                validator.violations(of: each.value).map(\.description) == each.violations,
                "\(each.testDescription)"
            )
        }
    }

    @Test("64-bit integers beyond signed ones are compared exactly")
    func largeIntegers() throws {
        let maximum = JSONValue(UInt64.max)
        let validator = try SchemaValidator(["const": maximum, "exclusiveMinimum": 18_446_744_073_709_550_000.0])
        #expect(validator.violations(of: maximum).isEmpty)
        #expect(validator.violations(of: JSONValue(UInt64.max - 1)).count == 1)
    }

    @Test(
        "A schema that cannot be validated with says why",
        arguments: [
            (
                ["unevaluatedProperties": false],
                """
                $: The keyword `unevaluatedProperties` is not supported. Use \
                `additionalProperties` in each object.
                """
            ),
            (["items": ["$dynamicRef": "#a"]], "$.items: The keyword `$dynamicRef` is not supported. Use `$ref`."),
            (["items": [true]], "$.items: A list of schemas is not supported here. Use `prefixItems`."),
            (
                ["$ref": "https://example.com/other.json"],
                #"$["$ref"]: The reference `https://example.com/other.json` is not "#
                    + "within the schema; others are not fetched."
            ),
            (["$ref": "#/$defs/a"], #"$["$ref"]: The reference `#/$defs/a` leads to nothing in the schema."#),
            (["$ref": "#a"], #"$["$ref"]: The reference `#a` leads to nothing in the schema."#),
            (
                ["$ref": "#/title", "title": "A"],
                "$.title: Expected a schema, which is an object or a Boolean, found a string."
            ),
            (["not": ["$id": "a"]], "$.not: The keyword `$id` is supported at the root of the schema only."),
            (["pattern": "("], "$.pattern: The pattern `(` is not a valid regular expression."),
            (
                ["patternProperties": ["[": true]],
                "$.patternProperties: The pattern `[` is not a valid regular expression."
            ),
            (
                ["additionalproperties": false],
                """
                $: The keyword `additionalproperties` is unknown. Write it as \
                `additionalProperties`.
                """
            ),
            (["type": "int"], "$.type: Expected one of JSON's types or a list of them, found \"int\"."),
            (
                ["properties": ["a": ["required": true]]],
                "$.properties.a.required: Expected an array of strings, found true."
            ),
            (["exclusiveMinimum": true], "$.exclusiveMinimum: Expected a number, found true."),
            (["multipleOf": 0], "$.multipleOf: Expected a number greater than 0, found 0."),
            (["minLength": -1], "$.minLength: Expected an integer of at least 0, found -1."),
            (["anyOf": []], "$.anyOf: Expected a list of schemas, found []."),
            (
                ["dependentRequired": ["a": "b"]],
                #"$.dependentRequired: Expected an object of arrays of strings, found {"a":"b"}."#
            ),
            (
                ["$defs": ["a": ["$anchor": "n"], "b": ["$anchor": "n"]]],
                "$[\"$defs\"].b[\"$anchor\"]: The anchor `n` is not the only one of this name."
            ),
            ("string", "$: Expected a schema, which is an object or a Boolean, found a string."),
        ] as [(JSONValue, String)]
    )
    func problems(schema: JSONValue, problem: String) {
        let error = #expect(throws: SchemaProblem.self) { try SchemaValidator(schema) }
        #expect(error?.description == problem)
    }

    @Test("Keywords in values and names of properties are not keywords")
    func names() throws {
        let schema: JSONValue = [
            "const": ["unevaluatedItems": true], "properties": ["nullable": true], "examples": [["$dynamicRef": "#"]],
            "$defs": ["extends": true],
        ]
        #expect(try SchemaValidator(schema).violations(of: ["unevaluatedItems": true]).isEmpty)
    }

    @Test("At most 20 violations are reported")
    func many() throws {
        let validator = try SchemaValidator(["items": ["type": "string"], "minItems": 1000])
        let violations = validator.violations(of: .array(Array(repeating: 1, count: 100)))
        #expect(violations.count == SchemaValidator.violationLimit)
        #expect(violations.last?.path == "$[18]")
    }

    @Test(
        "References that lead back to themselves end with a violation",
        arguments: [
            ["$ref": "#"], ["anyOf": [["$ref": "#"], ["$ref": "#"]]], ["not": ["$ref": "#"]],
            [
                "$defs": ["a": ["$ref": "#/$defs/b"], "b": ["$ref": "#/$defs/a"]],
                "oneOf": [true, ["$ref": "#/$defs/a"]],
            ],
        ] as [JSONValue]
    )
    func cycles(schema: JSONValue) throws {
        let violations = try SchemaValidator(schema).violations(of: 1)
        #expect(
            violations.map(\.description) == [
                "$: More than 256 schemas apply within each other, so the value was not validated."
            ]
        )
    }

    @Test("References that multiply end with a violation")
    func multiplication() throws {
        var definitions: [String: JSONValue] = ["d30": true]
        for level in 0..<30 {
            let reference: JSONValue = ["$ref": .string("#/$defs/d\(level + 1)")]
            definitions["d\(level)"] = ["allOf": [reference, reference]]
        }
        let validator = try SchemaValidator(["$defs": .object(definitions), "$ref": "#/$defs/d0"])
        #expect(
            validator.violations(of: 1).map(\.description) == [
                "$: The validation takes more than 1000000 steps, so it was not completed."
            ]
        )
    }

    @Test("A thread with little stack validates what is nested deeply", arguments: [100, 129])
    func depth(levels: Int) async throws {
        let schema: JSONValue = ["type": ["array", "null"], "items": ["$ref": "#"]]
        let nested = (0..<levels).reduce(JSONValue.null) { value, _ in [value] }
        let violations = try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result { try SchemaValidator(schema).violations(of: nested).map(\.description) }
                )
            }
            thread.stackSize = 1024 * 1024
            thread.start()
        }
        let tooDeep = "$: The value is nested more than 128 levels deep, so it was not validated."
        #expect(violations == (levels > 128 ? [tooDeep] : []))
    }

    @Test("A schema that is nested too deeply is refused")
    func deepSchema() {
        let schema = (0..<200).reduce(JSONValue.boolean(true)) { schema, _ in ["not": schema] }
        let error = #expect(throws: SchemaProblem.self) { try SchemaValidator(schema) }
        #expect(error?.description == "$: The schema is nested more than 128 levels deep.")
    }

    @Test("Control characters of a value do not reach the terminal")
    func controlCharacters() throws {
        let validator = try SchemaValidator(["additionalProperties": false])
        let violation = try #require(validator.violations(of: ["a\u{1B}": 1]).first)
        #expect(violation.description == "$: The schema does not allow the property `a\\u{1B}`.")
    }
}

import Foundation
import Tchavi
import Testing

struct JSONSchemaTests {
    private enum Unit: String, CaseIterable { case celsius, fahrenheit }

    @Test func `A property is required unless it is optional, and no other is allowed`() throws {
        let schema: JSONSchema = .object(
            ["city": .string("The city's name."), "at": .string(format: "date-time")],
            optional: ["unit": .enumeration(of: Unit.self, "The scale.")],
            description: "A place and a time."
        )
        let expected: JSONValue = [
            "type": "object", "description": "A place and a time.", "additionalProperties": false,
            "required": ["at", "city"],
            "properties": [
                "city": ["type": "string", "description": "The city's name."],
                "at": ["type": "string", "format": "date-time"],
                "unit": ["type": "string", "enum": ["celsius", "fahrenheit"], "description": "The scale."],
            ],
        ]
        #expect(schema.json == expected)
    }

    @Test func `A property that is both required and optional is required`() {
        let schema = JSONSchema.object(["a": .string()], optional: ["a": .integer()])
        #expect(schema.json["properties"] == ["a": ["type": "string"]])
        #expect(schema.json["required"] == ["a"])
    }

    @Test(
        arguments: [
            (.object([:]), #"{"additionalProperties":false,"properties":{},"required":[],"type":"object"}"#),
            (
                .object([:], additionalProperties: true),
                #"{"additionalProperties":true,"properties":{},"required":[],"type":"object"}"#
            ),
            (
                .array(of: .boolean(), "Answers", minimum: 1, maximum: 3),
                #"{"description":"Answers","items":{"type":"boolean"},"maxItems":3,"minItems":1,"type":"array"}"#
            ),
            (
                .array(of: .object([:])),
                #"{"items":{"additionalProperties":false,"properties":{},"required":[],"type":"object"},"type":"array"}"#
            ),
            (.string(), #"{"type":"string"}"#),
            (.string("x", allowed: ["b", "a"]), #"{"description":"x","enum":["b","a"],"type":"string"}"#),
            (.integer(minimum: 1, maximum: 9), #"{"maximum":9,"minimum":1,"type":"integer"}"#),
            (.integer("n", minimum: -1), #"{"description":"n","minimum":-1,"type":"integer"}"#),
            (.number(minimum: 0, maximum: 0.5), #"{"maximum":0.5,"minimum":0,"type":"number"}"#),
            (.number(minimum: -.infinity, maximum: .nan), #"{"type":"number"}"#),
            (.boolean("b"), #"{"description":"b","type":"boolean"}"#),
            (
                .anyOf([.string(), .integer()], "id"),
                #"{"anyOf":[{"type":"string"},{"type":"integer"}],"description":"id"}"#
            ),
            (.boolean("old").described("new"), #"{"description":"new","type":"boolean"}"#),
        ] as [(JSONSchema, String)]
    )
    func `Each kind of value has its keywords`(schema: JSONSchema, expected: String) {
        #expect(schema.json.serialized() == expected)
    }

    @Test(
        arguments: [
            (.string("x"), #"{"description":"x","type":["string","null"]}"#),
            (.string(allowed: ["a"]), #"{"enum":["a",null],"type":["string","null"]}"#),
            (.anyOf([.string()]), #"{"anyOf":[{"anyOf":[{"type":"string"}]},{"type":"null"}]}"#),
            (["type": "string", "const": "a"], #"{"anyOf":[{"const":"a","type":"string"},{"type":"null"}]}"#),
            (["$ref": "#/$defs/a"], ##"{"anyOf":[{"$ref":"#/$defs/a"},{"type":"null"}]}"##),
        ] as [(JSONSchema, String)]
    )
    func `A nullable value may be null whatever else restricts it`(schema: JSONSchema, expected: String) {
        #expect(schema.nullable().json.serialized() == expected)
    }

    @Test func `A schema is written as JSON, also within another`() throws {
        let literal: JSONSchema = ["type": "string", "pattern": "^[0-9]+$"]
        let schema = JSONSchema.object(["id": literal, "tag": ["type": "string"]])
        #expect(schema.json["properties"]?["id"]?["pattern"] == "^[0-9]+$")
        #expect(schema.json["properties"]?["tag"] == ["type": "string"])
        let value: JSONValue = ["type": "integer"]
        #expect(JSONSchema(value) == .integer())
        #expect(try JSONDecoder().decode(JSONSchema.self, from: JSONEncoder().encode(schema)) == schema)
    }

    @Test func `Formats and definitions take schemas and JSON literals`() {
        let literal = ResponseFormat.jsonSchema(name: "a", ["type": "object"])
        #expect(literal.json == ["type": "json_schema", "json_schema": ["name": "a", "schema": ["type": "object"]]])
        let strict = ResponseFormat.jsonSchema(name: "a", .object(["x": .number()]), strict: true)
        #expect(strict.jsonSchema?["strict"] == true)
        #expect(strict.jsonSchema?["schema"] == JSONSchema.object(["x": .number()]).json)

        #expect(ToolDefinition(name: "f", parameters: ["type": "object"]).parameters == ["type": "object"])
        #expect(ToolDefinition(name: "f", parameters: nil).parameters == nil)
        let tool = ToolDefinition(name: "f", parameters: .object([:]), strict: true)
        #expect(tool.strict == true)
        #expect(tool.json["function"]?["strict"] == true)
        #expect(tool.json["function"]?["parameters"] == JSONSchema.object([:]).json)
        #expect(ToolDefinition(name: "f").json == ["type": "function", "function": ["name": "f"]])
    }

    @Test(arguments: [
        #"{"type":"web_search"}"#,
        #"{"filters":{"allowed_domains":["a.example"]},"function":null,"name":"search","type":"web_search"}"#,
        #"{"custom":{"format":{"type":"text"},"name":"run"},"type":"custom"}"#,
        #"{"cache_control":{"type":"ephemeral"},"function":{"name":"f"},"type":"function"}"#,
        #"{"function":{"cache_control":{"ttl":"1h","type":"ephemeral"},"name":"f"},"type":"function"}"#,
        #"{"function":{"name":"f","parameters":null},"type":"function"}"#,
        #"{"function":{"name":"f","strict":true},"type":"function"}"#,
        #"{"function":{"name":"f","strict":null},"type":"function"}"#,
        #"{"function":{"name":"f","strict":"auto"},"type":"function"}"#,
    ])
    func `A definition of any kind is read and written unchanged`(text: String) throws {
        let json = try JSONValue(parsing: text)
        let tool = try ToolDefinition(json: json)
        #expect(String(decoding: tool.json.canonical(), as: UTF8.self) == text)
        #expect(tool.isFunction == (json["type"] == "function"))
        #expect(tool.name == (tool.isFunction ? "f" : ""))
        let request = try ChatRequest(json: ["model": "m", "messages": [], "tools": [json]])
        #expect(request.json["tools"]?[0]?.serialized() == text)
        #expect(try JSONValue(parsing: JSONEncoder().encode(tool)) == json)
    }

    @Test func `A function without its member is refused`() {
        let error = #expect(throws: JSONError.self) { try ToolDefinition(json: ["type": "function"]) }
        #expect(error?.path == "$.function")
    }
}
